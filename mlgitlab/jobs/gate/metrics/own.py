"""A metric of the user's own: any function of the rows, so rows themselves are drawn again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.jobs.gate.metrics.means import alike
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics.resampled import Resampled

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers

# Truth, predicted, scores and weight, as `Predictions` has them, to one number.
OwnMetric: TypeAlias = "Callable[[Floats, Floats | None, Floats | None, Floats | None], float]"

# Parts of which each is left out once, to see which rows move the metric.
_PARTS = 200


def measured(metric: OwnMetric, rows: Rows, options: Options) -> Measured | str:
    """The metric of each side, and of each on the rows that are drawn; where it raises an error, it has no value."""
    try:
        values = [_called(metric, side) for side in rows.sides]
    except Exception as error:  # noqa: BLE001 (the user's code may raise anything)
        return f"the metric raised {type(error).__name__}: {error}"
    if not all(map(math.isfinite, values)):
        return f"the metric is not a finite number: {', '.join(map(str, values))}"
    drawn = np.array([[_value(metric, side, taken) for side in rows.sides] for taken in _draws(rows, options.draws)])
    if np.isnan(drawn).any(axis=1).mean() > 0.5:
        return "the metric has no value on most sets of rows that are drawn from these"
    if not np.ptp(drawn, axis=0).all():
        return "the metric is the same whichever rows are drawn, so that no interval can be made"
    left = np.array([[_value(metric, side, taken) for side in rows.sides] for taken in _without(rows)])
    influence = (len(left) - 1) * (np.nanmean(left, axis=0) - np.nan_to_num(left))
    found = Resampled(
        estimate=np.array(values),
        draws=drawn,
        influence=influence,
        times=np.ones(len(left)),
        # Where no row tells the sides apart: as far as a row that was seen moves either.
        reach=float(np.ptp(influence)) / len(left) if alike(tuple(drawn.T)) else 0.0,
    )
    return Measured(values=tuple(values), resampled=found)


def _value(metric: OwnMetric, side: Predictions, taken: Integers) -> float:
    """NaN where the metric has no value on these rows, such as where a class is missing."""
    try:
        return _called(metric, side, taken)
    except Exception:  # noqa: BLE001 (the user's code may raise anything)
        return math.nan


def _called(metric: OwnMetric, side: Predictions, taken: Integers | slice = slice(None)) -> float:
    predicted, scores, weight = (
        None if each is None else each[taken] for each in (side.predicted, side.scores, side.weight)
    )
    return float(metric(side.truth[taken], predicted, scores, weight))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Rows by unit: those of unit u are order[start[u]:start[u + 1]]."""

    order: Integers
    start: Integers

    def of(self, units: Integers) -> Integers:
        """The rows of some units, one after the other."""
        size = self.start[units + 1] - self.start[units]
        within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        return np.asarray(self.order[np.repeat(self.start[units], size) + within])


def _sorted(of_row: Integers, count: int) -> _Sorted:
    size = np.bincount(of_row, minlength=count)
    return _Sorted(np.argsort(of_row, kind="stable"), np.append(0, np.cumsum(size)))


def _draws(rows: Rows, draws: int) -> Iterator[Integers]:
    generator = np.random.default_rng(rows.seed)
    units = rows.units()
    if units.of_row is None:
        for _ in range(draws):
            yield generator.integers(rows.count, size=rows.count)
        return
    ordered = _sorted(units.of_row, units.count)
    for _ in range(draws):
        yield ordered.of(generator.integers(units.count, size=units.count))


def _without(rows: Rows) -> Iterator[Integers]:
    units = rows.units(_PARTS)
    of_row = np.arange(rows.count) if units.of_row is None else units.of_row
    for part in range(units.count):
        yield np.flatnonzero(of_row != part)
