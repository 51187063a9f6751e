"""The shared parts of training: a model file holds the whole model, and nothing that runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training import metrics
from training.network import Network


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


def test_metrics_are_plain_json(tmp_path: Path) -> None:
    metrics.write({"rows": 3.0}, tmp_path / "metrics.json")
    assert json.loads((tmp_path / "metrics.json").read_text("utf-8")) == {"rows": 3.0}
