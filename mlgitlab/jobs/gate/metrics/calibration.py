"""The expected calibration error, and how much of it may be noise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics import normal
from mlgitlab.jobs.gate.statistics.sums import Sums

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers

# So many standard errors may a bin's gap be nearer to zero than it looks.
_NEARER = 1.0


def calibration_error(rows: Rows, options: Options) -> Measured | str:
    """The mean, over bins of the probability, of how far it is from the share of rows that are as predicted.

    Source: Naeini, Cooper and Hauskrecht (2015); Guo et al. (2017). Bins have equal width. Two classes: the
    probability of the second. More: that of the most probable class. Absolute values add up noise, which the interval
    accounts for: `Resampled.excess`.
    """
    count = options.bins
    columns = [np.ones((rows.count, 1)), *(gaps_of(side, count) for side in rows.sides)]
    table = rows.units().totals(np.concatenate(columns, axis=1) * rows.weight[:, None])
    sums = Sums(table=table, times=np.ones(len(table)))
    combine = partial(binned_error, count)
    found = sums.resampled(combine, options.draws, rows.seed)
    return Measured(values=tuple(map(float, found.estimate)), resampled=replace(found, excess=excess(table, count)))


def confidence(side: Predictions) -> tuple[Floats, Floats]:
    """Of each row: the probability of what is predicted, and whether it is so (1) or not (0)."""
    assert side.scores is not None
    if side.task is Task.BINARY:
        return side.scores, side.truth
    return side.scores.max(axis=1), (side.scores.argmax(axis=1) == side.truth).astype(np.float64)


def bins_of(probability: Floats, count: int) -> Integers:
    """The number of each probability's bin; 1 belongs to the last."""
    return np.minimum((probability * count).astype(np.int64), count - 1)


def gaps_of(side: Predictions, count: int) -> Floats:
    """In the column of each row's bin (n, bins): probability minus what is so."""
    probability, right = confidence(side)
    columns = np.zeros((side.rows, count))
    columns[np.arange(side.rows), bins_of(probability, count)] = probability - right
    return columns


def binned_error(count: int, sums: Floats) -> Floats:
    """From a sum of weights and one of gaps for each side and bin (..., 1 + S * bins) to errors (..., S)."""
    gaps = np.abs(sums[..., 1:]) / sums[..., :1]
    return np.asarray(gaps.reshape(*gaps.shape[:-1], -1, count).sum(axis=-1))


def excess(table: Floats, count: int) -> Floats:
    """How much more than the truth the error of each side may be (S,): what noise adds to gaps that are small.

    table: of each unit, its weight, and its gaps for each side and bin (U, 1 + S * bins). The mean of |N(gap, error)|
    exceeds |gap| by that of a folded normal distribution (Leone, Nelson and Nottingham 1961); gaps are taken one
    standard error nearer to zero than they look.
    """
    weight = table[:, :1]
    gaps = table[:, 1:].sum(axis=0) / weight.sum()
    error = np.sqrt(((table[:, 1:] - gaps * weight) ** 2).sum(axis=0)) / weight.sum()
    gap = np.maximum(np.abs(gaps) - _NEARER * error, 0)
    apart = np.divide(gap, error, out=np.zeros_like(gap), where=error > 0)
    below = np.array([normal.probability(-each) for each in apart])
    added = error * np.sqrt(2 / np.pi) * np.exp(-(apart**2) / 2) - 2 * gap * below
    return np.asarray(added.reshape(-1, count).sum(axis=1))
