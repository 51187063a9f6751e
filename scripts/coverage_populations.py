"""The populations that evaluation sets of the coverage study are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

ROWS = 200_000


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def _binary(truth: Floats, scores: tuple[Floats, Floats], weight: Floats | None = None) -> Pair:
    ids = np.arange(len(truth)).astype(str)
    candidate, production = (
        Predictions(
            task=Task.BINARY,
            ids=ids,
            truth=truth,
            predicted=(each > 0.5).astype(np.float64),
            scores=each,
            classes=("no", "yes"),
            weight=weight,
        )
        for each in scores
    )
    return Pair(dataset="", candidate=candidate, production=production)


def binary(generator: np.random.Generator, shift: float = -0.8, stretch: float = 1.0) -> Pair:
    """Two models that see the same signal through noise of their own; the candidate's is larger."""
    signal = 1.6 * generator.normal(size=ROWS) + shift
    truth = (generator.random(ROWS) < _logistic(signal)).astype(np.float64)
    noise = generator.normal(size=(2, ROWS))
    scores = tuple(_logistic(stretch * (signal + size * each)) for size, each in zip((0.6, 0.45), noise, strict=True))
    return _binary(truth, (scores[0], scores[1]))


def weighted(generator: np.random.Generator) -> Pair:
    """Rows whose weights differ a hundredfold, and are larger where the signal is weak."""
    plain = binary(generator)
    assert plain.production is not None
    assert plain.candidate.scores is not None
    assert plain.production.scores is not None
    weight = generator.gamma(1.5, size=ROWS) + 0.1 + (np.abs(plain.candidate.scores - 0.5) < 0.2)
    return _binary(plain.candidate.truth, (plain.candidate.scores, plain.production.scores), weight)


def clustered(generator: np.random.Generator) -> Pair:
    """Customers with 2 to 12 rows each; a customer has a signal, and each model a fault with it."""
    size = generator.integers(2, 13, size=ROWS // 7)
    customer = np.repeat(np.arange(len(size)), size)
    signal = (1.2 * generator.normal(size=len(size)))[customer] + generator.normal(size=len(customer)) - 0.5
    truth = (generator.random(len(customer)) < _logistic(signal)).astype(np.float64)
    scores = []
    for fault in (0.8, 0.6):
        of_customer = (fault * generator.normal(size=len(size)))[customer]
        scores.append(_logistic(signal + of_customer + 0.3 * generator.normal(size=len(customer))))
    plain = _binary(truth, (scores[0], scores[1]))
    assert plain.production is not None
    names = customer.astype(str)
    return Pair(
        dataset="",
        candidate=replace(plain.candidate, cluster=names),
        production=replace(plain.production, cluster=names),
    )


def nearly_alike(generator: np.random.Generator) -> Pair:
    """A candidate that is wrong where production is right in one of a hundred rows, and better nowhere."""
    truth = (generator.random(ROWS) < 0.4).astype(np.float64)
    right = generator.random(ROWS) < 0.9
    worse = right & (generator.random(ROWS) > 0.01 / 0.9)
    scores = tuple(np.where(each == (truth == 1), 0.8, 0.2) for each in (worse, right))
    return _binary(truth, (scores[0], scores[1]))


def multiclass(generator: np.random.Generator) -> Pair:
    """Four classes, of which the last is rare."""
    truth = generator.choice(4, size=ROWS, p=(0.45, 0.3, 0.2, 0.05)).astype(np.float64)
    signal = 1.5 * (truth[:, None] == np.arange(4)) + generator.normal(size=(ROWS, 4))
    sides = []
    for noise in (0.8, 0.6):
        score = np.exp(signal + noise * generator.normal(size=(ROWS, 4)))
        score /= score.sum(axis=1, keepdims=True)
        predicted = score.argmax(axis=1).astype(np.float64)
        ids = np.arange(ROWS).astype(str)
        classes = ("a", "b", "c", "d")
        sides.append(
            Predictions(task=Task.MULTICLASS, ids=ids, truth=truth, predicted=predicted, scores=score, classes=classes)
        )
    return Pair(dataset="", candidate=sides[0], production=sides[1])


def regression(generator: np.random.Generator) -> Pair:
    """A skewed truth whose noise grows with it."""
    signal = generator.gamma(2.0, size=ROWS)
    truth = signal + 0.3 * signal * generator.standard_t(6, size=ROWS)
    sides = []
    for noise in (0.35, 0.3):
        predicted = signal + noise * generator.normal(size=ROWS)
        sides.append(
            Predictions(task=Task.REGRESSION, ids=np.arange(ROWS).astype(str), truth=truth, predicted=predicted)
        )
    return Pair(dataset="", candidate=sides[0], production=sides[1])


def ranking(generator: np.random.Generator) -> Pair:
    """Queries with 5 to 15 rows of relevance 0 to 3."""
    size = generator.integers(5, 16, size=ROWS // 10)
    query = np.repeat(np.arange(len(size)), size)
    signal = generator.normal(size=len(query)) + (0.5 * generator.normal(size=len(size)))[query]
    truth = np.clip(np.floor(signal + generator.normal(size=len(query))), 0, 3)
    sides = []
    for noise in (0.9, 0.7):
        scores = signal + noise * generator.normal(size=len(query))
        ids = np.arange(len(query)).astype(str)
        sides.append(Predictions(task=Task.RANKING, ids=ids, truth=truth, scores=scores, cluster=query.astype(str)))
    return Pair(dataset="", candidate=sides[0], production=sides[1])


def grouped(generator: np.random.Generator, shifts: tuple[float, ...]) -> Pair:
    """People of several groups; the candidate's scores are shifted for each, production's half as much."""
    plain = binary(generator)
    group = generator.integers(len(shifts), size=ROWS)
    sides = []
    for side, part in ((plain.candidate, 1.0), (plain.production, 0.5)):
        assert side is not None
        assert side.scores is not None
        logit = np.log(side.scores / (1 - side.scores)) + part * np.asarray(shifts)[group]
        groups = {"group": group.astype(str)}
        sides.append(replace(side, scores=_logistic(logit), predicted=(logit > 0).astype(np.float64), groups=groups))
    return Pair(dataset="", candidate=sides[0], production=sides[1])


POPULATIONS: dict[str, Callable[[np.random.Generator], Pair]] = {
    "binary": binary,
    "miscalibrated": lambda generator: binary(generator, stretch=2.5),
    "rare": lambda generator: binary(generator, shift=-3.5),
    "weighted": weighted,
    "clustered": clustered,
    "nearly alike": nearly_alike,
    "multiclass": multiclass,
    "regression": regression,
    "ranking": ranking,
    "two groups": lambda generator: grouped(generator, (0.0, 0.4)),
    "four groups": lambda generator: grouped(generator, (0.0, 0.0, 0.2, 0.4)),
    "four equal groups": lambda generator: grouped(generator, (0.0, 0.0, 0.0, 0.0)),
}
