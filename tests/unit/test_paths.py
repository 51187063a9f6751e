"""File names: what git holds comes back, and what people see can do no harm."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab import paths


@given(st.binary())
def test_any_bytes_round_trip_through_a_name(raw: bytes) -> None:
    assert paths.encode(paths.decode(raw)) == raw


@given(st.binary())
def test_a_shown_name_is_one_printable_line(raw: bytes) -> None:
    assert paths.show(paths.decode(raw)).isprintable()


@given(st.binary(), st.binary())
def test_two_names_are_never_shown_alike(one: bytes, other: bytes) -> None:
    if one != other:
        assert paths.show(paths.decode(one)) != paths.show(paths.decode(other))


@given(st.binary(min_size=1))
def test_json_fields_keep_every_byte(raw: bytes) -> None:
    fields = paths.as_json(paths.decode(raw))
    back = base64.b64decode(fields["path_base64"]) if "path_base64" in fields else fields["path"].encode()
    assert back == raw


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("models/a b.py", "models/a b.py", id="spaces stay"),
        pytest.param("naïve.py", "naïve.py", id="letters of any language stay"),
        pytest.param("a\nb", r"a\x0ab", id="a newline is escaped"),
        pytest.param("a\\nb", r"a\\nb", id="a backslash is doubled"),
        pytest.param("a\x1b[31m", r"a\x1b[31m", id="no colours for the terminal"),
        pytest.param("a\u202eb", r"a\u202eb", id="no direction marks"),
        pytest.param("a\udcff", r"a\xff", id="a byte that is not UTF-8"),
    ],
)
def test_show_escapes_what_could_act(path: str, shown: str) -> None:
    assert paths.show(path) == shown


@pytest.mark.parametrize(
    ("path", "normal"), [("./a//b/", "a/b"), ("a", "a"), (".", ""), ("/", ""), ("a/./b", "a/b"), ("..a/b", "..a/b")]
)
def test_normalise_drops_what_means_nothing(path: str, normal: str) -> None:
    assert paths.normalise(path) == normal


def test_ancestors_end_at_the_root() -> None:
    assert list(paths.ancestors("a/b/c")) == ["a/b", "a", ""]


@pytest.mark.parametrize(
    ("path", "folder", "within"),
    [("a/b", "a", True), ("a", "a", True), ("ab", "a", False), ("a", "", True), ("a", "a/b", False)],
)
def test_is_within_compares_whole_folders(path: str, folder: str, within: bool) -> None:
    assert paths.is_within(path, folder) is within
