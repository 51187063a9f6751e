"""TOML files by key."""

from __future__ import annotations

import time

import pytest

from mlgitlab.analysis.meaning.toml_file import KIND, MOST_BYTES
from mlgitlab.analysis.meaning.values import Meaning


def read(text: str) -> Meaning:
    found = KIND.read(text.encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a = 1", "# why\na=1 # because\r\n", id="comments, blanks and line ends"),
        pytest.param("a.b = 1", "[a]\nb = 1", id="a dotted key and a table"),
        pytest.param("a = {b = 1}", "[a]\nb = 1", id="an inline table"),
        pytest.param("a = [{b = 1}]", "[[a]]\nb = 1", id="an array of tables"),
        pytest.param("a = 'x'", 'a = """x"""', id="quotes"),
        pytest.param("a = 16", "a = 0x1_0", id="the base of an integer"),
        pytest.param("a = 2001-01-01T00:00:00Z", "a = 2001-01-01 00:00:00+00:00", id="the style of a time"),
    ],
)
def test_the_style_says_nothing(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a = 1", "a = 2", id="value"),
        pytest.param("a = 1", "a = -1", id="sign"),
        pytest.param("a = 1\nb = 1", "b = 1\na = 1", id="order"),
        pytest.param("a = 1", "a = 1.0", id="integer and float"),
        pytest.param("a = 0.1", "a = 0.10", id="a float as written"),
        pytest.param("a = 1", "a = '1'", id="number and text"),
        pytest.param("a = 1", "a = true", id="number and truth"),
        pytest.param("a = 1", "a = '0x1'", id="number and its base"),
        pytest.param("a = inf", "a = 'inf'", id="infinity"),
        pytest.param("a = nan", "a = inf", id="no number"),
        pytest.param("a = 2001-01-01", "a = '2001-01-01'", id="date and text"),
        pytest.param("a = 2001-01-01", "a = 2001-01-01T00:00:00", id="date and time"),
        pytest.param("a = 2001-01-01T00:00:00", "a = 2001-01-01T00:00:00Z", id="zone"),
        pytest.param("a = 00:00:00", "a = '00:00:00'", id="time and text"),
        pytest.param("a.b = 1", '"a.b" = 1', id="a key with a dot"),
        pytest.param("a = []", "a = {}", id="empty array and table"),
        pytest.param("[a]", "", id="empty table and nothing"),
    ],
)
def test_what_differs_has_other_parts(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a = 1\na = 1", id="a key twice"),
        pytest.param(b"a = ", id="no TOML"),
        pytest.param(b"a = '\xff'", id="no UTF-8"),
        pytest.param(b"\xef\xbb\xbfa = 1", id="byte order mark"),
        pytest.param(b"a = 2001-02-30", id="no date"),
        pytest.param(b"a = " + b"[" * 100_000, id="deep arrays"),
        pytest.param(b"a = " + b"{a = " * 100_000, id="deep tables"),
        pytest.param(b"a = " + b"1" * 100_000, id="a number of too many digits"),
        pytest.param(b".".join([b"a"] * 100_000) + b" = 1", id="a long key"),
        pytest.param(b"a = '" + b"x" * MOST_BYTES + b"'", id="too long"),
    ],
)
def test_what_cannot_be_read_safely_has_no_meaning(content: bytes) -> None:
    assert KIND.read(content) is None


def test_many_long_keys_take_little_time() -> None:
    lines = (".".join(["a"] * 99) + f".k{number} = 1" for number in range(4_500))
    start = time.process_time()
    KIND.read("\n".join(lines).encode())
    assert time.process_time() - start < 10


def test_parts_have_the_names_of_their_keys() -> None:
    found = read("[train]\nlr = 0.1\nlayers = [64, 32]\n[[files]]\n'a.b' = 1\n")
    assert [part.name for part in found.parts] == ["train.lr", "train.layers", 'files[0]."a.b"']


def test_a_toml_file_is_known_by_its_name() -> None:
    assert KIND.matches("conf/a.toml")
    assert not KIND.matches("conf/a.yaml")
