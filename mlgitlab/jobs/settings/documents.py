"""A configuration file's values as Python's usual readers give them, and the line of each."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from mlgitlab.config.nodes import List, Node, Scalar, Table, compose
from mlgitlab.config.plain import resolve
from mlgitlab.errors import ConfigError, Problem
from mlgitlab.jobs.settings.values import Document, Fault, Place

_READER: Any = yaml.SafeLoader("")
_LINE = re.compile(r":([0-9]+)(?::[0-9]+)?\Z")
_TAG = "tag:yaml.org,2002:"
# The others mean text to a schema: dates, and the odd `=` of YAML 1.1.
_TYPED = frozenset(f"{_TAG}{name}" for name in ("int", "float", "bool", "null"))


def read_document(name: str, content: bytes) -> Document:
    """The file's only document. A file that cannot be read has no data, and a fault.

    YAML gets the types that PyYAML gives (`1e-5` is a text to it), JSON and TOML those of Python's own readers.
    """
    ending = name.rpartition(".")[2].lower()
    if ending == "toml":
        return _toml(name, content)
    if ending == "json":
        return _json(name, content)
    try:
        node = compose(content, name)
    except ConfigError as error:
        return _refused(name, error.problems[0])
    if node is None:
        return _unreadable(name, "the file is empty")
    lines: dict[Place, int] = {}
    faults: list[Fault] = []
    data = _data(node, (), lines, faults)
    return Document(name=name, data=data, lines=lines, faults=tuple(faults))


def misread_number(value: object) -> str:
    """How to write a text that other readers of YAML take for a number, such as `1e-5`; empty for other texts."""
    if not isinstance(value, str):
        return ""
    number = resolve(Scalar(line=1, text=value, plain=True))
    if not isinstance(number, float):
        return ""
    mantissa, _, exponent = value.lower().partition("e")
    written = mantissa if "." in mantissa else f"{mantissa}.0"
    sign = "" if exponent[:1] in ("+", "-") else "+"
    return f"{written}e{sign}{exponent}" if exponent else ""


def _data(node: Node, place: Place, lines: dict[Place, int], faults: list[Fault]) -> object:
    lines.setdefault(place, node.line)
    match node:
        case Scalar():
            return _value(node)
        case List():
            return [_data(item, (*place, index), lines, faults) for index, item in enumerate(node.items)]
        case Table():
            return dict(_entries(node, place, lines, faults))


def _entries(table: Table, place: Place, lines: dict[Place, int], faults: list[Fault]) -> Iterator[tuple[str, object]]:
    seen: dict[str, int] = {}
    for key, value in table.entries:
        if not isinstance(key, Scalar):
            faults.append(Fault(place=place, what="a key is a list or a mapping"))
            continue
        inner = (*place, key.text)
        if key.text in seen:
            faults.append(Fault(place=inner, what=f"the key is given twice, first in line {seen[key.text]}"))
        seen[key.text] = key.line
        lines[inner] = key.line
        yield key.text, _data(value, inner, lines, faults)


def _value(scalar: Scalar) -> object:
    if not scalar.plain:
        return scalar.text
    tag = str(_READER.resolve(yaml.ScalarNode, scalar.text, (True, False)))
    if tag not in _TYPED:
        return scalar.text
    try:
        value: object = _READER.construct_object(yaml.ScalarNode(tag, scalar.text))
    except ValueError:  # such as 0b or 1:99:, which the pattern of a number lets through
        return scalar.text
    return value


def _json(name: str, content: bytes) -> Document:
    twice: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        keys = [key for key, _ in pairs]
        twice.extend(Fault(place=(), what=f"the key {key!r} is given twice") for key in found if keys.count(key) > 1)
        return found

    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        return _unreadable(name, f"not valid JSON: {_told(error)}")
    return Document(name=name, data=data, lines=_lines_of_json(name, content), faults=tuple(twice))


def _lines_of_json(name: str, content: bytes) -> dict[Place, int]:
    """JSON is nearly YAML: where it is (no tabs), the keys' lines are known."""
    lines: dict[Place, int] = {}
    try:
        node = compose(content, name)
    except ConfigError:
        return lines
    if node is not None:
        _data(node, (), lines, [])
    return lines


def _toml(name: str, content: bytes) -> Document:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return _unreadable(name, f"not valid TOML: {_told(error)}")
    return Document(name=name, data=data)


def _told(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _unreadable(name: str, what: str) -> Document:
    return Document(name=name, data=None, faults=(Fault(place=(), what=what),))


def _refused(name: str, problem: Problem) -> Document:
    """What our reader of YAML says, its `file:line:column` taken apart."""
    found = _LINE.search(problem.where)
    fault = Fault(place=(), what=problem.what, hint=problem.hint)
    return Document(name=name, data=None, lines={(): int(found[1])} if found else {}, faults=(fault,))
