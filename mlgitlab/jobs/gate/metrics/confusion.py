"""Metrics of predicted classes: accuracy, balanced accuracy, precision, recall, F1.

Definitions are those of scikit-learn with `zero_division=0`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.config.gates_metrics import Average, Metric
from mlgitlab.jobs.gate.metrics import tallies
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.metrics.tallies import Answers, Score
from mlgitlab.jobs.gate.rows.selection import Rows

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats


def accuracy(rows: Rows, options: Options) -> Measured | str:
    """The share of rows whose predicted class is the true one."""
    right = tuple(np.asarray(side.predicted == rows.first.truth).view(np.uint8) for side in rows.sides)
    # Right or wrong is all that counts; the two are classes of a task where right is always the truth.
    answers = Answers(truth=np.ones(rows.count, dtype=np.uint8), sides=right, classes=2)
    return tallies.measured(rows, answers, _share_right, options.draws)


def _share_right(true: Floats, _predicted: Floats, both: Floats) -> Floats:
    return _ratio(both[..., 1], true[..., 1])


def balanced_accuracy(rows: Rows, options: Options) -> Measured | str:
    """The mean recall over the classes that occur in the truth."""
    if len(np.unique(rows.first.truth)) < 2:
        return "the truth has one class only"
    return _by_class(rows, _mean_recall, options)


def averaged(metric: Metric, rows: Rows, options: Options) -> Measured | str:
    """Precision, recall or F1 of the second class, or over all classes that occur."""
    several = len(rows.first.classes) > 2
    average = options.average or (Average.MACRO if several else Average.BINARY)
    if average == Average.BINARY and several:
        return "`average: binary` is for two classes"
    fault = _empty(metric, rows, average)
    return fault or _by_class(rows, partial(_AVERAGES[Average(average)], _PARTS[metric]), options)


def _empty(metric: Metric, rows: Rows, average: str) -> str:
    """Why precision, recall or F1 of the positive class is 0 / 0."""
    if average != Average.BINARY:
        return ""
    name = rows.first.classes[1] if len(rows.first.classes) > 1 else "1"
    if metric != Metric.PRECISION and not np.any(rows.first.truth == 1):
        return f"no row is of the class {name}"
    if metric == Metric.PRECISION and not all(np.any(side.predicted == 1) for side in rows.sides):
        return f"no row was predicted as {name}"
    return ""


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _mean_recall(true: Floats, _predicted: Floats, both: Floats) -> Floats:
    return _ratio(_ratio(both, true).sum(axis=-1), np.count_nonzero(true > 0, axis=-1).astype(np.float64))


# Of each class or of sums over classes: what the score divides by what.
_Parts: TypeAlias = "Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]"
_PARTS: dict[Metric, _Parts] = {
    Metric.PRECISION: lambda _true, predicted, both: (both, predicted),
    Metric.RECALL: lambda true, _predicted, both: (both, true),
    Metric.F1: lambda true, predicted, both: (2 * both, true + predicted),
}


def _binary(parts: _Parts, true: Floats, predicted: Floats, both: Floats) -> Floats:
    return _ratio(*parts(true[..., 1], predicted[..., 1], both[..., 1]))


def _macro(parts: _Parts, true: Floats, predicted: Floats, both: Floats) -> Floats:
    occurs = np.count_nonzero(true + predicted > 0, axis=-1).astype(np.float64)
    return _ratio(_ratio(*parts(true, predicted, both)).sum(axis=-1), occurs)


def _weighted(parts: _Parts, true: Floats, predicted: Floats, both: Floats) -> Floats:
    return _ratio((_ratio(*parts(true, predicted, both)) * true).sum(axis=-1), true.sum(axis=-1))


def _micro(parts: _Parts, true: Floats, predicted: Floats, both: Floats) -> Floats:
    return _ratio(*parts(true.sum(axis=-1), predicted.sum(axis=-1), both.sum(axis=-1)))


_AVERAGES: dict[Average, Callable[[_Parts, Floats, Floats, Floats], Floats]] = {
    Average.BINARY: _binary,
    Average.MACRO: _macro,
    Average.WEIGHTED: _weighted,
    Average.MICRO: _micro,
}


def _by_class(rows: Rows, score: Score, options: Options) -> Measured | str:
    sides = tuple(side.predicted.astype(np.int64) for side in rows.sides if side.predicted is not None)
    truth = rows.first.truth.astype(np.int64)
    answers = Answers(truth=truth, sides=sides, classes=max(len(rows.first.classes), 2))
    return tallies.measured(rows, answers, score, options.draws)
