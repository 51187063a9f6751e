"""Every rule that there is sees the fault that is planted for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.parse import parse
from mlgitlab.jobs.gate.case import Answers, Case
from mlgitlab.jobs.gate.drill.trying import Seen, drill
from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Used, Who
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.record import Kept

DIGEST = f"sha256:{'a' * 64}"
FILE = PredictionsFile(file="p.csv", score="p")
ROWS = 600


class Files:
    """A model of one JSON file."""

    @property
    def sizes(self) -> Mapping[str, int]:
        return {"model.json": 1000}

    def read(self, name: str, start: int, count: int) -> bytes:  # noqa: ARG002 (there is one file)
        return (b"{" + b" " * 998 + b"}")[start : start + count]


def measured(_: InferenceRules) -> Measured:
    """All models answer in one to two milliseconds, and take a gigabyte."""
    rng = np.random.default_rng(7)
    blocks = tuple(
        Block(who=who, round=number, asked=Asked(latencies=tuple(1 + rng.random(20)), seconds=0.03))
        for number in range(40)
        for _ in range(2)
        for who in Who
    )
    return Measured(production=True, blocks=blocks, used=dict.fromkeys(Who, Used(resident=10**9, gpu=10**9)))


def case(predictions: Predictions) -> Case:
    kept = Kept(dataset="late", set=DIGEST, rows=predictions.rows, columns=FILE, file="p.csv", seen={"shared": 0})
    return Case(
        model="fraud",
        candidate=DIGEST,
        folder=Path("unused"),
        answers=(Answers(dataset="late", kept=kept, candidate=predictions),),
        files=Files(),
        measure=measured,
        own=lambda _: {},
    )


def predictions(task: Task) -> Predictions:
    """Answers of a good model, alike in both groups."""
    rng = np.random.default_rng(3)
    groups = {"sex": np.array(["f", "m"] * (ROWS // 2))}
    ids = np.array([f"r{number:04}" for number in range(ROWS)])
    if task is Task.REGRESSION:
        truth = rng.normal(100, 20, ROWS)
        return Predictions(task=task, ids=ids, truth=truth, predicted=truth + rng.normal(0, 5, ROWS), groups=groups)
    classes = ("a", "b", "c")[: 2 if task is Task.BINARY else 3]
    truth = rng.integers(0, len(classes), ROWS).astype(float)
    right = rng.random(ROWS) < 0.9
    predicted = np.where(right, truth, (truth + 1) % len(classes))
    scores = (predicted[:, None] == np.arange(len(classes))) * 0.8 + 0.2 / len(classes)
    return Predictions(
        task=task,
        ids=ids,
        truth=truth,
        predicted=predicted,
        scores=scores[:, 1] if task is Task.BINARY else scores / scores.sum(axis=1, keepdims=True),
        classes=classes,
        groups=groups,
    )


def gates(text: str) -> Gates:
    config = f"""
version: 1
datasets: {{late: late.csv}}
models:
  fraud:
    train: train
    evaluate:
      command: judge
      datasets: [late]
      predictions: {{file: p.csv, score: p, prediction: said, groups: [sex]}}
    gates: {text}
"""
    found = next(iter(parse(config.encode(), "mlgitlab.yml").config.models.values())).gates
    assert found
    return found


@pytest.mark.parametrize(
    ("task", "rules"),
    [
        (
            Task.BINARY,
            (
                "{accuracy: {margin: 0.02}, precision: {at_least: 0.7}, recall: {margin: 0.02}, f1: {at_least: 0.7},"
                " roc_auc: {margin: 0.02}, pr_auc: {margin: 0.02}, log_loss: {margin: 0.02}, brier: {margin: 0.02},"
                " calibration_error: {at_most: 0.3}}"
            ),
        ),
        (Task.MULTICLASS, "{accuracy: {margin: 0.02}, f1: {at_least: 0.5}, log_loss: {margin: 0.05}}"),
        (Task.REGRESSION, "{mae: {relative_margin: 5%}, rmse: {margin: 1}, r2: {at_least: 0.5}, pinball: {margin: 1}}"),
    ],
)
def test_every_metric_sees_flipped_labels_and_answers_that_are_no_number(task: Task, rules: str) -> None:
    trials = drill(case(predictions(task)), gates(f"{{metrics: {rules}, statistics: {{resamples: 200}}}}"))
    assert [each for each in trials if each.seen is not Seen.CAUGHT] == []
    assert len(trials) == 2 * (rules.count(": {")) + 3


@pytest.mark.parametrize(
    ("task", "rules"),
    [
        (
            Task.BINARY,
            (
                "{demographic_parity: {groups: [sex], max_difference: 0.2}, equal_opportunity: {groups: [sex],"
                " max_difference: 0.2}, equalised_odds: {groups: [sex], max_difference: 0.2}, predictive_parity:"
                " {groups: [sex], min_ratio: 0.8}, calibration: {groups: [sex], at_most: 0.3},"
                " error_parity: {groups: [sex], max_difference: 0.2}}"
            ),
        ),
        (
            Task.REGRESSION,
            (
                "{mean_difference: {groups: [sex], max_difference: 20}, error_parity: {groups: [sex],"
                " max_difference: 5}, bounded_group_loss: {groups: [sex], at_most: 20}}"
            ),
        ),
    ],
)
def test_every_criterion_sees_a_model_that_is_against_one_group(task: Task, rules: str) -> None:
    trials = drill(case(predictions(task)), gates(f"{{fairness: {rules}, statistics: {{resamples: 200}}}}"))
    assert [each for each in trials if each.seen is not Seen.CAUGHT] == []


def test_every_limit_on_inference_sees_a_model_that_is_slow_large_or_mute() -> None:
    rules = """{inference: {command: serve, requests: r.jsonl, latency_p50: {max_ratio: 1.5, at_most: 5ms},
      latency_p95: {max_ratio: 1.5}, latency_p99: {at_most: 50ms}, throughput: {min_ratio: 0.5, at_least: 10},
      memory: {max_ratio: 1.5, at_most: 2GB}, gpu_memory: {at_most: 2GB}}}"""
    trials = drill(case(predictions(Task.BINARY)), gates(rules))
    assert [each for each in trials if each.seen is not Seen.CAUGHT] == []
    assert len({each.rule for each in trials}) == 10


def test_every_limit_on_files_sees_what_is_too_large_or_unwanted() -> None:
    rules = """{size: {max_bytes: 1MB, max_files: 3, max_ratio: 2, max_parameters: 1000, dtypes: [F16, F32, F64],
      gpu_memory: 4GiB, batch: 2, per_item: 1MiB}, format: {allow: [json], onnx: {opset: 17, operators: [Conv]}}}"""
    trials = drill(case(predictions(Task.BINARY)), gates(rules))
    assert [each for each in trials if each.seen is not Seen.CAUGHT] == []
    assert {each.rule for each in trials} >= {
        "size.max_bytes", "size.max_files", "size.max_ratio", "size.max_parameters", "size.dtypes", "size.gpu_memory",
        "format.allow", "format.pickle", "format.whole",
    }  # fmt: skip


def test_a_rule_that_asks_for_nothing_is_found_out() -> None:
    trials = drill(case(predictions(Task.REGRESSION)), gates("{metrics: {mae: {at_most: 1000000}}}"))
    assert Seen.MISSED in {each.seen for each in trials}
