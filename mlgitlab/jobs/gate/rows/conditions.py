"""What must be true of a number that is known to within an interval, and what an interval says about it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlgitlab.jobs.gate.ruling import Interval, Outcome
from mlgitlab.jobs.gate.statistics.resampled import Mixed

# An interval that would have to be so many times shorter takes rows that nobody collects: a million times as many.
_MOST_TIMES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The number must be at least `limit` (`upwards`), or at most; `strict`: more than that, or less."""

    limit: float
    upwards: bool
    strict: bool = False

    def outcome(self, near: float, far: float) -> Outcome:
        """Pass where even the worse end keeps the bound, fail where not even the better end does.

        near: the end that is closer to breaking the bound. NaN keeps nothing.
        """
        if self._keeps(near):
            return Outcome.PASS
        broken = far < self.limit if self.upwards else far > self.limit
        return Outcome.FAIL if broken or (self.strict and far == self.limit) else Outcome.INCONCLUSIVE

    def _keeps(self, value: float) -> bool:
        if self.strict:
            return value > self.limit if self.upwards else value < self.limit
        return value >= self.limit if self.upwards else value <= self.limit

    def ends(self, interval: Interval) -> tuple[float, float]:
        """The end that is closer to breaking the bound, and the other."""
        return (interval.low, interval.high) if self.upwards else (interval.high, interval.low)

    def room(self, value: float) -> float:
        """How far a value is from breaking the bound; negative where it does."""
        return value - self.limit if self.upwards else self.limit - value


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number: its value on the rows, and what intervals of it are made of. logarithm: of the number's logarithm."""

    value: float
    spread: Mixed | None = None  # None: it is exact
    logarithm: bool = False

    def interval(self, level: float) -> Interval:
        """The interval, which holds the value on the rows as well."""
        if self.spread is None:
            return Interval(low=self.value, high=self.value, level=level)
        found = self.spread.interval(level)
        low, high = (_exp(found.low), _exp(found.high)) if self.logarithm else (found.low, found.high)
        return Interval(low=min(low, self.value), high=max(high, self.value), level=level)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def judged(estimate: Estimate, bound: Bound, level: float, claims: int = 1) -> tuple[Outcome, Interval]:
    """The outcome, and the interval.

    claims: of how many groups the worst is looked for. Each must pass, so a pass needs no correction (the test that
    all hold is an intersection-union test, Berger 1982); that one fails is claimed at 1 - (1 - level) / claims, as
    Bonferroni has it, so that many groups do not make a failure by chance.
    """
    interval = estimate.interval(level)
    near, far = bound.ends(interval)
    if claims > 1 and bound.outcome(near, far) is Outcome.FAIL:
        _, far = bound.ends(estimate.interval(1 - (1 - level) / claims))
    return bound.outcome(near, far), interval


def wanted(value: float, bound: Bound, interval: Interval, rows: int) -> int | None:
    """How many rows would settle it if the value stayed as it is: an interval shrinks with the root of their number."""
    near, far = bound.ends(interval)
    room = bound.room(value)
    half = abs(value - (near if room > 0 else far))
    if not half < _MOST_TIMES * abs(room):
        return None
    return max(math.ceil(rows * (half / room) ** 2), rows + 1)
