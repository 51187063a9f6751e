"""Two sets of numbers, name by name. What the changes are worth is for a gate to say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mlgitlab.jobs.metrics.numbers import same
from mlgitlab.jobs.metrics.report import difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric; None on a side that does not have it. `better`: known only where the direction is, and it moved."""

    name: str
    old: float | None
    new: float | None
    better: bool | None = None

    @property
    def change(self) -> float | None:
        """`new` minus `old`, to six digits; None where a side is missing or not finite."""
        if self.old is None or self.new is None or not (math.isfinite(self.old) and math.isfinite(self.new)):
            return None
        return difference(self.new, self.old)

    @property
    def percent(self) -> float | None:
        """The change in hundredths of the old value's size; None where that is zero, or there is no change to tell."""
        if self.change is None or not self.old:
            return None
        found = 100 * self.change / abs(self.old)
        return found if math.isfinite(found) else None

    @property
    def moved(self) -> bool:
        """Whether the two sides differ at all."""
        return self.old is None or self.new is None or not same(self.old, self.new)

    @property
    def is_finite(self) -> bool:
        """Whether neither side is NaN or infinite."""
        return all(value is None or math.isfinite(value) for value in (self.old, self.new))


def compare(
    old: Mapping[str, float],
    new: Mapping[str, float],
    only: Sequence[str] = (),
    higher: Iterable[str] = (),
    lower: Iterable[str] = (),
) -> tuple[Row, ...]:
    """A row for each name that one of the patterns in `only` means, or for all, sorted.

    `higher` and `lower` are patterns of names whose better direction is known; `lower` comes first.
    """
    names = sorted(name for name in old.keys() | new.keys() if not only or matches(name, only))
    directions = tuple((tuple(patterns), up) for patterns, up in ((lower, False), (higher, True)))
    return tuple(_row(name, old.get(name), new.get(name), directions) for name in names)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is like one of the patterns (`*`, `?`, `[abc]`; letter case counts)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _row(name: str, old: float | None, new: float | None, directions: Iterable[tuple[tuple[str, ...], bool]]) -> Row:
    up = next((up for patterns, up in directions if matches(name, patterns)), None)
    change = Row(name=name, old=old, new=new).change
    if change is not None and up is not None and change:
        return Row(name=name, old=old, new=new, better=(change > 0) is up)
    # From a number to NaN is never an improvement, whichever direction is better.
    broke = up is not None and old is not None and new is not None and math.isnan(new) and not math.isnan(old)
    return Row(name=name, old=old, new=new, better=False if broke else None)
