"""What type YAML gives to a value without quotes, as far as people mean it."""

from __future__ import annotations

import math
import re

from mlgitlab.config.nodes import List, Node, Scalar, Table
from mlgitlab.config.wording import quoted

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    form: value
    for value, words in ((True, ("true", "yes", "on")), (False, ("false", "no", "off")))
    for word in words
    for form in (word, word.title(), word.upper())
}
# No leading zeros: 010 is eight to YAML 1.1 and ten to YAML 1.2, so it stays the text it is.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,17})")
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]{0,17})(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")


def is_null(node: Node) -> bool:
    """Whether nothing is written, or `null`."""
    return isinstance(node, Scalar) and node.plain and node.text in _NULLS


def resolve(scalar: Scalar) -> str | int | float | bool | None:
    """The value as YAML means it; what is in quotes, and every number that is not finite, stays text."""
    text = scalar.text
    if not scalar.plain:
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def described(node: Node) -> str:
    """What was found, for a message that says what was expected."""
    match node:
        case List():
            return "a list"
        case Table():
            return "a mapping"
        case Scalar():
            value = resolve(node)
            if value is None:
                return "nothing"
            if isinstance(value, str):
                return f"the text {quoted(value)}"
            return node.text if isinstance(value, bool) else f"the number {node.text}"


def data(node: Node) -> object:
    """The node as plain data: None, bool, int, float, str, lists, and dicts with text for keys."""
    match node:
        case Scalar():
            return resolve(node)
        case List():
            return [data(item) for item in node.items]
        case Table():
            return {key.text: data(value) for key, value in node.entries if isinstance(key, Scalar)}
