"""How numbers, outcomes and names of a verdict are written; all of it is one printable line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from mlgitlab.jobs.gate.ruling import Interval, Outcome
from mlgitlab.paths import printable

# A word for each outcome, and a sign, so that neither needs a colour.
WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.INCONCLUSIVE: "cannot tell"}
SIGNS = {Outcome.PASS: "\u2713", Outcome.FAIL: "\u2717", Outcome.INCONCLUSIVE: "?"}
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB")
_NO_UNIT = re.compile(r"[^A-Za-z/ \u00b5]+")
_LONGEST_UNIT = 20
_LARGE, _LARGEST = 1e3, 1e15
_SHORTEST_DIGITS = 12


class Foreign(str):  # noqa: SLOT000 (a text, and that it is not ours)
    """A text that came with the verdict: a name, a reason. Nobody knows what it says, so each form encodes it."""


def number(value: float | None, unit: str = "") -> str:
    """The number to four digits with its unit, sizes in the largest fitting one; a dash for none."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    if unit in ("B", "byte", "bytes"):
        return _size(value)
    known = _NO_UNIT.sub("", unit)[:_LONGEST_UNIT].strip()
    return f"{_digits(value)} {known}" if known else f"{_digits(value)}%" if unit == "%" else _digits(value)


def signed(value: float, unit: str = "") -> str:
    """A difference, always with its sign."""
    return f"+{number(value, unit)}" if value > 0 else number(value, unit)


def interval(found: Interval, unit: str = "", *, sign: bool = True) -> str:
    """`-0.003 to +0.012`."""
    write = signed if sign else number
    return f"{write(found.low, unit)} to {write(found.high, unit)}"


def level(found: Interval) -> str:
    """`95 %`."""
    return f"{number(round(found.level * 100, 6))} %" if math.isfinite(found.level) else "unknown level"


def count(many: int, what: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def cut(text: str, most: int) -> str:
    """The text in printable characters, at most so many of them."""
    shown = printable(text[: most + 1])
    return shown if len(shown) <= most else f"{shown[: most - 1]}\u2026"


def short(digest: str) -> Foreign:
    """The digest as people compare it, `sha256:` and 12 digits."""
    kind, colon, digits = digest.rpartition(":")
    return Foreign(cut(f"{kind}{colon}{digits[:_SHORTEST_DIGITS]}", 40))


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _digits(value: float) -> str:
    if abs(value) >= _LARGEST:
        return f"{value:.4g}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= _LARGE else f"{value:.4g}"


def _size(value: float) -> str:
    power = 0
    while abs(value) >= 1024 and power < len(_SIZES) - 1:
        value, power = value / 1024, power + 1
    return f"{_digits(value)} {_SIZES[power]}"
