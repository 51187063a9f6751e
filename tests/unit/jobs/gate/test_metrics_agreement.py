"""Metrics are those of scikit-learn: ties, weights, rare classes and all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from mlgitlab.config.gates_metrics import Average, Metric
from mlgitlab.jobs.gate.metrics.known import KNOWN
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.rows.selection import rows_of
from tests.predictions import side

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(2, 60)
WEIGHTED = st.booleans()
QUICK = settings(max_examples=25, deadline=None)


def value(metric: Metric, answers: Predictions, **options: Any) -> float | str:
    """The metric of one side, or why there is none."""
    rows = rows_of(Pair(dataset="", candidate=answers), 0)
    found = KNOWN[metric].measure(rows, Options(draws=3, **options))
    return found.values[0] if isinstance(found, Measured) else found


def binary(seed: int, count: int, *, weighted: bool, places: int = 1) -> tuple[Predictions, Any, Any, Any, Any]:
    generator = np.random.default_rng(seed)
    truth = (generator.random(count) < generator.random()).astype(float)
    scores = np.round(generator.random(count), places)  # many ties
    weight = np.round(generator.random(count) * 3 + 0.1, 2) if weighted else None
    predicted = (scores > generator.random()).astype(float)
    answers = side(
        Task.BINARY, truth, predicted=predicted, scores=scores, **({} if weight is None else {"weight": weight})
    )
    return answers, truth, predicted, scores, weight


@QUICK
@given(SEEDS, SIZES, WEIGHTED)
def test_metrics_of_two_classes(seed: int, count: int, weighted: bool) -> None:
    answers, truth, predicted, scores, weight = binary(seed, count, weighted=weighted)
    both = len(np.unique(truth)) == 2
    expected = {
        Metric.ACCURACY: reference.accuracy_score(truth, predicted, sample_weight=weight),
        Metric.BRIER: reference.brier_score_loss(truth, scores, sample_weight=weight, pos_label=1),
        Metric.LOG_LOSS: reference.log_loss(truth, scores, sample_weight=weight, labels=[0, 1]),
    }
    if both:
        expected[Metric.BALANCED_ACCURACY] = reference.balanced_accuracy_score(truth, predicted, sample_weight=weight)
        expected[Metric.ROC_AUC] = reference.roc_auc_score(truth, scores, sample_weight=weight)
        expected[Metric.PR_AUC] = reference.average_precision_score(truth, scores, sample_weight=weight)
    named = {
        Metric.PRECISION: reference.precision_score,
        Metric.RECALL: reference.recall_score,
        Metric.F1: reference.f1_score,
    }
    for metric, function in named.items():
        if truth.any() and predicted.any():
            expected[metric] = function(truth, predicted, sample_weight=weight, zero_division=0)
    for metric, wanted in expected.items():
        assert value(metric, answers) == pytest.approx(wanted, abs=1e-12), metric


@QUICK
@given(SEEDS, st.integers(8, 80), WEIGHTED, st.integers(3, 5))
def test_metrics_of_several_classes(seed: int, count: int, weighted: bool, classes: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(classes, size=count).astype(float)
    truth[:classes] = range(classes)
    predicted = np.where(generator.random(count) < 0.5, truth, generator.integers(classes, size=count))
    scores = np.round(generator.random((count, classes)), 1) + 0.1
    scores /= scores.sum(axis=1, keepdims=True)
    weight = generator.random(count) + 0.1 if weighted else None
    names = tuple("abcde"[:classes])
    given_weight = {} if weight is None else {"weight": weight}
    answers = side(Task.MULTICLASS, truth, predicted=predicted, scores=scores, classes=names, **given_weight)
    for average in (Average.MACRO, Average.WEIGHTED, Average.MICRO):
        named = {
            Metric.PRECISION: reference.precision_score,
            Metric.RECALL: reference.recall_score,
            Metric.F1: reference.f1_score,
        }
        for metric, function in named.items():
            wanted = function(truth, predicted, average=str(average), sample_weight=weight, zero_division=0)
            assert value(metric, answers, average=average) == pytest.approx(wanted, abs=1e-12)
    assert value(Metric.ACCURACY, answers) == pytest.approx(
        reference.accuracy_score(truth, predicted, sample_weight=weight), abs=1e-12
    )
    assert value(Metric.LOG_LOSS, answers) == pytest.approx(
        reference.log_loss(truth, scores, sample_weight=weight, labels=range(classes)), abs=1e-12
    )
    one_hot = truth[:, None] == np.arange(classes)
    each = [
        (
            reference.roc_auc_score(one_hot[:, number], scores[:, number], sample_weight=weight),
            reference.average_precision_score(one_hot[:, number], scores[:, number], sample_weight=weight),
        )
        for number in range(classes)
    ]
    assert value(Metric.ROC_AUC, answers) == pytest.approx(np.mean([area for area, _ in each]), abs=1e-12)
    assert value(Metric.PR_AUC, answers) == pytest.approx(np.mean([area for _, area in each]), abs=1e-12)


@QUICK
@given(SEEDS, SIZES, WEIGHTED, st.floats(0.05, 0.95))
def test_metrics_of_regression(seed: int, count: int, weighted: bool, quantile: float) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = 100 + generator.normal(size=(2, count))
    weight = generator.random(count) + 0.1 if weighted else None
    answers = side(Task.REGRESSION, truth, predicted=predicted, **({} if weight is None else {"weight": weight}))
    expected = {
        Metric.MAE: reference.mean_absolute_error(truth, predicted, sample_weight=weight),
        Metric.MSE: reference.mean_squared_error(truth, predicted, sample_weight=weight),
        Metric.RMSE: reference.root_mean_squared_error(truth, predicted, sample_weight=weight),
        Metric.R2: reference.r2_score(truth, predicted, sample_weight=weight),
        Metric.PINBALL: reference.mean_pinball_loss(truth, predicted, sample_weight=weight, alpha=quantile),
    }
    for metric, wanted in expected.items():
        assert value(metric, answers, quantile=quantile) == pytest.approx(wanted, rel=1e-9, abs=1e-12), metric


@QUICK
@given(SEEDS, st.integers(1, 8), st.none() | st.integers(1, 6))
def test_metrics_of_ranking(seed: int, queries: int, k: int | None) -> None:
    generator = np.random.default_rng(seed)
    size = generator.integers(2, 9, size=queries)
    query = np.repeat(np.arange(queries), size)
    truth = generator.integers(0, 4, size=len(query)).astype(float)
    scores = np.round(generator.random(len(query)), 1)
    order = generator.permutation(len(query))  # rows of a query need not stand together
    answers = side(Task.RANKING, truth[order], scores=scores[order], cluster=query[order].astype(str))
    parts = [query == each for each in range(queries) if truth[query == each].any()]
    if not parts:
        assert value(Metric.NDCG, answers) == "no query has a relevant row"
        return
    gains = [reference.ndcg_score([truth[part]], [scores[part]], k=k) for part in parts]
    precisions = [reference.average_precision_score(truth[part] > 0, scores[part]) for part in parts]
    assert value(Metric.NDCG, answers, k=k) == pytest.approx(np.mean(gains), abs=1e-12)
    assert value(Metric.MAP, answers) == pytest.approx(np.mean(precisions), abs=1e-12)


@QUICK
@given(SEEDS, SIZES, WEIGHTED, st.integers(2, 15))
def test_the_calibration_error_is_that_of_its_definition(seed: int, count: int, weighted: bool, bins: int) -> None:
    answers, truth, _, scores, weight = binary(seed, count, weighted=weighted, places=3)
    weight = np.ones(count) if weight is None else weight
    total = 0.0
    for number in range(bins):
        last = number == bins - 1
        inside = (scores >= number / bins) & ((scores < (number + 1) / bins) | last)
        if inside.any():
            off = np.average(scores[inside], weights=weight[inside]) - np.average(truth[inside], weights=weight[inside])
            total += abs(off) * weight[inside].sum() / weight.sum()
    assert value(Metric.CALIBRATION_ERROR, answers, bins=bins) == pytest.approx(total, abs=1e-9)


def test_a_metric_of_one_class_is_none() -> None:
    answers = side(Task.BINARY, np.ones(20), predicted=np.ones(20), scores=np.linspace(0, 1, 20))
    for metric in (Metric.ROC_AUC, Metric.PR_AUC, Metric.BALANCED_ACCURACY):
        assert "one class only" in str(value(metric, answers))
    found = value(Metric.ACCURACY, answers)
    assert isinstance(found, float)
    assert math.isclose(found, 1.0)
