r"""Plain data as block YAML, written directly: the bytes that PyYAML's dumper gives, in a fraction of its time.

Only what is plain to write is written: mappings, lists, booleans, integers, null and texts that need no
escapes but `\"` and `\\`. For anything else the answer is None, and the caller has a dumper.
"""

from __future__ import annotations

import re
from functools import lru_cache

# What every YAML reader, 1.1 or 1.2, takes for a text without quotes.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-./:][A-Za-z0-9_]+)*")
_RETYPED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
# Up to here, whatever Python prints, PyYAML writes as it is.
_LAST_LETTER = "\ud7ff"
# Lines that neither need an indentation hint nor end with a space, at most the last one ended.
_LINES = re.compile(r"[!-~](?:[ -~]*[!-~])?(?:\n(?:[ -~]*[!-~])?)*(?<!\n)\n?")
# Longer texts are folded, and longer keys are written with a question mark.
_LONGEST_TEXT = 4000
_LONGEST_KEY = 100


class _NotPlainError(Exception):
    pass


def block(data: dict[str, object]) -> str | None:
    """The mapping as YAML, each line ended; None when a part of it is not plain to write."""
    lines: list[str] = []
    try:
        _mapping(lines, data, "", "")
    except _NotPlainError:
        return None
    lines.append("")
    return "\n".join(lines)


def is_plain(text: str) -> bool:
    """Whether every YAML reader takes the text for a text without quotes."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _RETYPED


def _mapping(lines: list[str], node: dict[str, object], indent: str, lead: str) -> None:
    """Append the entries at `indent`; `lead` is what stands before the first one instead."""
    for key, value in node.items():
        head = f"{lead}{_key(key)}:"
        if type(value) is dict and value:
            lines.append(head)
            _mapping(lines, value, f"{indent}  ", f"{indent}  ")
        elif type(value) is list and value:
            lines.append(head)
            _sequence(lines, value, indent, indent)
        else:
            lines.append(f"{head} {_leaf(value, indent)}")
        lead = indent


def _sequence(lines: list[str], node: list[object], indent: str, lead: str) -> None:
    for value in node:
        if type(value) is dict and value:
            _mapping(lines, value, f"{indent}  ", f"{lead}- ")
        elif type(value) is list and value:
            _sequence(lines, value, f"{indent}  ", f"{lead}- ")
        else:
            lines.append(f"{lead}- {_leaf(value, indent)}")
        lead = indent


def _leaf(value: object, indent: str) -> str:
    if type(value) is str:
        return _text(value) or _literal(value, indent)
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is dict:
        return "{}"
    if type(value) is list:
        return "[]"
    raise _NotPlainError


@lru_cache(maxsize=1 << 12)
def _text(text: str) -> str:
    """The text on one line; empty when it does not fit there."""
    if is_plain(text):
        return text
    if len(text) > _LONGEST_TEXT or not text.isprintable() or not (text.isascii() or max(text) <= _LAST_LETTER):
        return ""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _literal(text: str, indent: str) -> str:
    if "\n" not in text or not _LINES.fullmatch(text):
        raise _NotPlainError
    ended = text.endswith("\n")
    lines = (line and f"{indent}  {line}" for line in text.removesuffix("\n").split("\n"))
    return "\n".join(("|" if ended else "|-", *lines))


@lru_cache(maxsize=1 << 12, typed=True)
def _key(key: object) -> str:
    found = _text(key) if type(key) is str else ""
    if not found or len(found.encode()) > _LONGEST_KEY:
        raise _NotPlainError
    return found
