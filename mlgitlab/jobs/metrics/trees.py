"""JSON and YAML as one kind of tree, in which a key that is given twice is still there twice."""

from __future__ import annotations

import json
import math
from typing import TypeAlias, Union

from mlgitlab.config.nodes import List, Node, Table, compose
from mlgitlab.config.plain import is_null, resolve
from mlgitlab.config.wording import quoted
from mlgitlab.errors import ConfigError, UsageError


class Pairs(tuple[tuple[str, "Tree"], ...]):
    """A mapping in the order of the file, duplicate keys kept."""

    __slots__ = ()


# Lists are Python lists; every number is a float.
Tree: TypeAlias = Union[Pairs, "list[Tree]", float, str, bool, None]

_NOT_FINITE = {
    f"{sign}.{form}": float(f"{sign}{word}")
    for word in ("inf", "nan")
    for form in (word, word.title(), word.upper(), "NaN" if word == "nan" else "Inf")
    for sign in (("", "+", "-") if word == "inf" else ("",))
}


def json_tree(content: bytes, source: str) -> Tree:
    """A JSON document, with the NaN and Infinity that Python writes; UsageError for anything else."""
    text = decoded(content, source)
    try:
        tree: Tree = json.loads(text, object_pairs_hook=Pairs, parse_int=float)
    except json.JSONDecodeError as error:
        raise UsageError(f"{source}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}") from None
    except RecursionError:
        raise UsageError(f"{source}: the JSON is nested too deeply") from None
    return tree


def yaml_tree(content: bytes, source: str) -> Tree:
    """A YAML document; UsageError for what is none, or is refused (tags, more than a few 100 000 values)."""
    try:
        node = compose(content, source)
    except ConfigError as error:
        raise UsageError("; ".join(map(str, error.problems))) from None
    return None if node is None else _of(node, source)


def _of(node: Node, source: str) -> Tree:
    if isinstance(node, List):
        return [_of(item, source) for item in node.items]
    if isinstance(node, Table):
        return Pairs((_key(key, source), _of(value, source)) for key, value in node.entries)
    if is_null(node):
        return None
    if node.plain and node.text in _NOT_FINITE:
        return _NOT_FINITE[node.text]
    value = resolve(node)
    if node.plain and isinstance(value, str) and (number := _long_number(value)) is not None:
        return number
    return value if isinstance(value, bool | str) or value is None else float(value)


def _long_number(text: str) -> float | None:
    """A number that is too large, or has too many digits, for a key of a configuration."""
    if not text.lstrip("+-")[:1].isdigit() or not set(text) <= set("0123456789+-.eE"):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    # 010 is eight to some readers and ten to others.
    return number if not text.lstrip("+-").startswith("0") or math.isinf(number) else None


def _key(node: Node, source: str) -> str:
    if isinstance(node, List | Table):
        raise UsageError(f"{source}:{node.line}: a key that is a list or a mapping has no name")
    return node.text


def decoded(content: bytes, source: str) -> str:
    """Text as UTF-8, without a byte order mark; UsageError for anything else."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{source}:{line}: not UTF-8 text", "save the file as UTF-8") from None


def described(value: Tree) -> str:
    """What a value is, for a message that says that it is no number."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text {quoted(value)}"
        case Pairs():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "a number"
