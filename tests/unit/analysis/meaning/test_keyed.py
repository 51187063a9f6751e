"""Nested data as leaves and names."""

from __future__ import annotations

import itertools

import pytest

from mlgitlab.analysis.meaning.keyed import DEEPEST, MOST_NODES, Key, Mark, Node, Raw, leaves_of, meaning_of, quoted


def names(node: Node) -> list[str]:
    found = meaning_of(node)
    assert found is not None
    return [part.name for part in found.parts]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        pytest.param({"fraud": {"train": {"lr": "1"}}}, ["fraud.train.lr"], id="nested mappings"),
        pytest.param({"a": {"b.c": "1"}}, ['a."b.c"'], id="a key with a dot"),
        pytest.param({"a": ["x", "y"]}, ["a"], id="a list of scalars"),
        pytest.param({"a": [{"u": "1"}, {"u": "2"}]}, ["a[0].u", "a[1].u"], id="a list of mappings"),
        pytest.param({"a": ["x", ["y"]]}, ["a[0]", "a[1]"], id="a list that holds a list"),
        pytest.param([{"u": "1"}], ["[0].u"], id="a list at the root"),
        pytest.param({"a": {}, "b": [], "c": None}, ["a", "b", "c"], id="nothing"),
        pytest.param({Raw("plain", "1"): {"x": "1"}}, ["1.x"], id="a key that is a number"),
        pytest.param({"b": "1", "a": "1"}, ["b", "a"], id="the document's order"),
        pytest.param({Mark("tag", "!t"): {"a": "1"}}, ["a"], id="a mark is in no name"),
        pytest.param("x", ["."], id="a scalar at the root"),
    ],
)
def test_a_leaf_has_the_name_of_its_keys(node: Node, expected: list[str]) -> None:
    assert names(node) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a b", "a b"),
        ("é-1/x", "é-1/x"),
        ("", '""'),
        ("a.b", '"a.b"'),
        ("a[0]", '"a[0]"'),
        ('a"', r'"a\""'),
        ("a\\", r'"a\\"'),
        ("*", '"*"'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a\n", r'"a\n"'),
        ("\x1b[0m", r'"\u001b[0m"'),
        ("\u202ea", r'"\u202ea"'),
        ("\ud800", r'"\ud800"'),
    ],
)
def test_a_key_that_would_not_be_read_as_one_is_quoted(key: str, expected: str) -> None:
    assert quoted(key) == expected


DIFFERENT: list[Node] = [
    {},
    [],
    None,
    "",
    True,
    "true",
    Raw("plain", "true"),
    Raw("number", "1"),
    Raw("number", "1.0"),
    "1",
    ["1"],
    [Raw("number", "1")],
    ["number", "1"],
    [["number", "1"]],
    [[]],
    [{}],
    [None],
    {"a": {}},
    {"a": []},
    {"a": None},
    {"a": ""},
    {"a": {"b": "1"}},
    {"a.b": "1"},
    {'a."b"': "1"},
    {"a": "1", "b": "1"},
    {"b": "1", "a": "1"},
    {"a": {"b": "1", "c": "1"}},
    {"a": {"b": "1"}, "c": "1"},
    {"a": {"0": {"b": "1"}}},
    {"a": {Raw("plain", "0"): {"b": "1"}}},
    {"a": [{"b": "1"}]},
    {"a": [{"b": "1", "c": "1"}]},
    {"a": [{"b": "1"}, {"c": "1"}]},
    {"a": [["b"]]},
    {"a": ["b"]},
    {"a": {Mark("tag", "!t"): ["b"]}},
    {"a": {Mark("tag", "!u"): ["b"]}},
    {"a": {"!t": ["b"]}},
    {Mark("document", "0"): "x", Mark("document", "1"): "x"},
    ["x", "x"],
    [["x"], "x"],
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(DIFFERENT, 2)))
def test_data_that_differs_has_other_parts(one: Node, other: Node) -> None:
    assert meaning_of(one) != meaning_of(other)


def nested(depth: int) -> Node:
    node: Node = "x"
    for _ in range(depth):
        node = {"a": node}
    return node


def test_data_that_is_too_deep_has_no_meaning() -> None:
    assert meaning_of(nested(DEEPEST)) is not None
    assert meaning_of(nested(DEEPEST + 1)) is None
    assert meaning_of(nested(100_000)) is None


def test_data_that_stands_for_too_much_has_no_meaning() -> None:
    node: Node = "x"
    for _ in range(30):
        node = [node, node]
    assert leaves_of(node) is None


def test_a_list_counts_by_its_length() -> None:
    many: list[Node] = ["x"] * MOST_NODES
    assert leaves_of(many) is not None
    assert leaves_of([*many, "x"]) is None


def test_a_long_text_that_is_named_often_has_no_meaning() -> None:
    long = "x" * 1_000_000
    assert leaves_of([long] * 100) is None
    below: dict[Key | Mark, Node] = {str(number): "x" for number in range(100)}
    assert leaves_of({long: below}) is None


def test_a_leaf_knows_its_keys() -> None:
    leaves = leaves_of({Mark("tag", "!t"): {"a": [{Raw("plain", "1"): "x"}]}})
    assert leaves is not None
    assert [leaf.keys for leaf in leaves] == [("a", 0, "1")]
