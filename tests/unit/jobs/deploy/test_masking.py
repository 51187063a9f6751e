"""What is kept of a user's request is what was declared, and nothing that is masked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.deploy import Recording
from mlgitlab.jobs.deploy.masking import kept
from mlgitlab.jobs.deploy.questions import read
from mlgitlab.jobs.deploy.target import Question

RULES = Recording(consent="yes", mask=("body.customer.name", "body.items.*.card", "body.*.secret", "query.token"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "secret"]), inner, max_size=3)
    ),
)


def body(value: object, rules: Recording = RULES) -> Any:
    found = kept(Question(body=json.dumps(value).encode()), rules)
    assert found is not None
    return found.get("body")


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ({"customer": {"name": "Ada", "age": 3}}, {"customer": {"name": "masked", "age": 3}}),
        ({"customer": {"name": ["Ada", "B"]}}, {"customer": {"name": []}}),
        ({"items": [{"card": 4111}, {"card": True, "n": 1}]}, {"items": [{"card": 0}, {"card": False, "n": 1}]}),
        ([{"customer": {"name": 1.5}}], [{"customer": {"name": 0}}]),
        ({"x": {"secret": {"deep": 1}}}, {"x": {"secret": {}}}),
        (None, None),
    ],
)
def test_masked_fields_lose_their_value_and_keep_their_type(sent: object, left: object) -> None:
    assert body(sent) == left


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/p?token=abc&a=1", "/p?token=masked&a=1"),
        ("/p?%74oken=abc", "/p?%74oken=masked"),
        ("/p?a=token", "/p?a=token"),
        ("/p", "/p"),
    ],
)
def test_masked_parameters_are_found_however_they_are_written(path: str, left: str) -> None:
    found = kept(Question(path=path), RULES)
    assert found is not None
    assert found["path"] == left


def test_headers_are_left_out_unless_they_are_named_and_bodies_that_are_no_json_whole() -> None:
    headers = {"Authorization": "Bearer abc", "Content-Type": "application/json", "Cookie": "s=1"}
    found = kept(Question(headers=headers, body=b"{}"), RULES)
    assert found is not None
    assert found["headers"] == {"content-type": "application/json"}
    assert kept(Question(body=b"name=Ada"), RULES) is None


@given(JSON)
def test_nothing_below_a_masked_key_of_a_section_is_left(value: object) -> None:
    left = body({"x": value})["x"] if isinstance(value, dict) else None
    if isinstance(left, dict) and "secret" in left:
        assert left["secret"] in (None, False, 0, "masked", [], {})


def test_what_is_kept_can_be_asked_again() -> None:
    question = Question(path="/p?a=1", headers={"Content-Type": "application/json"}, body=b'{"n": 1}')
    (case,) = read(json.dumps(kept(question, RULES)).encode(), "kept.jsonl")
    assert (case.question.path, case.question.body) == ("/p?a=1", b'{"n": 1}')
