"""The expected calibration error, and how much of it may be noise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.metrics.means import alike
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics import normal
from mlgitlab.jobs.gate.statistics.sums import Sums
from mlgitlab.jobs.gate.statistics.units import Units

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
    table = binned(rows, rows.units(), np.zeros(rows.count, dtype=np.int64), 1, options.bins)[:, 0]
    sums = Sums(table=table, times=np.ones(len(table)))
    found = sums.resampled(partial(binned_error, options.bins), options.draws, rows.seed)
    same = alike(np.split(table[:, 1:], len(rows.sides), axis=1))
    found = replace(found, excess=excess(table, options.bins), reach=1 / rows.independent if same else 0.0)
    return Measured(values=tuple(map(float, found.estimate)), resampled=found)


def binned(rows: Rows, units: Units, group: Integers, groups: int, bins: int) -> Floats:
    """Of each unit and group: its weight, and for each side and bin its gap, probability minus what is so.

    group: the number of each row's. The shape is (U, groups, 1 + S * bins).
    """
    parts = [units.totals_by(group, groups, rows.weight)[:, :, None]]
    for side in rows.sides:
        probability, right = confidence(side)
        place = np.minimum((probability * bins).astype(np.int64), bins - 1)  # 1 belongs to the last
        gaps = units.totals_by(group * bins + place, groups * bins, rows.weight * (probability - right))
        parts.append(gaps.reshape(units.count, groups, bins))
    return np.concatenate(parts, axis=2)


def confidence(side: Predictions) -> tuple[Floats, Floats]:
    """Of each row: the probability of what is predicted, and whether it is so (1) or not (0)."""
    assert side.scores is not None
    if side.task is Task.BINARY:
        return side.scores, side.truth
    return side.scores.max(axis=1), (side.scores.argmax(axis=1) == side.truth).astype(np.float64)


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
