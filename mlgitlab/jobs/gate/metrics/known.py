"""The metrics that are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from mlgitlab.config.gates_metrics import Direction, Metric
from mlgitlab.jobs.gate.metrics import areas, calibration, confusion, means, queries
from mlgitlab.jobs.gate.metrics.measured import Known, Measure
from mlgitlab.jobs.gate.predictions import Task
from mlgitlab.jobs.gate.rows.soundness import Reads
from mlgitlab.jobs.gate.statistics import ranks

_CLASSES = (Task.BINARY, Task.MULTICLASS)
_SHARE = (0.0, 1.0)
_LOSS = (0.0, math.inf)


def _of_classes(measure: Measure) -> Known:
    return Known(direction=Direction.HIGHER, tasks=_CLASSES, reads=Reads.PREDICTED, measure=measure, within=_SHARE)


def _of_order(measure: Measure) -> Known:
    return Known(direction=Direction.HIGHER, tasks=_CLASSES, reads=Reads.SCORES, measure=measure, within=_SHARE)


def _of_probabilities(measure: Measure, most: float) -> Known:
    return Known(
        direction=Direction.LOWER, tasks=_CLASSES, reads=Reads.PROBABILITIES, measure=measure, within=(0.0, most)
    )


def _of_values(measure: Measure) -> Known:
    return Known(
        direction=Direction.LOWER, tasks=(Task.REGRESSION,), reads=Reads.PREDICTED, measure=measure, within=_LOSS
    )


def _of_queries(metric: Metric) -> Known:
    measure = partial(queries.measured, metric)
    return Known(direction=Direction.HIGHER, tasks=(Task.RANKING,), reads=Reads.SCORES, measure=measure, within=_SHARE)


KNOWN: Mapping[Metric, Known] = {
    Metric.ACCURACY: _of_classes(confusion.accuracy),
    Metric.BALANCED_ACCURACY: _of_classes(confusion.balanced_accuracy),
    Metric.PRECISION: _of_classes(partial(confusion.averaged, Metric.PRECISION)),
    Metric.RECALL: _of_classes(partial(confusion.averaged, Metric.RECALL)),
    Metric.F1: _of_classes(partial(confusion.averaged, Metric.F1)),
    Metric.ROC_AUC: _of_order(partial(areas.measured, ranks.ROC)),
    Metric.PR_AUC: _of_order(partial(areas.measured, ranks.PRECISION_RECALL)),
    Metric.AVERAGE_PRECISION: _of_order(partial(areas.measured, ranks.PRECISION_RECALL)),
    Metric.LOG_LOSS: _of_probabilities(partial(means.mean, Metric.LOG_LOSS), math.inf),
    Metric.BRIER: _of_probabilities(partial(means.mean, Metric.BRIER), 2.0),
    Metric.CALIBRATION_ERROR: _of_probabilities(calibration.calibration_error, 1.0),
    Metric.MAE: _of_values(partial(means.mean, Metric.MAE)),
    Metric.MSE: _of_values(partial(means.mean, Metric.MSE)),
    Metric.RMSE: _of_values(partial(means.mean, Metric.RMSE)),
    Metric.PINBALL: _of_values(partial(means.mean, Metric.PINBALL)),
    Metric.R2: replace(_of_values(means.r2), direction=Direction.HIGHER, within=(-math.inf, 1.0)),
    Metric.NDCG: _of_queries(Metric.NDCG),
    Metric.MAP: _of_queries(Metric.MAP),
}
