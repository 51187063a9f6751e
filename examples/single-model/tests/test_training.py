"""The model must learn, and its file must hold the whole model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import features
from model import LinearModel
from params import Params
from train import fit

PARAMS = Params(seed=7, test_share=0.25, alpha=0.3)


def test_the_model_beats_the_mean_on_patients_it_has_not_seen() -> None:
    train_x, train_y, x, y = features.load(PARAMS)
    error = np.abs(fit(train_x, train_y, PARAMS.alpha).predict(x) - y).mean()
    assert error < 0.8 * np.abs(train_y.mean() - y).mean()


def test_the_split_is_the_same_every_time() -> None:
    first, second = features.load(PARAMS), features.load(PARAMS)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_constant_feature_does_not_spoil_the_weights() -> None:
    x = np.column_stack([np.arange(10.0), np.ones(10)])
    model = fit(x, 2 * np.arange(10.0), alpha=1e-9)
    assert model.predict(x) == pytest.approx(2 * np.arange(10.0), abs=1e-6)


def test_a_saved_model_predicts_what_it_predicted(tmp_path: Path) -> None:
    x, y, _, _ = features.load(PARAMS)
    model = fit(x, y, PARAMS.alpha)
    model.save(tmp_path / "folder" / "model.json")
    assert np.array_equal(LinearModel.load(tmp_path / "folder" / "model.json").predict(x), model.predict(x))
