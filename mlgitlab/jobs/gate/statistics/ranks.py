"""Parameters that depend on the order of scores: areas under the ROC and the precision-recall curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.statistics.resampled import Resampled
from mlgitlab.jobs.gate.statistics.sums import counts
from mlgitlab.jobs.gate.statistics.units import Units

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Flags, Integers

# Rows that are summed at once, times draws.
_BATCH = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Rows of two classes, from the highest score to the lowest: `positive` and `negative` hold the rows' numbers.

    For each positive row, in that order: how many positive rows score at least as much (`ahead`), and how many
    negative rows score more (`above`), or at least as much (`level`). They do not depend on weights: sorting is done
    once, and an area under other weights takes one pass.
    """

    positive: Integers
    negative: Integers
    ahead: Integers
    above: Integers
    level: Integers


def ranked(positive: Flags, scores: Floats) -> Ranked:
    """Sort rows (n,) by their scores (n,)."""
    order = np.argsort(-scores, kind="stable")
    of_class = positive[order]
    ours, others = order[of_class], order[~of_class]
    high, low = -scores[ours], -scores[others]
    return Ranked(
        positive=ours,
        negative=others,
        ahead=np.searchsorted(high, high, side="right"),
        above=np.searchsorted(low, high, side="left"),
        level=np.searchsorted(low, high, side="right"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area: its value (...) for weights of the positive and of the negative rows, and its derivatives by them.

    Weights are (..., positive) and (..., negative), in the order of `Ranked`; derivatives are for one set of weights.
    """

    value: Callable[[Ranked, Floats, Floats], Floats]
    slopes: Callable[[Ranked, Floats, Floats], tuple[Floats, Floats]]


def _from_zero(weights: Floats) -> Floats:
    # How often rows were drawn are small integers, whose sums are quick and exact.
    kind = weights.dtype if weights.dtype == np.float64 else np.int64
    sums: Floats = np.zeros((*weights.shape[:-1], weights.shape[-1] + 1), dtype=kind)
    np.cumsum(weights, axis=-1, out=sums[..., 1:])
    return sums


def _product(weights: Floats, values: Floats) -> Floats:
    # No BLAS: its threads cost more than they save here, eight milliseconds of eight on a busy machine.
    return np.asarray(np.multiply(weights, values).sum(axis=-1), dtype=np.float64)


def _roc_value(rows: Ranked, positive: Floats, negative: Floats) -> Floats:
    """The share of pairs in which the positive row scores more; a tie counts half (Hanley and McNeil 1982)."""
    before = _from_zero(negative)
    ahead = _product(positive, np.take(before, rows.above, axis=-1) + np.take(before, rows.level, axis=-1))
    with np.errstate(invalid="ignore"):  # NaN where a draw has rows of one class only
        return np.asarray(1 - ahead / (2.0 * positive.sum(axis=-1) * before[..., -1]))


def _roc_slopes(rows: Ranked, positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """How much each row's share of won pairs is off the area, as DeLong et al. (1988) have it."""
    area = float(_roc_value(rows, positive, negative))
    before, count = _from_zero(negative), len(negative)
    won = 1 - (before[rows.above] + before[rows.level]) / (2 * before[-1])
    # A negative row at place j is beaten by the positive rows that have at most j negative rows above them.
    earlier = _from_zero(positive)
    place = np.arange(count)
    beaten = earlier[np.searchsorted(rows.above, place, side="right")]
    strictly = earlier[np.searchsorted(rows.level, place, side="right")]
    return (won - area) / earlier[-1], ((beaten + strictly) / (2 * earlier[-1]) - area) / before[-1]


def _precision(rows: Ranked, positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """At each positive row's score: the weight of positive rows, and of all rows, that score at least as much."""
    right = np.take(_from_zero(positive), rows.ahead, axis=-1)
    return right, right + np.take(_from_zero(negative), rows.level, axis=-1)


def _pr_value(rows: Ranked, positive: Floats, negative: Floats) -> Floats:
    """Average precision: the sum of precisions, each by its step of recall, without interpolation."""
    right, answered = _precision(rows, positive, negative)
    precision = np.divide(right, answered, out=np.zeros(right.shape), where=answered > 0)
    with np.errstate(invalid="ignore"):
        return np.asarray(_product(positive, precision) / positive.sum(axis=-1))


def _pr_slopes(rows: Ranked, positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    right, answered = _precision(rows, positive, negative)
    total, precision = positive.sum(), right / answered
    area = positive @ precision / total
    # A row adds to what was answered at its own score and at all lower ones.
    gains = _from_zero((positive * (answered - right) / answered**2)[::-1])[::-1] / total
    losses = _from_zero((positive * right / answered**2)[::-1])[::-1] / total
    first = np.searchsorted(rows.ahead, rows.ahead, side="left")
    below = np.searchsorted(rows.level, np.arange(len(negative)), side="right")
    return (precision - area) / total + gains[first], -losses[below]


ROC = Area(value=_roc_value, slopes=_roc_slopes)
PRECISION_RECALL = Area(value=_pr_value, slopes=_pr_slopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How much each row counts: its own weight, None for one each, times how often its unit is drawn."""

    weight: Floats | None
    units: Units

    def of(self, rows: Integers) -> Floats:
        """The weights of some rows."""
        return np.ones(len(rows)) if self.weight is None else self.weight[rows]


def resampled(sides: Sequence[Sequence[Ranked]], area: Area, weighing: Weighing, draws: int, seed: int) -> Resampled:
    """The mean area over the rankings of each side: one for two classes, one against the rest for each of several."""
    prepared = [[_Prepared.of(rows, weighing) for rows in side] for side in sides]
    values = np.concatenate(
        [
            np.stack([np.mean([each.value(area, drawn) for each in side], axis=0) for side in prepared], axis=-1)
            for batch in counts(np.ones(weighing.units.count), draws, seed)
            for drawn in _split(batch, weighing)
        ]
    )
    return Resampled(
        estimate=np.array([np.mean([area.value(*each.weighed()) for each in side]) for side in prepared]),
        draws=values,
        influence=np.stack([_influence(side, area, weighing) for side in prepared], axis=1),
        times=np.ones(weighing.units.count),
        reach=max(1 / min(len(each.positive), len(each.negative)) for side in sides for each in side),
    )


def _split(batch: Floats, weighing: Weighing) -> Iterator[Floats]:
    """Draws in such parts as rows allow; small integers where no weights need more (no row comes 256 times)."""
    rows = weighing.units.count if weighing.units.of_row is None else len(weighing.units.of_row)
    size = max(1, _BATCH // rows)
    drawn: Floats = batch if weighing.weight is not None else np.asarray(batch, dtype=np.uint8)
    for start in range(0, len(drawn), size):
        yield drawn[start : start + size]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A ranking with the units and weights of its rows in its own order."""

    rows: Ranked
    units: tuple[Integers, Integers]
    weights: tuple[Floats, Floats]
    weighted: bool

    @classmethod
    def of(cls, rows: Ranked, weighing: Weighing) -> _Prepared:
        of_row = weighing.units.of_row
        units = (rows.positive, rows.negative)
        if of_row is not None:
            units = (of_row[rows.positive], of_row[rows.negative])
        weights = (weighing.of(rows.positive), weighing.of(rows.negative))
        return cls(rows=rows, units=units, weights=weights, weighted=weighing.weight is not None)

    def weighed(self) -> tuple[Ranked, Floats, Floats]:
        return (self.rows, *self.weights)

    def value(self, area: Area, drawn: Floats) -> Floats:
        positive, negative = (np.take(drawn, units, axis=-1) for units in self.units)
        if self.weighted:
            positive, negative = positive * self.weights[0], negative * self.weights[1]
        return area.value(self.rows, positive, negative)


def _influence(side: Sequence[_Prepared], area: Area, weighing: Weighing) -> Floats:
    count = weighing.units.count
    total = np.zeros(count)
    for each in side:
        slopes = area.slopes(*each.weighed())
        for units, weights, slope in zip(each.units, each.weights, slopes, strict=True):
            total += np.bincount(units, weights=weights * slope, minlength=count)
    return total * count / len(side)
