"""From YAML nodes to the dataclasses of schema.py, as their types say; every fault is noted, none stops the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from mlgitlab.config.faults import Report
from mlgitlab.config.nodes import List, Node, Scalar, Table
from mlgitlab.config.plain import data, described, is_null, resolve
from mlgitlab.config.schema import NAME_PATTERN
from mlgitlab.config.shapes import (
    Choice,
    Key,
    ListOf,
    MapOf,
    Patterns,
    Plain,
    Section,
    Shape,
    Written,
    keys_of,
    required_of,
    shorthand_of,
)
from mlgitlab.config.wording import did_you_mean, key_shown, nearest, quoted, suggestion

NAME_RULE: Final = "letters, digits, `_`, `.` and `-`; a letter or digit first; at most 63"
_EXPECTED: Final = {
    Plain.TEXT: "text",
    Plain.INTEGER: "a whole number",
    Plain.NUMBER: "a number",
    Plain.BOOLEAN: "true or false",
    Plain.SCALAR: "text, a number, true or false",
}
_TEXTS: Final = ListOf(Plain.TEXT)
_NAME: Final = re.compile(NAME_PATTERN)
_ROOT_HINTS: Final = {"version": "begin the file with `version: 1`"}


class _Broken:
    """What stands for a value with a fault, so that what holds it can do without."""


_BROKEN: Final = _Broken()


def build_section(section: Section, table: Table, path: str, report: Report) -> dict[str, object]:
    """The values of a section's keys that could be read. Notes in `report` where each stands and every fault."""
    keys = keys_of(section.kind)
    values: dict[str, object] = {}
    written = set()
    prefix = f"{path}." if path else ""
    for name, node, line in _entries(table, path, report):
        key = keys.get(name)
        if key is None:
            _unknown(name, keys, path, line, report)
            continue
        written.add(name)
        child = prefix + name
        report.place(child, line)
        if is_null(node) and not key.required:
            continue  # `timeout:` with nothing after it is the same as no such key
        value = _build(key.shape, node, child, report)
        if value is not _BROKEN:
            values[name] = value
    for key in required_of(section.kind):
        if key.name not in written:
            what = f"the key `{key.name}` is missing"
            hint = _ROOT_HINTS.get(key.name, key.doc) if not path else key.doc
            report.fault(path, what, hint, line=report.line(path))
    return values


def _unknown(name: str, keys: Mapping[str, Key], path: str, line: int, report: Report) -> None:
    where = _join(path, name)
    report.fault(where, "unknown key", suggestion(name, keys, "the keys here are"), line=line)
    meant = nearest(name, keys)
    if meant:
        report.spoil(_join(path, meant))


def _build(shape: Shape, node: Node, path: str, report: Report) -> object:  # noqa: PLR0911 (one for each shape)
    if shape is Plain.TEXT and isinstance(node, Scalar) and not (node.plain and is_null(node)):
        return node.text  # half of all values
    match shape:  # the most frequent ones first
        case Plain():
            return _plain(shape, node, path, report)
        case ListOf():
            return _list(shape, node, path, report)
        case Section():
            return _section(shape, node, path, report)
        case Patterns():
            return _patterns(shape, node, path, report)
        case MapOf():
            return _mapping(shape, node, path, report)
        case Choice():
            return _choice(shape, node, path, report)
        case Written():
            return _written(shape, node, path, report)
        case _:
            assert_never(shape)


def _join(path: str, name: str) -> str:
    return f"{path}.{key_shown(name)}" if path else key_shown(name)


def _entries(table: Table, path: str, report: Report) -> Iterator[tuple[str, Node, int]]:
    """Each key once, with its value and line; a key that is no text, or comes twice, is a fault."""
    first: dict[str, int] = {}
    for key, value in table.entries:
        if not isinstance(key, Scalar):
            report.fault(path, f"a key must be text, found {described(key)}", line=key.line)
        elif key.text in first:
            hint = f"the first is in line {first[key.text]}"
            report.fault(_join(path, key.text), "the key comes twice", hint, line=key.line)
        else:
            first[key.text] = key.line
            yield key.text, value, key.line


def _wrong(expected: str, node: Node, path: str, report: Report, hint: str = "") -> _Broken:
    report.fault(path, f"expected {expected}, found {described(node)}", hint, line=node.line)
    return _BROKEN


