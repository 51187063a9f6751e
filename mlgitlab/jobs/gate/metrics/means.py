"""Metrics that are means over rows, or functions of a few: log loss, Brier score, calibration, errors of regression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.config.gates_metrics import Metric
from mlgitlab.jobs.gate.losses import brier_scores, errors, log_losses, pinball_losses
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics.sums import Sums

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

# The terms of one side (n,), of which the metric is the mean.
_ROWS: dict[Metric, Callable[[Predictions], Floats]] = {
    Metric.LOG_LOSS: log_losses,
    Metric.BRIER: brier_scores,
    Metric.MAE: lambda side: np.abs(errors(side)),
    Metric.MSE: lambda side: errors(side) ** 2,
    Metric.RMSE: lambda side: errors(side) ** 2,
}


def mean(metric: Metric, rows: Rows, options: Options) -> Measured | str:
    """The weighted mean over rows; its root for RMSE."""
    row = partial(pinball_losses, quantile=options.quantile) if metric is Metric.PINBALL else _ROWS[metric]
    terms = [row(side) for side in rows.sides]
    columns, reach = [np.ones(rows.count), *terms], _reach(rows, terms)
    if metric is not Metric.RMSE:
        return of_sums(rows, columns, _mean, options.draws, reach)
    if reach:  # that of a root is less by its derivative, here the same for both sides
        reach /= 2 * float(np.sqrt(np.average(terms[0], weights=rows.weight)))
    return of_sums(rows, columns, _root_mean, options.draws, reach)


def _reach(rows: Rows, terms: Sequence[Floats]) -> float:
    """How far a unit that was not seen could move the difference of two means that are the same on every row.

    By the whole range of terms that were seen. Where rows do differ, these show how far.
    """
    return float(np.ptp(terms[0])) / rows.independent if alike(terms) else 0.0


def _mean(sums: Floats) -> Floats:
    return np.asarray(sums[..., 1:] / sums[..., :1])


def _root_mean(sums: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(_mean(sums), 0)))


def r2(rows: Rows, options: Options) -> Measured | str:
    """The share of the variance of the truth that is explained; negative where the mean of the truth does better."""
    if float(np.ptp(rows.first.truth)) == 0:
        return "the truth is the same on every row, so that there is no variance to explain"
    # Around its mean, so that the squares lose no digits where the truth is large.
    centred = rows.first.truth - np.average(rows.first.truth, weights=rows.weight)
    squares = [errors(side) ** 2 for side in rows.sides]
    variance = float(np.average(centred**2, weights=rows.weight))
    reach = _reach(rows, squares) / variance if variance else 0.0
    return of_sums(rows, [np.ones(rows.count), centred, centred**2, *squares], _explained, options.draws, reach)


def _explained(sums: Floats) -> Floats:
    variance = sums[..., 2:3] - sums[..., 1:2] ** 2 / sums[..., :1]
    return np.asarray(1 - sums[..., 3:] / variance)


def alike(columns: Sequence[Floats]) -> bool:
    """Whether two sides have the same numbers, row by row."""
    return len(columns) > 1 and bool(np.array_equal(columns[0], columns[1]))


def of_sums(
    rows: Rows, columns: Sequence[Floats], combine: Callable[[Floats], Floats], draws: int, reach: float
) -> Measured:
    """A function of the weighted sums of columns (n,); `reach` as `Resampled` has it."""
    weighed = np.stack(columns, axis=1)
    if rows.first.weight is not None:
        weighed *= rows.first.weight[:, None]
    values = combine(weighed.sum(axis=0))
    table = rows.units().totals(weighed)
    found = Sums(table=table, times=np.ones(len(table))).resampled(combine, draws, rows.seed)
    return Measured(values=tuple(map(float, values)), resampled=replace(found, reach=reach))
