"""What a ruling measured: an estimate, its interval, the line it is held against, and which way is good."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.ruling import Family, Interval, Judged, Outcome, Ruling


class Direction(StrEnum):
    """What the interval says of candidate and production, whatever the margin is."""

    BETTER = "better"
    SAME = "same"  # the interval holds no difference at all: noise would explain it
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """`neutral` is where candidate and production are equal; none for a value of the candidate's alone."""

    judged: Judged
    estimate: float
    interval: Interval | None = None
    margin: float | None = None
    higher_is_better: bool | None = None
    unit: str = ""

    @property
    def neutral(self) -> float | None:
        """0 for a difference, 1 for a ratio."""
        return {Judged.DIFFERENCE: 0.0, Judged.RATIO: 1.0, Judged.VALUE: None}[self.judged]

    @property
    def direction(self) -> Direction:
        """Better or worse where the whole interval lies on one side of no difference."""
        neutral, found = self.neutral, self.interval
        if neutral is None or found is None or self.higher_is_better is None or math.isnan(found.low + found.high):
            return Direction.UNKNOWN
        if found.low <= neutral <= found.high:
            return Direction.SAME
        return Direction.BETTER if (found.low > neutral) is self.higher_is_better else Direction.WORSE

    @property
    def merit(self) -> float:
        """How good the estimate is, in margins where there is one: the higher the better, NaN for what is not known."""
        start = self.neutral if self.neutral is not None else self.margin
        if start is None:
            return math.nan
        away = abs(self.margin - start) if self.margin is not None and self.neutral is not None else 0.0
        gain = (self.estimate - start) / (away or 1.0)
        return gain if self.higher_is_better is not False else -gain

    @property
    def shown(self) -> str:
        """The estimate: `+0.0123`, `1.04 times`."""
        places = words.decimals(self.interval)
        if self.judged is Judged.RATIO:
            return f"{words.number(self.estimate, decimals=places)} times"
        write = words.signed if self.judged is Judged.DIFFERENCE else words.number
        return write(self.estimate, self.unit, places)

    @property
    def span(self) -> str:
        """The interval: `95 % interval +0.0041 to +0.0210`; empty without one."""
        if self.interval is None:
            return ""
        unit = "" if self.judged is Judged.RATIO else self.unit
        ends = words.interval(self.interval, unit, sign=self.judged is Judged.DIFFERENCE)
        return f"{words.level(self.interval)} interval {ends}"

    def __str__(self) -> str:
        """Both; of the candidate's own value, which stands beside it anyway, the interval alone."""
        if self.judged is Judged.VALUE:
            return self.span
        return f"{self.shown} ({self.span})" if self.span else self.shown


def effect(ruling: Ruling) -> Effect | None:
    """What the ruling's interval and margin are about; None where it compares and measures nothing."""
    judged, estimate = _judged(ruling)
    if estimate is None:
        return None
    return Effect(
        judged=judged,
        estimate=estimate,
        interval=ruling.interval,
        margin=ruling.margin,
        higher_is_better=ruling.higher_is_better,
        unit=ruling.unit,
    )


def _judged(ruling: Ruling) -> tuple[Judged, float | None]:
    """What the interval and the margin are about; where the ruling does not say, what lies in its interval."""
    known = {Judged.VALUE: ruling.candidate, Judged.DIFFERENCE: ruling.difference, Judged.RATIO: ruling.ratio}
    if ruling.judged is not None:
        return ruling.judged, known[ruling.judged]
    compared = (
        (Judged.RATIO, Judged.DIFFERENCE) if ruling.family is Family.INFERENCE else (Judged.DIFFERENCE, Judged.RATIO)
    )
    measured = ruling.interval is not None or ruling.margin is not None
    there = [each for each in (*compared, *([Judged.VALUE] if measured else [])) if known[each] is not None]
    inside = [each for each in there if _holds(ruling.interval, known[each])]
    found = next(iter([*inside, *there]), Judged.VALUE)
    return found, known[found] if there else None


def _holds(found: Interval | None, value: float | None) -> bool:
    return found is not None and value is not None and found.low <= value <= found.high


def worst_first(rulings: Iterable[Ruling]) -> list[Ruling]:
    """Mandatory before advisory, fails before what is inconclusive before passes, and the worst of each first."""
    order = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)

    def place(ruling: Ruling) -> tuple[bool, int, float, str, str, str]:
        found = effect(ruling)
        merit = found.merit if found else math.nan
        # What is not known comes first of its outcome: NaN is no small matter.
        known = merit if not math.isnan(merit) else -math.inf if found else math.inf
        return (
            not ruling.mandatory,
            order.index(ruling.outcome),
            known,
            ruling.rule,
            ruling.dataset,
            ruling.slice,
        )

    return sorted(rulings, key=place)
