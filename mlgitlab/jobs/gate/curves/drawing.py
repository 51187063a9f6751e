"""Curves of both models' answers: ROC, precision and recall, calibration, residuals; few points each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.rows.selection import chosen
from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Side

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

MOST_POINTS = 200
_BINS = 10


def curves(pair: Pair) -> Iterator[Curve]:
    """Every curve that the answers of each side allow; none of a side whose numbers are not finite."""
    for whose, side in ((Side.CANDIDATE, pair.candidate), (Side.PRODUCTION, pair.production)):
        if side is None or not _finite(side):
            continue
        counting = side if side.weight is None else chosen(side, np.asarray(side.weight > 0))
        if not counting.rows:
            continue
        if side.task is Task.BINARY and side.scores is not None:
            yield from _of_scores(counting, whose, pair.dataset)
        elif side.task is Task.REGRESSION and side.predicted is not None:
            yield _residuals(counting, whose, pair.dataset)


def _finite(side: Predictions) -> bool:
    given = (side.truth, side.predicted, side.scores, side.weight)
    return all(np.isfinite(values).all() for values in given if values is not None)


def _of_scores(side: Predictions, whose: Side, dataset: str) -> Iterator[Curve]:
    assert side.scores is not None
    weight = np.ones(side.rows) if side.weight is None else side.weight
    order = np.argsort(-side.scores, kind="stable")
    scores, positive = side.scores[order], (side.truth == 1)[order] * weight[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    right, answered = np.cumsum(positive)[last], np.cumsum(weight[order])[last]
    wrong = answered - right
    if right[-1] > 0 and wrong[-1] > 0:
        rise, fall = np.append(0, right / right[-1]), np.append(0, wrong / wrong[-1])
        few = _spread(rise, fall)
        yield Curve(kind=CurveKind.ROC, side=whose, dataset=dataset, x=_points(fall[few]), y=_points(rise[few]))
        precision = np.append(1, right / answered)
        yield Curve(
            kind=CurveKind.PRECISION_RECALL,
            side=whose,
            dataset=dataset,
            x=_points(rise[few]),
            y=_points(precision[few]),
        )
    if np.all((side.scores >= 0) & (side.scores <= 1)):
        yield _calibration(side, weight, whose, dataset)


def _spread(x: Floats, y: Floats) -> Floats:
    """Which points to keep: evenly along the curve, the first and the last among them."""
    along = x + y
    return np.unique(np.searchsorted(along, np.linspace(0, along[-1], MOST_POINTS)).clip(0, len(along) - 1))


def _calibration(side: Predictions, weight: Floats, whose: Side, dataset: str) -> Curve:
    """Wilson's interval (1927) at 95 % for the share of positives in each bin."""
    assert side.scores is not None
    place = np.minimum((side.scores * _BINS).astype(np.int64), _BINS - 1)
    total = np.bincount(place, weights=weight, minlength=_BINS)
    there = total > 0
    x, y = (
        np.bincount(place, weights=weight * values, minlength=_BINS)[there] / total[there]
        for values in (side.scores, (side.truth == 1).astype(np.float64))
    )
    count = total[there] ** 2 / np.bincount(place, weights=weight**2, minlength=_BINS)[there]
    z2 = 1.96**2
    middle, half = (y + z2 / (2 * count)) / (1 + z2 / count), np.sqrt(z2 * (y * (1 - y) + z2 / (4 * count)) / count)
    half /= 1 + z2 / count
    return Curve(
        kind=CurveKind.CALIBRATION,
        side=whose,
        dataset=dataset,
        x=_points(x),
        y=_points(y),
        low=_points(middle - half),
        high=_points(middle + half),
    )


def _residuals(side: Predictions, whose: Side, dataset: str) -> Curve:
    """Rows at even places in the order of predicted values."""
    assert side.predicted is not None
    order = np.argsort(side.predicted, kind="stable")
    few = order[np.unique(np.linspace(0, side.rows - 1, MOST_POINTS).astype(np.int64))]
    x, y = side.predicted[few], (side.truth - side.predicted)[few]
    return Curve(kind=CurveKind.RESIDUALS, side=whose, dataset=dataset, x=_points(x), y=_points(y))


def _points(values: Floats) -> tuple[float, ...]:
    return tuple(map(float, values))
