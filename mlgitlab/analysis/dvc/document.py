"""A YAML, JSON or TOML file as plain data, as DVC loads it: YAML 1.2, and no key twice."""

from __future__ import annotations

import json
import re
from posixpath import splitext

from mlgitlab.analysis.dvc.values import Scalar, UnresolvedError, Value, shown
from mlgitlab.config import nodes
from mlgitlab.errors import ConfigError

# The resolvers of ruamel.yaml for YAML 1.2, which DVC loads with: `yes` is text, 010 is ten, 1e3 is a number.
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_INTEGER = re.compile(r"[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?")
_VERSION_DIRECTIVE = re.compile(rb"^\xef?\xbb?\xbf?%YAML", re.MULTILINE)
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_LONGEST_NUMBER = 200


def load(content: bytes, path: str) -> Value:
    """The file's data; an empty file is an empty mapping. Raises UnresolvedError."""
    match splitext(path)[1].lower():
        case ".json":
            return _bounded(_json(content, path), path) or {}
        case ".toml":
            return _bounded(_toml(content, path), path)
        case ".py":
            raise UnresolvedError(f"{shown(path)} is Python, whose variables are not read")
        case _:
            return _yaml(content, path) or {}


def _json(content: bytes, path: str) -> object:
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnresolvedError(f"{shown(path)} is not valid JSON") from None


def _toml(content: bytes, path: str) -> object:
    import tomllib  # noqa: PLC0415 (few projects keep parameters in TOML)

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnresolvedError(f"{shown(path)} is not valid TOML") from None


def _bounded(data: object, path: str, depth: int = 1) -> Value:
    if depth > nodes.MAX_DEPTH:
        raise UnresolvedError(f"{shown(path)} is more than {nodes.MAX_DEPTH} levels deep")
    match data:
        case None | bool() | int() | float() | str():
            return data
        case list():
            return [_bounded(item, path, depth + 1) for item in data]
        case dict():
            return {str(key): _bounded(value, path, depth + 1) for key, value in data.items()}
        case _:
            raise UnresolvedError(f"{shown(path)} holds a date, which DVC's templating does not take")


def _yaml(content: bytes, path: str) -> Value:
    if _VERSION_DIRECTIVE.search(content):
        raise UnresolvedError(f"{shown(path)} chooses a version of YAML")
    try:
        node = nodes.compose(content, path)
    except ConfigError as error:
        raise UnresolvedError(f"{shown(path)} cannot be read: {error.problems[0].what}") from None
    return _plain(node, path) if node else None


def _plain(node: nodes.Node, path: str) -> Value:
    match node:
        case nodes.Scalar():
            return _scalar(node, path)
        case nodes.List(items=items):
            return [_plain(item, path) for item in items]
        case nodes.Table(entries=entries):
            table: dict[Scalar, Value] = {}
            for key, value in entries:
                name = _scalar(key, path) if isinstance(key, nodes.Scalar) else None
                if name is None or name in table:
                    raise UnresolvedError(f"{shown(path)}:{key.line}: a key stands there twice, or is none")
                table[name] = _plain(value, path)
            return table


def _scalar(node: nodes.Scalar, path: str) -> Scalar:
    text = node.text
    if not node.plain:
        return text
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    number = _FLOAT.fullmatch(text) or _INTEGER.fullmatch(text)
    if number is None and not _DATE.fullmatch(text):
        return text
    if number is None or len(text) > _LONGEST_NUMBER:
        raise UnresolvedError(f"{shown(path)}:{node.line}: a date or a number that DVC's templating does not take")
    try:
        return _number(text.replace("_", "").lower())
    except ValueError:
        raise UnresolvedError(f"{shown(path)}:{node.line}: not a number, though it looks like one") from None


def _number(text: str) -> int | float:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if base := _BASES.get(digits[:2]):
        return sign * int(digits[2:], base)
    if digits in (".inf", ".nan"):
        return sign * float(digits[1:])
    return sign * (float(digits) if set(digits) & {".", "e"} else int(digits))
