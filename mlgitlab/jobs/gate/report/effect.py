"""What a ruling measured: an estimate, its interval, the line it is held against, and which way is good."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.ruling import Family, Interval, Outcome, Ruling


class Measure(StrEnum):
    """What the estimate is."""

    DIFFERENCE = "difference"
    RATIO = "ratio"
    VALUE = "value"


class Direction(StrEnum):
    """What the interval says of candidate and production, whatever the margin is."""

    BETTER = "better"
    SAME = "same"  # the interval holds no difference at all: noise would explain it
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """`neutral` is where candidate and production are equal; none for a value of the candidate's alone."""

    measure: Measure
    estimate: float
    interval: Interval | None = None
    margin: float | None = None
    higher_is_better: bool | None = None
    unit: str = ""

    @property
    def neutral(self) -> float | None:
        """0 for a difference, 1 for a ratio."""
        return {Measure.DIFFERENCE: 0.0, Measure.RATIO: 1.0, Measure.VALUE: None}[self.measure]

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
        if self.measure is Measure.RATIO:
            return f"{words.number(self.estimate, decimals=places)} times"
        write = words.signed if self.measure is Measure.DIFFERENCE else words.number
        return write(self.estimate, self.unit, places)

    @property
    def span(self) -> str:
        """The interval: `95 % interval +0.0041 to +0.0210`; empty without one."""
        if self.interval is None:
            return ""
        unit = "" if self.measure is Measure.RATIO else self.unit
        ends = words.interval(self.interval, unit, sign=self.measure is Measure.DIFFERENCE)
        return f"{words.level(self.interval)} interval {ends}"

    def __str__(self) -> str:
        """Both; of the candidate's own value, which stands beside it anyway, the interval alone."""
        if self.measure is Measure.VALUE:
            return self.span
        return f"{self.shown} ({self.span})" if self.span else self.shown


def effect(ruling: Ruling) -> Effect | None:
    """What the ruling's interval and margin are about; None where it compares and measures nothing."""
    measure, estimate = _measured(ruling)
    if estimate is None:
        return None
    return Effect(
        measure=measure,
        estimate=estimate,
        interval=ruling.interval,
        margin=ruling.margin,
        higher_is_better=ruling.higher_is_better,
        unit=ruling.unit,
    )


def _measured(ruling: Ruling) -> tuple[Measure, float | None]:
    difference, ratio, found = ruling.difference, ruling.ratio, ruling.interval
    if difference is None and ratio is None:
        return Measure.VALUE, ruling.candidate if found or ruling.margin is not None else None
    if difference is None or ratio is None:
        return (Measure.DIFFERENCE, difference) if ratio is None else (Measure.RATIO, ratio)
    if found and (found.low <= ratio <= found.high) is not (found.low <= difference <= found.high):
        return (Measure.RATIO, ratio) if found.low <= ratio <= found.high else (Measure.DIFFERENCE, difference)
    return (Measure.RATIO, ratio) if ruling.family is Family.INFERENCE else (Measure.DIFFERENCE, difference)


def worst_first(rulings: Iterable[Ruling]) -> list[Ruling]:
    """Fails before what is inconclusive before passes, mandatory before advisory, and the worst of each first."""
    order = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)

    def place(ruling: Ruling) -> tuple[int, bool, float, str, str, str]:
        found = effect(ruling)
        merit = found.merit if found else math.nan
        # What is not known comes first of its outcome: NaN is no small matter.
        known = merit if not math.isnan(merit) else -math.inf if found else math.inf
        return (
            order.index(ruling.outcome),
            not ruling.mandatory,
            known,
            ruling.rule,
            ruling.dataset,
            ruling.slice,
        )

    return sorted(rulings, key=place)
