"""From columns to predictions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.reading import predictions

BINARY = PredictionsFile(file="p.csv", prediction="said", score="p")
VALUES = PredictionsFile(file="p.csv", task="regression", prediction="said")


def read(wanted: PredictionsFile, **columns: list[Any]) -> Predictions:
    return predictions({name: np.array(values) for name, values in columns.items()}, wanted, "p.csv")


def refusal(wanted: PredictionsFile, **columns: list[Any]) -> str:
    with pytest.raises(RefusedError) as refused:
        read(wanted, **columns)
    return refused.value.message


def test_rows_are_sorted_by_id_whatever_their_order_in_the_file() -> None:
    found = read(BINARY, id=["b", "a"], truth=["0", "1"], said=["0", "1"], p=["0.2", "0.9"])
    assert found.ids.tolist() == ["a", "b"]
    assert found.truth.tolist() == [1.0, 0.0]
    assert found.scores is not None
    assert found.scores.tolist() == [0.9, 0.2]
    assert (found.task, found.classes) == (Task.BINARY, ("0", "1"))


def test_a_class_is_the_same_whatever_a_library_made_of_it() -> None:
    texts = read(BINARY, id=["1", "2"], truth=["0", "1"], said=["0.0", "1.0"], p=["0", "1"])
    numbers = read(BINARY, id=[1, 2], truth=[0.0, 1.0], said=[0, 1], p=[0.0, 1.0])
    for name in ("ids", "truth", "predicted", "scores"):
        assert np.array_equal(getattr(texts, name), getattr(numbers, name)), name
    assert texts.classes == numbers.classes


def test_the_second_of_two_named_classes_is_the_positive_one() -> None:
    wanted = replace(BINARY, classes=("good", "bad"))
    found = read(wanted, id=["a", "b"], truth=["bad", "good"], said=["bad", "bad"], p=[0.9, 0.6])
    assert found.truth.tolist() == [1.0, 0.0]


def test_every_problem_is_told_at_once() -> None:
    told = refusal(
        replace(VALUES, weight="w"),
        id=["a", "a", ""],
        truth=["1", "x", "2"],
        said=["1", "2", "3"],
        w=["1", "-1", "nan"],
    )
    for part in (
        "1 id comes more than once: 'a'",
        "1 row has no id",
        "the truth in 'truth' is missing or no number in 1 rows: 'a'",
        "the weight in 'w' is missing or no number in 1 rows",
        "1 weights are negative",
    ):
        assert part in told


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    told = refusal(VALUES, id=["a"], truth=["1"], siad=["1"])
    assert "there is no column 'said'; did you mean `siad`?" in told


def test_a_hostile_name_of_a_column_is_printed_and_not_obeyed() -> None:
    told = refusal(VALUES, id=["a"], truth=["\x1b[2J"], said=["1"])
    assert "\x1b" not in told


def test_answers_that_are_no_number_stay_for_the_gate_to_judge() -> None:
    found = read(BINARY, id=["a", "b"], truth=["0", "1"], said=["0", ""], p=["nan", "0.5"])
    assert found.predicted is not None
    assert np.isnan(found.predicted).tolist() == [False, True]
    assert found.scores is not None
    assert np.isnan(found.scores).tolist() == [True, False]


def test_binary_answers_have_two_classes_and_one_that_is_missing_is_asked_for() -> None:
    assert "1 classes occur ('0')" in refusal(BINARY, id=["a"], truth=["0"], said=["0"], p=["0.1"])
    three = refusal(BINARY, id=["a", "b", "c"], truth=["0", "1", "2"], said=["0", "1", "2"], p=[0, 0, 0])
    assert "say `task: multiclass`" in three
    one_sided = read(replace(BINARY, classes=("0", "1")), id=["a"], truth=["0"], said=["0"], p=["0.1"])
    assert one_sided.rows == 1


def test_each_class_has_its_column_of_probabilities() -> None:
    wanted = PredictionsFile(file="p.csv", task="multiclass", scores={"b": "pb", "a": "pa"})
    found = read(wanted, id=["1", "2"], truth=["a", "b"], pa=[0.9, 0.2], pb=[0.1, 0.8])
    assert found.classes == ("a", "b")
    assert found.scores is not None
    assert found.scores.tolist() == [[0.9, 0.1], [0.2, 0.8]]
    assert "has not a column for each class" in refusal(wanted, id=["1"], truth=["c"], pa=[1.0], pb=[0.0])


def test_no_rows_are_predictions_of_no_rows() -> None:
    assert read(VALUES, id=[], truth=[], said=[]).rows == 0


@given(st.permutations(range(12)))
def test_the_order_of_lines_means_nothing(order: list[int]) -> None:
    ids = [f"row{number}" for number in range(12)]
    rows: dict[str, list[Any]] = {"id": ids, "truth": list(range(12)), "said": [number / 2 for number in range(12)]}
    one = read(VALUES, **rows)
    other = read(VALUES, **{name: [values[place] for place in order] for name, values in rows.items()})
    assert np.array_equal(one.ids, other.ids)
    assert np.array_equal(one.truth, other.truth)
