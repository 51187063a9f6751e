"""Edits of YAML, JSON and TOML: the oracle is what each format's own parser reads."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from random import Random
from typing import Any

import yaml

from scripts.mutations import layout
from scripts.mutations.edits import Edit, Tree, Way, chosen, decoded, different, pick, replaced, same

_COMMENTS: dict[str, Way] = {
    "a comment line": layout.comment_line,
    "a comment at the end of a line": layout.comment_at_the_end,
    "a comment dropped": layout.comment_dropped,
}
_BLANKS: dict[str, Way] = {
    "blank lines": layout.blank_lines,
    "blanks at the end of a line": layout.blanks_at_the_end,
    "line ends": layout.windows_ends,
    "no line end at the end": layout.no_end,
}
_WORD = re.compile(r"[A-Za-z][A-Za-z ]{2,}[A-Za-z]")  # a text that no reader of YAML takes for something else
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')
_TOML_VALUE = re.compile(r"""(?m)(?<=[=\[,] )("[^"'\\\n]*"|'[^"'\\\n]*'|\d+(?:\.\d+)?|true|false)""")


def cosmetic(path: str, content: bytes, rng: Random) -> Edit | None:
    """Comments, quotes and layout."""
    return _edited(path, content, rng, _COSMETIC, same)


def semantic(path: str, content: bytes, rng: Random) -> Edit | None:
    """A leaf, an entry more or less."""
    return _edited(path, content, rng, _SEMANTIC, different)


def _edited(path: str, content: bytes, rng: Random, ways: dict[str, dict[str, Way]], holds: Any) -> Edit | None:  # noqa: ANN401
    text = decoded(content)
    kind = path.rpartition(".")[2].replace("yml", "yaml")
    return None if text is None else pick(ways[kind], text, rng, holds(_TREES[kind]))


# What the parsers read. Texts say which type a value has, and in which order keys come.


def _yaml_tree(text: str) -> object:
    try:
        return [_plain(node) for node in yaml.compose_all(text, yaml.SafeLoader)]
    except yaml.YAMLError:
        return None


def _plain(node: yaml.Node) -> object:
    match node:
        case yaml.MappingNode():
            return [node.tag, *((_plain(key), _plain(value)) for key, value in node.value)]
        case yaml.SequenceNode():
            return [node.tag, *map(_plain, node.value)]
        case _:
            return [node.tag, node.value]


def _json_tree(text: str) -> object:
    try:
        return repr(json.loads(text, parse_float=str))
    except ValueError:
        return None


def _toml_tree(text: str) -> object:
    try:
        return repr(tomllib.loads(text.replace("\r\n", "\n")))
    except ValueError:
        return None


_TREES: dict[str, Tree] = {"yaml": _yaml_tree, "json": _json_tree, "toml": _toml_tree}


# YAML.


def _nodes(text: str) -> list[yaml.Node]:
    try:
        return list(yaml.compose_all(text, yaml.SafeLoader))
    except yaml.YAMLError:
        return []


def _scalars(node: yaml.Node, *, keys: bool) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.CollectionNode):
        for item in node.value:
            parts = (item if keys else item[1:]) if isinstance(item, tuple) else (item,)
            for part in parts:
                yield from _scalars(part, keys=keys)


def _quoted(text: str, rng: Random) -> str | None:
    found = [
        scalar
        for node in _nodes(text)
        for scalar in _scalars(node, keys=True)
        if scalar.style in (None, "'", '"') and _WORD.fullmatch(scalar.value)
    ]
    scalar = chosen(found, rng)
    if scalar is None:
        return None
    styles = [style for style in ("", "'", '"') if style != (scalar.style or "")]
    style = rng.choice(styles)
    return replaced(text, scalar.start_mark.index, scalar.end_mark.index, style + scalar.value + style)


def _serialised(text: str, rng: Random) -> str | None:
    nodes = _nodes(text)
    if not nodes:
        return None
    flow = rng.choice([True, False])
    for node in nodes:
        _set_style(node, flow=flow)
    written: str = yaml.serialize_all(nodes, Dumper=yaml.SafeDumper, indent=rng.choice([2, 4]), width=60)
    return written


def _set_style(node: yaml.Node, *, flow: bool) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = flow
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                _set_style(part, flow=flow)


def _document_start(text: str, rng: Random) -> str | None:  # noqa: ARG001 (there is one way to do it)
    return None if "---" in text else f"---\n{text}"


def _yaml_leaf(text: str, rng: Random) -> str | None:
    found = [
        scalar for node in _nodes(text) for scalar in _scalars(node, keys=False) if scalar.style in (None, "'", '"')
    ]
    scalar = chosen(found, rng)
    if scalar is None:
        return None
    return replaced(text, scalar.start_mark.index, scalar.end_mark.index, _another(scalar))


def _another(scalar: yaml.ScalarNode) -> str:
    value: object = yaml.safe_load(scalar.value) if scalar.style is None else scalar.value
    match value:
        case bool():
            return "false" if value else "true"
        case int() | float():
            return repr(value + 1)
        case str():
            return json.dumps(f"{value}x")
        case _:
            return "another"


def _yaml_entries(text: str, rng: Random) -> str | None:
    """An entry less: of a mapping or a list."""
    nodes = _nodes(text)
    collections = [found for node in nodes for found in _collections(node) if found.value]
    collection = chosen(collections, rng)
    if collection is None:
        return None
    del collection.value[rng.randrange(len(collection.value))]
    written: str = yaml.serialize_all(nodes, Dumper=yaml.SafeDumper)
    return written


def _collections(node: yaml.Node) -> Iterator[yaml.CollectionNode]:
    if isinstance(node, yaml.CollectionNode):
        yield node
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                yield from _collections(part)


def _yaml_added(text: str, rng: Random) -> str:
    return f"{text.rstrip()}\nadded: {rng.randrange(1000)}\n"


# JSON.


def _respaced(text: str, rng: Random) -> str:
    """Blanks and ends of lines behind commas, colons and brackets."""

    def spaced(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith('"') else found[0] + rng.choice(["", " ", "\n", "\n  "])

    return _STRING.sub(spaced, text)


def _json_leaf(text: str, rng: Random) -> str | None:
    try:
        document = {"": json.loads(text)}
    except ValueError:
        return None
    places: list[tuple[Any, Any]] = []
    pending: list[Any] = [document]
    while pending:
        holder = pending.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            if isinstance(holder[key], (dict, list)):
                pending.append(holder[key])
            else:
                places.append((holder, key))
    place = chosen(places, rng)
    if place is None:
        return None
    holder, key = place
    value = holder[key]
    holder[key] = (
        (not value) if isinstance(value, bool) else f"{value}x" if isinstance(value, str) else (value or 0) + 1
    )
    return json.dumps(document[""], indent=2, ensure_ascii=False) + "\n"


# TOML.


def _toml_quotes(text: str, rng: Random) -> str | None:
    found = chosen([found for found in _TOML_VALUE.finditer(text) if found[1][0] in "'\""], rng)
    if found is None:
        return None
    quote = "'" if found[1][0] == '"' else '"'
    return replaced(text, *found.span(1), quote + found[1][1:-1] + quote)


def _toml_leaf(text: str, rng: Random) -> str | None:
    found = chosen(list(_TOML_VALUE.finditer(text)), rng)
    if found is None:
        return None
    value = found[1]
    other = {"true": "false", "false": "true"}.get(
        value, f"{value[:-1]}x{value[-1]}" if value[0] in "'\"" else f"{value}1"
    )
    return replaced(text, *found.span(1), other)


_COSMETIC: dict[str, dict[str, Way]] = {
    "yaml": {
        **_COMMENTS,
        **_BLANKS,
        "quotes": _quoted,
        "everything in another layout": _serialised,
        "a document's start": _document_start,
    },
    "json": {**_BLANKS, "blanks": _respaced},
    "toml": {**_COMMENTS, **_BLANKS, "quotes": _toml_quotes},
}
_SEMANTIC: dict[str, dict[str, Way]] = {
    "yaml": {"a leaf": _yaml_leaf, "an entry less": _yaml_entries, "an entry more": _yaml_added},
    "json": {"a leaf": _json_leaf},
    "toml": {"a leaf": _toml_leaf},
}
