"""YAML that every reader takes the same way."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.errors import ConfigError
from mlgitlab.pipeline.emit import emit, job_size
from mlgitlab.pipeline.nouns import Job, Pipeline


def emitted(value: str) -> str:
    return emit(Pipeline(stages=("s",), jobs=(Job(name="a", body={"variables": {"V": value}}),))).decode()


@pytest.mark.parametrize(
    "value",
    [
        "1e3",
        "12e4567",
        "0o7",
        "08",
        "1:30",
        "on",
        "No",
        "~",
        "null",
        "2026-01-01",
        ".5",
        "=",
        "<<",
        "",
        "a: b",
        "0x1f",
        "1_0",
        "y",
        "N",
    ],
)
def test_what_another_reader_may_retype_is_quoted(value: str) -> None:
    assert f'V: "{value}"' in emitted(value)


@pytest.mark.parametrize("value", ["train", "gpu:a100", "models/fraud", "a-b_c.d"])
def test_plain_words_stay_plain(value: str) -> None:
    assert f"V: {value}\n" in emitted(value)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(value: str) -> None:
    assert yaml.safe_load(emitted(value))["a"]["variables"]["V"] == value


@given(st.text())
def test_no_reason_leaves_its_comment(reason: str) -> None:
    job = Job(name="a", body={"script": ["true"]}, because=(reason,))
    parsed = yaml.safe_load(emit(Pipeline(stages=("s",), jobs=(job,), header=(reason,))))
    assert parsed == {"workflow": {"rules": [{"when": "always"}]}, "stages": ["s"], "a": {"script": ["true"]}}


def test_equal_values_are_not_turned_into_anchors() -> None:
    shared = ["x"]
    job = Job(name="a", body={"script": shared, "tags": shared})
    assert "&" not in emit(Pipeline(stages=("s",), jobs=(job,))).decode()


def test_the_size_of_a_job_is_what_it_adds() -> None:
    one, two = Job(name="a", body={"script": ["x"]}, because=("why",)), Job(name="b", body={"script": ["yy"]})
    alone = len(emit(Pipeline(stages=("s",), jobs=(one,))))
    both = len(emit(Pipeline(stages=("s",), jobs=(one, two))))
    assert both - alone == job_size(two)


@pytest.mark.parametrize("value", ["a\n\n", "\n", "a\n\n\n", "a\nb\n\n", "\u2028\n", "a\n\u2028", "a\n\x85"])
def test_empty_lines_at_the_end_of_a_text_end_nothing_else(value: str) -> None:
    jobs = Job(name="a", body={"script": [value]}), Job(name="b", body={"script": ["true"]}, because=("why",))
    parsed = yaml.safe_load(emit(Pipeline(stages=("s",), jobs=jobs)))
    assert (parsed["a"]["script"], parsed["b"]["script"]) == ([value], ["true"])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("\udcff", id="half of a surrogate pair"),
        pytest.param(range(3), id="an object of a template"),
        pytest.param(16**9999, id="a number of too many digits"),
    ],
)
def test_a_value_that_yaml_cannot_hold_is_the_template_s_mistake(value: object) -> None:
    with pytest.raises(ConfigError, match="job a: YAML cannot hold one of its values: "):
        emit(Pipeline(stages=("s",), jobs=(Job(name="a", body={"script": [value]}),)))
