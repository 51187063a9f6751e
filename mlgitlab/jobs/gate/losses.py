"""What one row loses: the terms of losses that are means over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.config.gates_fairness import GroupLoss
from mlgitlab.jobs.gate.predictions import Predictions, Task

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

# The least probability: of 0, the logarithm would be infinite. That of scikit-learn.
_LEAST = float(np.finfo(np.float64).eps)


def log_losses(side: Predictions) -> Floats:
    """Minus the logarithm of the probability that was given to the true class."""
    return np.asarray(-np.log(np.clip(_true_probability(side), _LEAST, 1 - _LEAST)))


def _true_probability(side: Predictions) -> Floats:
    assert side.scores is not None
    if side.task is Task.BINARY:
        return np.where(side.truth == 1, side.scores, 1 - side.scores)
    return np.asarray(side.scores[np.arange(side.rows), side.truth.astype(np.int64)])


def brier_scores(side: Predictions) -> Floats:
    """The squared error of the probability (Brier 1950), summed over the classes if there are several."""
    assert side.scores is not None
    if side.task is Task.BINARY:
        return np.asarray((side.scores - side.truth) ** 2)
    one_hot = side.truth[:, None] == np.arange(side.scores.shape[1])
    return np.asarray(((side.scores - one_hot) ** 2).sum(axis=1))


def errors(side: Predictions) -> Floats:
    """Truth minus predicted value."""
    assert side.predicted is not None
    return side.truth - side.predicted


def pinball_losses(side: Predictions, quantile: float) -> Floats:
    """The loss that the quantile minimises (Koenker and Bassett 1978)."""
    off = errors(side)
    return np.asarray(np.maximum(quantile * off, (quantile - 1) * off))


def by_row(loss: GroupLoss, side: Predictions) -> Floats:
    """The terms of a group's loss; of RMSE, those of the mean below the root."""
    match loss:
        case GroupLoss.ZERO_ONE:
            return np.asarray(side.predicted != side.truth, dtype=np.float64)
        case GroupLoss.LOG_LOSS:
            return log_losses(side)
        case GroupLoss.MAE:
            return np.abs(errors(side))
        case GroupLoss.MSE | GroupLoss.RMSE:
            return np.asarray(errors(side) ** 2)
