"""YAML written directly: the dumper's bytes, or none at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlgitlab.config.schema import StepKind
from mlgitlab.pipeline.block import block
from mlgitlab.pipeline.emit import by_pyyaml

_SPECIAL = "\n\t\r :#-'\"\\|>%@`,[]{}&*!?=~_.$/\x7f\x85\xa0\xad\u2028\u2029\ufeff\ufffd\U0001f600é€\ud7ff\ue000"
_words = st.sampled_from(
    ["train", "yes", "No", "null", "1e3", "0x1f", "2026-01-01", "a-b/c:d.e", "---", "...", "<<", ""]
)
_texts = _words | st.text(st.sampled_from(f"ab1{_SPECIAL}"), max_size=9) | st.text("ab \n", max_size=9)
_keys = st.sampled_from(["script", "y", "a b", "1"]) | st.text(st.sampled_from("ab1 :#-'\"\\é"), max_size=6)
_leaves = _texts | st.integers() | st.booleans() | st.none()
_data = st.dictionaries(
    _keys,
    st.recursive(
        _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=400)
@given(_data)
@example({"a": [[["b"], {}], {"c": {"d": []}}, [{"e": 1, "f": None}, True]]})
def test_what_is_written_is_what_the_dumper_writes(data: dict[str, object]) -> None:
    assert block(data) in (None, by_pyyaml(data))


@pytest.mark.parametrize("length", [0, 1, 40, 99, 100, 126, 127, 128, 129])
@pytest.mark.parametrize("letter", ["k", " ", '"', "é", "€"])
def test_a_key_of_any_length_is_the_dumper_s(length: int, letter: str) -> None:
    data: dict[str, object] = {letter * length: ["x"]}
    assert block(data) in (None, by_pyyaml(data))


@pytest.mark.parametrize("length", [1, 2000, 3999, 4001, 5500, 12000])
@pytest.mark.parametrize("text", ["x", "x ", '" ', "\\ ", "x \n", "xy\n"])
def test_a_text_of_any_length_is_the_dumper_s(length: int, text: str) -> None:
    data: dict[str, object] = {"a": {"b": [(text * length)[:length]]}}
    assert block(data) in (None, by_pyyaml(data))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("python -m train --lr 1e-3", id="a command"),
        pytest.param('echo "größer als 3 €"', id="quotes and letters"),
        pytest.param("set -e\n\nif a; then\n  b\nfi\n", id="several lines"),
        pytest.param("a\nb", id="no end of the last line"),
        pytest.param({"value": "$X", "expand": False}, id="a variable"),
        pytest.param(
            [{"job": "quality:lint", "artifacts": False}, {"job": "fraud:train", "artifacts": True}], id="needs"
        ),
        pytest.param({"max": 2, "when": ["runner_system_failure"]}, id="retry"),
        pytest.param([], id="nothing in a list"),
        pytest.param(None, id="null"),
    ],
)
def test_what_jobs_hold_is_written_directly(value: object) -> None:
    assert block({"fraud:train": {"keyword": value}}) == by_pyyaml({"fraud:train": {"keyword": value}})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.5, id="a number with a point"),
        pytest.param(("a",), id="a tuple"),
        pytest.param(b"a", id="bytes"),
        pytest.param({1: "a"}, id="a number as key"),
        pytest.param({True: "a"}, id="a boolean as key"),
        pytest.param("a\x07b", id="a control character"),
        pytest.param(" a\nb", id="lines that begin with a space"),
        pytest.param("a \nb", id="a line that ends with a space"),
        pytest.param("a\n\n", id="an empty line at the end"),
        pytest.param("\ud800", id="half of a surrogate pair"),
    ],
)
def test_what_is_not_plain_is_left_to_the_dumper(value: object) -> None:
    assert block({"a": [value]}) is None


def test_a_key_of_another_type_is_not_taken_for_an_equal_text() -> None:
    assert block({"train": {"train": 1}}) == "train:\n  train: 1\n"
    assert block({"train": {StepKind.TRAIN: 1}}) is None
