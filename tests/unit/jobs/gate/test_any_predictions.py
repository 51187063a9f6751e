"""Whatever is in a file of predictions: rulings that can be stored, and no pass for what is no number."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.config.gates_fairness import Criterion, FairnessRule
from mlgitlab.config.gates_metrics import Direction, Metric, MetricRule, SmallGroups, Statistics
from mlgitlab.config.scalars import Share
from mlgitlab.jobs.gate import fairness, metrics, verdict_json
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.ruling import Findings, Interval, Outcome, overall
from mlgitlab.jobs.gate.verdict import Compared, Verdict
from mlgitlab.store import documents
from tests.predictions import side

QUICK = Statistics(resamples=50)
DIGESTS = (f"sha256:{'a' * 64}", f"sha256:{'b' * 64}")
ODD = (math.nan, math.inf, -math.inf, -1.0, 2.0, 1e300)


@st.composite
def pairs(draw: Any) -> Pair:
    task = draw(st.sampled_from(Task))
    count = draw(st.integers(0, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes = {Task.BINARY: 2, Task.MULTICLASS: 3}.get(task, 0)
    constant = draw(st.booleans())
    truth = generator.integers(0, 1 if constant else classes or 4, size=count).astype(float)
    weight = draw(st.sampled_from([None, np.ones(count), generator.integers(0, 2, size=count), np.zeros(count)]))
    cluster = draw(st.sampled_from([None, generator.integers(0, 9, size=count)]))
    common = {
        "classes": tuple("abc"[:classes]),
        "weight": weight,
        "cluster": cluster,
        "groups": {"g": generator.integers(0, 3, size=count)},
    }
    common = {name: value for name, value in common.items() if value is not None}
    sides = [_answers(draw, generator, task, truth, common) for _ in range(2)]
    return Pair(dataset="d", candidate=sides[0], production=draw(st.sampled_from([sides[1], sides[0], None])))


def _answers(draw: Any, generator: Any, task: Task, truth: Any, common: dict[str, Any]) -> Predictions:
    count, classes = len(truth), len(common["classes"])
    predicted = generator.integers(0, classes, size=count) if classes else generator.normal(size=count)
    scores = np.round(generator.random((count, classes) if task is Task.MULTICLASS else count), 1)
    if task is Task.MULTICLASS:
        scores = (scores + 0.1) / (scores + 0.1).sum(axis=1, keepdims=True)
    answers: dict[str, Any] = {"predicted": predicted.astype(float), "scores": scores}
    for name in draw(st.sampled_from([(), (), ("predicted",), ("scores",)])):
        answers.pop(name)
    if count and draw(st.booleans()):
        for values in answers.values():
            values[generator.integers(count)] = draw(st.sampled_from(ODD))
    return side(task, truth, **answers, **common)


METRICS = {
    str(metric): MetricRule(
        margin=0.5, relative_margin=Share(0.5), at_least=-10.0, slices=(("g",),), min_rows=2, small=SmallGroups.SKIP
    )
    for metric in Metric
}
CRITERIA = {
    str(criterion): FairnessRule(groups=(("g",),), max_difference=0.9, min_ratio=0.1, no_worse=0.5, min_group=2)
    for criterion in Criterion
}
OWN = {"mine": MetricRule(entry="a.py:f", direction=Direction.LOWER, margin=1.0, min_rows=2)}


@settings(max_examples=25, deadline=None)
@given(pairs())
def test_rulings_can_be_stored_and_no_garbage_passes(pair: Pair) -> None:
    found = (
        metrics.judge(METRICS, pair, QUICK),
        fairness.judge(CRITERIA, pair, QUICK),
        metrics.judge(OWN, pair, QUICK, own={"mine": _spread}),
    )
    for findings in found:
        _check(findings, pair)


def _spread(truth: Any, predicted: Any, scores: Any, weight: Any) -> float:
    answers = predicted if predicted is not None else scores
    return float(np.abs(answers.reshape(len(truth), -1)[:, 0] - truth).mean())


def _check(findings: Findings, pair: Pair) -> None:
    finite = _finite(pair.candidate)
    for ruling in findings.rulings:
        intervals = [ruling.interval, *(number.interval for number in ruling.numbers)]
        assert not any(_is_nan(interval) for interval in intervals if interval)
        if ruling.outcome is Outcome.PASS:
            assert finite or ruling.candidate is not None
            assert math.isfinite(ruling.candidate or 0.0)
            assert ruling.interval is not None
            assert ruling.rows
    verdict = Verdict(
        model="m",
        candidate=DIGESTS[0],
        production=DIGESTS[1],
        compared=Compared.PRODUCTION,
        outcome=overall(findings.rulings),
        rulings=findings.rulings,
        curves=findings.curves,
    )
    stored = json.loads(documents.canonical(verdict_json.content(verdict)))
    assert verdict_json.read(stored, "m", DIGESTS[0]) == verdict


def _finite(answers: Predictions) -> bool:
    return all(np.isfinite(values).all() for values in (answers.predicted, answers.scores) if values is not None)


def _is_nan(interval: Interval) -> bool:
    return math.isnan(interval.low) or math.isnan(interval.high)
