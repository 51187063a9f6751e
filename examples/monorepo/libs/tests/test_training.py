"""The shared parts of training: checks find what is wrong, and a model file holds the whole model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import metrics
from training.checks import violations
from training.network import Network
from training.tables import read

SCHEMA = {"age": {"type": "integer", "minimum": 0}, "plan": {"type": "string", "values": ["basic"]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age,plan\n3,basic\n", []),
        ("age,plan\n", ["the table has no rows"]),
        ("age\n3\n", ["column plan is missing"]),
        ("age,plan,x\n3,basic,1\n", ["column x is not in the schema"]),
        ("age,plan\n3,basic\n-1,basic\n", ["column age: 1 values out of range, the first in row 2"]),
        ("age,plan\nnan,basic\n", ["column age: 1 values out of range, the first in row 1"]),
        ("age,plan\n2.5,basic\n", ["column age: not every value is whole"]),
        ("age,plan\nold,gold\n", ["column age: not every value is a number", "column plan: unknown values gold"]),
    ],
)
def test_every_violation_is_reported(tmp_path: Path, text: str, expected: list[str]) -> None:
    (tmp_path / "table.csv").write_text(text, "utf-8")
    assert list(violations(read(tmp_path / "table.csv"), SCHEMA)) == expected


def test_a_saved_network_answers_as_before(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    network = Network.of([rng.normal(size=(3, 4)), rng.normal(size=(4, 1))], [rng.normal(size=4), rng.normal(size=1)])
    network.save(tmp_path / "folder" / "model.npz")
    x = rng.normal(size=(5, 3))
    assert np.array_equal(Network.load(tmp_path / "folder" / "model.npz").probabilities(x), network.probabilities(x))


def test_a_model_file_with_a_pickle_in_it_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", weights_0=np.array([print], dtype=object), biases_0=np.zeros(1))
    with pytest.raises(ValueError, match="allow_pickle"):
        Network.load(tmp_path / "model.npz")


def test_metrics_carry_their_dataset_and_end_as_openmetrics_must(tmp_path: Path) -> None:
    metrics.write("fraud", "late", {"rows": 3}, tmp_path / "metrics.txt")
    assert (tmp_path / "metrics.txt").read_text("utf-8") == 'fraud_rows{dataset="late"} 3.0000\n# EOF\n'
