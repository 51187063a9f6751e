"""Predictions of two models on the same rows, as tests need them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task


def ids(count: int) -> Any:
    """Unique, sorted names of rows."""
    return np.array([f"{number:09d}" for number in range(count)], dtype=np.str_)


def side(task: Task, truth: Any, **given: Any) -> Predictions:
    """One model's answers; arrays of numbers may be lists."""
    values: dict[str, Any] = {
        name: np.asarray(value, dtype=np.float64) if name in ("predicted", "scores", "weight") else value
        for name, value in given.items()
    }
    groups = {name: np.asarray(value, dtype=np.str_) for name, value in given.get("groups", {}).items()}
    cluster = given.get("cluster")
    values.update(groups=groups, cluster=None if cluster is None else np.asarray(cluster, dtype=np.str_))
    if task is Task.BINARY:
        values.setdefault("classes", ("no", "yes"))
    return Predictions(task=task, ids=ids(len(truth)), truth=np.asarray(truth, dtype=np.float64), **values)


def classifiers(count: int, seed: int = 0, *, harm: float = 0.0, groups: Any = None, **given: Any) -> Pair:
    """Two classifiers that see the same signal through noise of their own; `harm` is the candidate's further noise."""
    generator = np.random.default_rng(seed)
    signal = 1.5 * generator.normal(size=count)
    truth = (generator.random(count) < 1 / (1 + np.exp(-signal))).astype(float)
    sides = []
    for noise in (0.3 + harm, 0.3):
        scores = 1 / (1 + np.exp(-signal - noise * generator.normal(size=count)))
        predicted = (scores > 0.5).astype(float)
        sides.append(side(Task.BINARY, truth, predicted=predicted, scores=scores, groups=groups or {}, **given))
    return Pair(dataset="late", candidate=sides[0], production=sides[1])


def regressors(count: int, seed: int = 0, *, harm: float = 0.0, **given: Any) -> Pair:
    """Two regressions; `harm` is the candidate's further error."""
    generator = np.random.default_rng(seed)
    signal = generator.gamma(2.0, size=count)
    truth = signal + 0.3 * generator.normal(size=count)
    sides = [
        side(Task.REGRESSION, truth, predicted=signal + noise * generator.normal(size=count), **given)
        for noise in (0.3 + harm, 0.3)
    ]
    return Pair(dataset="late", candidate=sides[0], production=sides[1])