def _plain(shape: Plain, node: Node, path: str, report: Report) -> object:
    if shape is Plain.ANYTHING:
        _check_keys(node, path, report)
        return data(node)
    if not isinstance(node, Scalar) or is_null(node):
        return _wrong(_EXPECTED[shape], node, path, report)
    if shape is Plain.TEXT:
        return node.text
    value = resolve(node)
    if shape is Plain.SCALAR:
        # A number is kept as such only where no digit of it gets lost: 17.10 stays text.
        return value if str(value).lower() == node.text else node.text
    if _fits(shape, value):
        return float(value) if shape is Plain.NUMBER and isinstance(value, int) else value
    unquoted = resolve(Scalar(line=node.line, text=node.text, plain=True))
    hint = "write it without quotes" if not node.plain and _fits(shape, unquoted) else ""
    return _wrong(_EXPECTED[shape], node, path, report, hint)


def _fits(shape: Plain, value: object) -> bool:
    if shape is Plain.BOOLEAN or isinstance(value, bool):
        return shape is Plain.BOOLEAN and isinstance(value, bool)
    return isinstance(value, int if shape is Plain.INTEGER else int | float)


def _check_keys(node: Node, path: str, report: Report) -> None:
    if isinstance(node, List):
        for index, item in enumerate(node.items):
            _check_keys(item, f"{path}[{index}]", report)
    elif isinstance(node, Table):
        for name, value, _ in _entries(node, path, report):
            _check_keys(value, _join(path, name), report)


def _choice(shape: Choice, node: Node, path: str, report: Report) -> object:
    names = [str(option) for option in shape.options]
    if isinstance(node, Scalar):
        for option in shape.options:
            if node.text == str(option) and (node.plain or isinstance(option, str)):
                return option
    expected = " or ".join(filter(None, (", ".join(f"`{name}`" for name in names[:-1]), f"`{names[-1]}`")))
    hint = did_you_mean(node.text, names) if isinstance(node, Scalar) else ""
    return _wrong(expected, node, path, report, hint)


def _written(shape: Written, node: Node, path: str, report: Report) -> object:
    if isinstance(node, Scalar) and not is_null(node):
        try:
            return shape.kind.parse(node.text)
        except ValueError:
            pass
    return _wrong(shape.kind.expects, node, path, report)


def _patterns(shape: Patterns, node: Node, path: str, report: Report) -> object:
    patterns = _list(_TEXTS, node, path, report)
    if not isinstance(patterns, tuple):
        return _BROKEN
    try:
        return shape.kind.parse(patterns)
    except ValueError as error:
        report.fault(path, str(error), line=report.line(path))
        return _BROKEN


def _list(shape: ListOf, node: Node, path: str, report: Report) -> object:
    if isinstance(node, Table) and shape.item is Plain.TEXT:
        return _wrong("text or a list of text", node, path, report)
    if not isinstance(node, List):
        item = _build(shape.item, node, path, report)
        return _BROKEN if item is _BROKEN else (item,)
    items = []
    for index, child in enumerate(node.items):
        place = f"{path}[{index}]"
        report.place(place, child.line)
        items.append(_build(shape.item, child, place, report))
    return _BROKEN if _BROKEN in items else tuple(items)


def _mapping(shape: MapOf, node: Node, path: str, report: Report) -> object:
    if not isinstance(node, Table):
        return _wrong("a mapping of names", node, path, report)
    built: dict[str, object] = {}
    for name, value, line in _entries(node, path, report):
        child = _join(path, name)
        report.place(child, line)
        if shape.named and not _NAME.fullmatch(name):
            report.fault(child, f"{quoted(name)} is not a name", NAME_RULE, line=line)
        if shape.item is Plain.TEXT and is_null(value):
            built[name] = _wrong("text", value, child, report, 'an empty text is written ""')
        else:
            built[name] = _build(shape.item, value, child, report)
    return {name: value for name, value in built.items() if value is not _BROKEN}


def _section(shape: Section, node: Node, path: str, report: Report) -> object:
    short = shorthand_of(shape.kind)
    table = Table(line=node.line, entries=()) if is_null(node) else node
    if isinstance(table, Table):
        values = build_section(shape, table, path, report)
    elif short:
        child = f"{path}.{short.name}"
        report.place(child, report.line(path))
        value = _build(short.shape, table, child, report)
        values = {} if value is _BROKEN else {short.name: value}
    else:
        return _wrong("a mapping", node, path, report)
    if any(key.name not in values for key in required_of(shape.kind)):
        return _BROKEN
    return shape.kind(**values)
