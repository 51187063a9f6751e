"""JSON files by key."""

from __future__ import annotations

import codecs

import pytest

from mlgitlab.analysis.meaning.json_file import KIND, MOST_BYTES
from mlgitlab.analysis.meaning.values import Meaning


def read(text: str) -> Meaning:
    found = KIND.read(text.encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":1}', '{\n  "a" : 1\n}\n', id="blanks"),
        pytest.param('{"a":[1,2]}', '{"a": [\r\n1,\r\n2]}', id="line ends"),
        pytest.param('{"a":"é"}', '{"a":"\\u00e9"}', id="escapes"),
        pytest.param('{"a":"/"}', '{"a":"\\/"}', id="escapes in vain"),
    ],
)
def test_the_style_says_nothing(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":1}', '{"a":2}', id="value"),
        pytest.param('{"a":1,"b":1}', '{"b":1,"a":1}', id="order"),
        pytest.param('{"a":1}', '{"a":1.0}', id="integer and float"),
        pytest.param('{"a":0.1}', '{"a":0.10}', id="a number as written"),
        pytest.param('{"a":1}', '{"a":"1"}', id="number and text"),
        pytest.param('{"a":0.1000000000000000055}', '{"a":0.1}', id="digits that a float does not keep"),
        pytest.param('{"a":NaN}', '{"a":"NaN"}', id="no number"),
        pytest.param('{"a":Infinity}', '{"a":-Infinity}', id="infinity"),
        pytest.param('{"a":true}', '{"a":1}', id="truth"),
        pytest.param('{"a":null}', "{}", id="null and nothing"),
        pytest.param('{"a":null}', '{"a":"None"}', id="null and text"),
        pytest.param('{"a":[]}', '{"a":{}}', id="empty list and mapping"),
        pytest.param('{"a":{"b":1}}', '{"a.b":1}', id="a key with a dot"),
        pytest.param('{"a":1}', '\ufeff{"a":1}', id="byte order mark"),
        pytest.param('"\\ud800"', '"\\udc00"', id="halves of a character"),
    ],
)
def test_what_differs_has_other_parts(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"a":1,"a":1}', id="a key twice"),
        pytest.param(b'{"a":{"b":1,"\\u0062":1}}', id="a key twice, once escaped"),
        pytest.param(b'{"a":1} // why', id="a comment"),
        pytest.param(b'{"a":1,}', id="a comma too much"),
        pytest.param(b'{"a":"\xff"}', id="no UTF-8"),
        pytest.param(codecs.BOM_UTF16_LE + '{"a":1}'.encode("utf-16-le"), id="UTF-16"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[" * 500 + b"]" * 500, id="too deep"),
        pytest.param(b"[" + b"1," * 300_000 + b"1]", id="too much"),
        pytest.param(b'"' + b"x" * MOST_BYTES + b'"', id="too long"),
    ],
)
def test_what_cannot_be_read_safely_has_no_meaning(content: bytes) -> None:
    assert KIND.read(content) is None


def test_a_huge_number_is_read_as_its_text() -> None:
    assert read("1" * 1_000_000) != read("1" * 999_999 + "2")


def test_parts_have_the_names_of_their_keys() -> None:
    found = read('{"fraud": {"train": {"lr": 0.1, "layers": [64, 32]}}, "files": [{"a.b": 1}]}')
    assert [part.name for part in found.parts] == ["fraud.train.lr", "fraud.train.layers", 'files[0]."a.b"']


def test_a_json_file_is_known_by_its_name() -> None:
    assert KIND.matches("a/config.json")
    assert not KIND.matches("a/data.jsonl")
    assert not KIND.matches("a/tasks.jsonc")
