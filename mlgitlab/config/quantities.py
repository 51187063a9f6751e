"""Amounts with a unit: bytes, and times shorter than a second."""

from __future__ import annotations

import re
from typing import ClassVar

from mlgitlab.frozen import dataclass

_BYTES = {
    "": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_WRITTEN = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)")


def _parse(text: str, units: dict[str, int] | dict[str, float]) -> float | None:
    found = _WRITTEN.fullmatch(text.strip())
    unit = units.get(found[2].lower()) if found else None
    return float(found[1]) * unit if found and unit else None


@dataclass(frozen=True, slots=True, order=True)
class ByteSize:
    """A number of bytes, written `500MB`, `1.5GiB` or `4096`."""

    bytes: int

    json_type: ClassVar[str] = "string"
    expects: ClassVar[str] = "a size such as 500MB, 1.5GiB or a number of bytes"
    pattern: ClassVar[str] = r"^\s*[0-9]{1,18}(\.[0-9]{1,9})?\s*([KkMmGgTt][Ii]?)?[Bb]?\s*$"

    @classmethod
    def parse(cls, text: str) -> ByteSize:
        """Read a size; ValueError when it is none, or less than a byte."""
        found = _parse(text, _BYTES)
        if found is None or found < 1:
            raise ValueError(cls.expects)
        return cls(round(found))

    @property
    def mib(self) -> int:
        """Whole MiB, parts rounded down."""
        return self.bytes // 2**20

    def __str__(self) -> str:
        return shown_bytes(self.bytes)


@dataclass(frozen=True, slots=True, order=True)
class Elapsed:
    """A length of time in milliseconds, written `50ms`, `1.5s` or `800us`."""

    milliseconds: float

    json_type: ClassVar[str] = "string"
    expects: ClassVar[str] = "a time such as 50ms, 1.5s or 800us"
    pattern: ClassVar[str] = r"^\s*[0-9]{1,18}(\.[0-9]{1,9})?\s*([Uu][Ss]|[Mm][Ss]|[Ss]|[Mm])\s*$"

    @classmethod
    def parse(cls, text: str) -> Elapsed:
        """Read a time; ValueError when it is none, has no unit, or is zero."""
        found = _parse(text, _MILLISECONDS)
        if not found:
            raise ValueError(cls.expects)
        return cls(found)

    def __str__(self) -> str:
        decimals = 9 if self.milliseconds < 1 else 6
        return f"{self.milliseconds:.{decimals}f}".rstrip("0").rstrip(".") + "ms"


def shown_bytes(count: float) -> str:
    """A number of bytes with the largest unit that shows it to the digit, or else to two places."""
    for unit, size in (("TiB", 2**40), ("TB", 10**12), ("GiB", 2**30), ("GB", 10**9), ("MiB", 2**20), ("MB", 10**6)):
        if count >= size and not count % (size / 2):
            return f"{count / size:.10g}{unit}"
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:.2f}{unit}"
    return f"{count:.0f}B"
