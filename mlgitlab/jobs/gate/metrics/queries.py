"""Metrics of rankings, each a mean over queries: NDCG and mean average precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.config.gates_metrics import Metric
from mlgitlab.jobs.gate.metrics.means import alike
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics.sums import Sums

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers

    # Relevance and scores (n,), the query of each row (n,), and how many queries there are, to one number for each.
    OfQueries: TypeAlias = Callable[[Floats, Floats, Integers, int], Floats]


def measured(metric: Metric, rows: Rows, options: Options) -> Measured | str:
    """The mean over queries that have a relevant row, each by the mean weight of its rows."""
    if rows.clusters is None:
        return "the predictions have no `cluster`: which rows belong to one query is not known"
    if np.any(rows.first.truth < 0):
        return "relevance must not be negative"
    query, count = rows.clusters, rows.independent
    relevant = np.bincount(query, weights=rows.first.truth, minlength=count) > 0
    if not np.any(relevant):
        return "no query has a relevant row"
    size = np.bincount(query, minlength=count)
    weight = np.bincount(query, weights=rows.weight, minlength=count) / size
    values = [_of_side(metric, side, query, count, options.k) for side in rows.sides]
    table = np.stack([weight, *(weight * each for each in values)], axis=1)[relevant]
    sums = Sums(table=table, times=np.ones(len(table)))
    found = sums.resampled(lambda total: total[..., 1:] / total[..., :1], options.draws, rows.seed)
    # Where no query tells the sides apart: each one's value lies between 0 and 1.
    found = replace(found, reach=1 / len(table) if alike(values) else 0.0)
    left_out = int(np.count_nonzero(~relevant))
    notes = (f"{left_out} of {count} queries have no relevant row, and do not count",) if left_out else ()
    return Measured(values=tuple(map(float, found.estimate)), resampled=found, notes=notes)


def _of_side(metric: Metric, side: Predictions, query: Integers, count: int, k: int | None) -> Floats:
    assert side.scores is not None
    if metric is Metric.MAP:
        return average_precision(side.truth, side.scores, query, count)
    return ndcg(side.truth, side.scores, query, count, k)


def ndcg(relevance: Floats, scores: Floats, query: Integers, count: int, k: int | None) -> Floats:
    """Normalised discounted cumulative gain of each query (Järvelin and Kekäläinen 2002); gain is the relevance itself.

    Rows with the same score share their places' discounts, as in scikit-learn. k: only so many places count.
    """
    ideal = _discounted(relevance, relevance, query, count, k)
    return np.divide(_discounted(relevance, scores, query, count, k), ideal, out=np.zeros(count), where=ideal > 0)


def _discounted(relevance: Floats, scores: Floats, query: Integers, count: int, k: int | None) -> Floats:
    order, place, start = _sorted(scores, query)
    discount = 1 / np.log2(place + 2)
    if k is not None:
        discount[place >= k] = 0
    tied = np.diff(np.append(start, len(order)))
    gain = np.add.reduceat(relevance[order], start) / tied * np.add.reduceat(discount, start)
    return np.asarray(np.bincount(query[order][start], weights=gain, minlength=count), dtype=np.float64)


def average_precision(relevance: Floats, scores: Floats, query: Integers, count: int) -> Floats:
    """Average precision of each query, without interpolation; a row is relevant, or its relevance is 0."""
    relevant = (relevance > 0).astype(np.float64)
    order, place, start = _sorted(scores, query)
    last = np.append(start[1:], len(order)) - 1
    found = np.cumsum(relevant[order])
    of_query = query[order]
    total = np.bincount(query, weights=relevant, minlength=count)
    before = np.append(0.0, np.cumsum(total))[of_query[last]]
    step = np.add.reduceat(relevant[order], start)
    precision = (found[last] - before) / (place[last] + 1)
    sums = np.bincount(of_query[last], weights=step * precision, minlength=count)
    return np.divide(sums, total, out=np.zeros(count), where=total > 0)


def _sorted(scores: Floats, query: Integers) -> tuple[Integers, Integers, Integers]:
    """Rows by query and falling score; each row's place in its query, from 0; where each run of equal scores begins."""
    order = np.lexsort((-scores, query))
    of_query, value = query[order], scores[order]
    begins = np.append(True, of_query[1:] != of_query[:-1])
    first = np.flatnonzero(begins)
    place = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return order, place, np.flatnonzero(begins | np.append(True, value[1:] != value[:-1]))
