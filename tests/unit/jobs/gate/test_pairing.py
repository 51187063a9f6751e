"""Two models' answers beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlgitlab.jobs.gate.pairing import differences, pair, set_digest
from mlgitlab.jobs.gate.predictions import Predictions, Task

OURS = Predictions(
    task=Task.BINARY,
    ids=np.array(["a", "b", "c"]),
    truth=np.array([0.0, 1.0, 1.0]),
    predicted=np.array([0.0, 1.0, 0.0]),
    scores=np.array([0.1, 0.8, 0.4]),
    classes=("no", "yes"),
    groups={"sex": np.array(["f", "m", "f"])},
    weight=np.array([1.0, 2.0, 1.0]),
)


def test_answers_do_not_alter_the_evaluation_set_and_rows_do() -> None:
    digest = set_digest(OURS, {})
    assert set_digest(replace(OURS, scores=np.zeros(3), predicted=None), {}) == digest
    for other in (
        replace(OURS, truth=np.array([1.0, 1.0, 1.0])),
        replace(OURS, ids=np.array(["a", "b", "d"])),
        replace(OURS, groups={}),
        replace(OURS, weight=None),
        replace(OURS, cluster=np.array(["x", "x", "y"])),
    ):
        assert set_digest(other, {}) != digest
    assert set_digest(OURS, {"data.csv": "0" * 64}) != digest


def test_how_classes_are_numbered_does_not_alter_the_evaluation_set() -> None:
    renumbered = replace(OURS, classes=("yes", "no"), truth=1 - OURS.truth)
    assert set_digest(renumbered, {}) == set_digest(OURS, {})


def test_nothing_is_said_against_equal_rows() -> None:
    assert list(differences(OURS, replace(OURS, scores=np.zeros(3)))) == []


def test_rows_of_one_side_alone_are_counted_and_named() -> None:
    told = list(differences(OURS, replace(OURS, ids=np.array(["a", "b", "x"]))))
    assert told == [
        "1 rows have answers of the candidate alone: 'c'",
        "1 rows have answers of production alone: 'x'",
    ]


def test_truths_that_differ_are_no_answers_on_the_same_rows() -> None:
    assert list(differences(OURS, replace(OURS, truth=np.array([0.0, 0.0, 1.0])))) == ["the truth differs in 1 rows"]


def test_columns_that_differ_are_named() -> None:
    other = replace(OURS, weight=None, groups={"sex": np.array(["m", "m", "f"])})
    assert list(differences(OURS, other)) == ["the column of the weight differs", "the column of the group sex differs"]


def test_another_task_is_another_question() -> None:
    other = replace(OURS, task=Task.REGRESSION, classes=())
    assert "the candidate answers as binary, production as regression" in list(differences(OURS, other))


def test_a_pair_numbers_classes_alike() -> None:
    theirs = replace(
        OURS,
        classes=("yes", "no"),
        truth=1 - OURS.truth,
        predicted=np.array([1.0, 0.0, 0.0]),
        scores=np.array([0.9, 0.2, 0.6]),
    )
    found = pair("late", OURS, theirs)
    assert found.production is not None
    assert found.production.classes == found.candidate.classes
    assert np.array_equal(found.production.truth, found.candidate.truth)
    assert found.production.scores is not None
    assert np.allclose(found.production.scores, [0.1, 0.8, 0.4])
    assert found.production.predicted is not None
    assert found.production.predicted.tolist() == [0.0, 1.0, 1.0]


def test_a_class_that_one_model_alone_answers_has_no_probability_of_the_other() -> None:
    ours = Predictions(
        task=Task.MULTICLASS,
        ids=np.array(["a", "b"]),
        truth=np.array([0.0, 1.0]),
        scores=np.array([[0.9, 0.1], [0.3, 0.7]]),
        classes=("a", "c"),
    )
    theirs = replace(ours, classes=("a", "b", "c"), truth=np.array([0.0, 2.0]), scores=np.full((2, 3), 1 / 3))
    found = pair("", ours, theirs)
    assert found.candidate.classes == ("a", "b", "c")
    assert found.candidate.scores is not None
    assert found.candidate.scores.tolist() == [[0.9, 0.0, 0.1], [0.3, 0.0, 0.7]]
    assert found.candidate.truth.tolist() == [0.0, 2.0]
