"""Configuration files as Python's usual readers see them."""

from __future__ import annotations

from textwrap import dedent

import pytest
import yaml

from mlgitlab.jobs.settings.documents import misread_number, read_document
from mlgitlab.jobs.settings.values import Fault, dotted

TEXT = """\
lr: 1e-5
rate: 1.0e-5
old: 010
on: yes
off: "no"
half: 0.5
day: 2024-01-01
none: ~
odd: =
list: [1, a]
"""


def test_yaml_has_the_types_that_pyyaml_gives_it() -> None:
    theirs = yaml.safe_load(TEXT.replace("on:", '"on":').replace("off:", '"off":').replace("odd: =\n", ""))
    data = read_document("c.yaml", TEXT.encode()).data
    assert isinstance(data, dict)
    assert data.pop("odd") == "="
    assert data.pop("day") == "2024-01-01"
    del theirs["day"]
    assert data == theirs
    assert (data["lr"], data["old"]) == ("1e-5", 8)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "a:\n  b: [1, {c: 2}]\n"),
        ("c.json", '{"a":\n  {"b": [1, {"c": 2}]}}'),
    ],
)
def test_the_lines_of_keys_are_known(name: str, text: str) -> None:
    document = read_document(name, text.encode())
    assert document.data == {"a": {"b": [1, {"c": 2}]}}
    assert str(document.problem(Fault(place=("a", "b", 1, "c"), what="wrong"))) == f"{name}:2: a.b[1].c: wrong"
    assert str(document.problem(Fault(place=("a", "x"), what="missing"))) == f"{name}:1: a.x: missing"


def test_toml_has_keys_but_no_lines() -> None:
    document = read_document("c.toml", b"[a]\nb = 1\n")
    assert document.data == {"a": {"b": 1}}
    assert str(document.problem(Fault(place=("a", "b"), what="wrong"))) == "c.toml: a.b: wrong"


def test_json_with_tabs_is_read_all_the_same() -> None:
    assert read_document("c.json", b'{\n\t"a": 1\n}').data == {"a": 1}


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("c.yaml", "a: 1\nb: [2\n", "c.yaml:3: not valid YAML: did not find expected ',' or ']'"),
        ("c.yaml", "", "c.yaml: the file is empty"),
        ("c.yaml", "a: !!python/name:os.system x\n", "c.yaml:1: the YAML tag"),
        ("c.yaml", "a: 1\nb: 2\na: 3\n", "c.yaml:3: a: the key is given twice, first in line 1"),
        ("c.yaml", "a: 1\n[1]: 2\n", "c.yaml:1: a key is a list or a mapping"),
        ("c.json", '{"a": 1', "c.json: not valid JSON"),
        ("c.json", '{"a": 1, "a": 2}', "the key 'a' is given twice"),
        ("c.json", "[" * 100_000, "nested too deeply"),
        ("c.toml", "a = \n", "c.toml: not valid TOML"),
        ("c.toml", "a = 1\na = 2\n", "c.toml: not valid TOML"),
    ],
)
def test_what_is_wrong_with_the_text_itself(name: str, text: str, problem: str) -> None:
    document = read_document(name, dedent(text).encode())
    [found] = map(document.problem, document.faults)
    assert problem in str(found)


@pytest.mark.parametrize("text", ["1e-5", "3E8", "-2e10", "1.5e3", "+1e6", "5e+2"])
def test_a_number_that_pyyaml_takes_for_a_text_is_written_so_that_it_does_not(text: str) -> None:
    better = misread_number(text)
    assert yaml.safe_load(text) == text
    assert yaml.safe_load(better) == float(text)


@pytest.mark.parametrize("value", ["fast", "", "1.0e-5x", 3, None, "12"])
def test_other_values_are_no_misread_numbers(value: object) -> None:
    assert misread_number(value) == ""


def test_a_hostile_key_is_short_and_printable() -> None:
    assert dotted(("a\x1b[31m", 0, "k" * 500)) == f"a\\x1b[31m[0].{'k' * 60}..."
