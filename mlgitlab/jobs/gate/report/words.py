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
_LARGE, _LARGEST, _NARROWEST = 1e3, 1e15, 1e-9
_SHORTEST_DIGITS = 12


class Foreign(str):  # noqa: SLOT000 (a text, and that it is not ours)
    """A text that came with the verdict: a name, a reason. Nobody knows what it says, so each form encodes it."""


class Reason(Foreign):
    """One of more than a name: words of a rule."""


def number(value: float | None, unit: str = "", decimals: int | None = None) -> str:
    """The number with its unit, sizes in the largest fitting one; a dash for none. To four digits unless told else."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    if unit in ("B", "byte", "bytes"):
        return _size(value)
    known = "%" if unit == "%" else _NO_UNIT.sub("", unit)[:_LONGEST_UNIT].strip()
    shown = _digits(value) if decimals is None else f"{value:,.{decimals}f}"
    return f"{shown} {known}" if known else shown


def signed(value: float, unit: str = "", decimals: int | None = None) -> str:
    """A difference, always with its sign."""
    shown = number(value, unit, decimals)
    return f"+{shown}" if value > 0 else shown


def interval(found: Interval, unit: str = "", *, sign: bool = True) -> str:
    """`-0.003 to +0.012`, to as many decimals as its width is worth."""
    write, places = signed if sign else number, decimals(found)
    return f"{write(found.low, unit, places)} to {write(found.high, unit, places)}"


def decimals(found: Interval | None) -> int | None:
    """The decimals that show two digits of the interval's width; None where that is no help."""
    width = found.high - found.low if found else math.nan
    if not math.isfinite(width) or not _NARROWEST < width < _LARGEST:
        return None
    return max(0, 1 - math.floor(math.log10(width)))


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
