"""Predictions that no gate should pass, made of a model's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mlgitlab.config.gates_fairness import Criterion
from mlgitlab.jobs.gate.predictions import Predictions, Task

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

    Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

Fault: TypeAlias = Callable[[Predictions], Predictions]
# So many standard deviations of the truth an answer is off that a regression must not give.
_FAR = 10.0


def flipped(found: Predictions) -> Predictions:
    """The opposite of every answer; of a value, its mirror image far off."""
    match found.task:
        case Task.BINARY:
            return replace(found, predicted=_less(1.0, found.predicted), scores=_less(1.0, found.scores))
        case Task.MULTICLASS:
            count = len(found.classes)
            scores = None if found.scores is None else np.roll(found.scores, 1, axis=1)
            predicted = None if found.predicted is None else (found.predicted + 1) % count
            return replace(found, predicted=predicted, scores=scores)
        case Task.REGRESSION:
            away = _FAR * _spread(found)
            return replace(found, predicted=2 * found.truth.mean() + away - _values(found))
        case Task.RANKING:
            return replace(found, scores=_less(0.0, found.scores))


def not_a_number(found: Predictions) -> Predictions:
    """The same answers, with one that is no number."""
    return replace(found, predicted=_spoilt(found.predicted), scores=_spoilt(found.scores))


def none(found: Predictions) -> Predictions:
    """No answer at all, on no row."""
    return replace(
        found,
        ids=found.ids[:0],
        truth=found.truth[:0],
        predicted=None if found.predicted is None else found.predicted[:0],
        scores=None if found.scores is None else found.scores[:0],
        groups={name: column[:0] for name, column in found.groups.items()},
        weight=None if found.weight is None else found.weight[:0],
        cluster=None if found.cluster is None else found.cluster[:0],
    )


def biased(criterion: Criterion, columns: Sequence[str]) -> Fault:
    """Answers that are right for all but the largest group of these columns, or favour all but it."""

    def bias(found: Predictions) -> Predictions:
        against = _largest(found, columns)
        if found.task is Task.REGRESSION:
            return replace(found, predicted=np.where(against, found.truth + _FAR * _spread(found), found.truth))
        if criterion is Criterion.DEMOGRAPHIC_PARITY:
            answers = np.where(against, 0.0, 1.0)
        else:
            answers = np.where(against, (found.truth + 1) % max(2, len(found.classes)), found.truth)
        return _answering(found, answers)

    return bias


def groups_of(found: Predictions, columns: Sequence[str]) -> int:
    """How many groups the columns make together."""
    return len({*zip(*(found.groups[name].tolist() for name in columns), strict=True)})


def _answering(found: Predictions, answers: Floats) -> Predictions:
    """Answers without a doubt: all the probability is on one class."""
    scores = found.scores
    if scores is not None:
        scores = answers if scores.ndim == 1 else (answers[:, None] == np.arange(len(found.classes))).astype(float)
    return replace(found, predicted=None if found.predicted is None else answers, scores=scores)


def _largest(found: Predictions, columns: Sequence[str]) -> Mask:
    named = np.array(["\x1f".join(row) for row in zip(*(found.groups[name].tolist() for name in columns), strict=True)])
    groups, counts = np.unique(named, return_counts=True)
    largest: Mask = named == groups[counts.argmax()]
    return largest


def _values(found: Predictions) -> Floats:
    return found.truth if found.predicted is None else found.predicted


def _spread(found: Predictions) -> float:
    return float(np.std(found.truth)) or 1.0


def _less(whole: float, values: Floats | None) -> Floats | None:
    return None if values is None else whole - values


def _spoilt(values: Floats | None) -> Floats | None:
    if values is None or not len(values):
        return values
    spoilt: Floats = values.copy()
    spoilt[len(spoilt) // 2] = np.nan
    return spoilt
