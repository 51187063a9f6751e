"""JSON with an indentation, as the standard library writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.planning.indented import indented

_leaves = st.text() | st.integers() | st.floats() | st.booleans() | st.none()
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(st.text(), _values, max_size=4))
def test_it_is_what_the_standard_library_writes(document: dict[str, object]) -> None:
    assert indented(document) == json.dumps(document, indent=2, ensure_ascii=False)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        indented({"a": [{1}]})
