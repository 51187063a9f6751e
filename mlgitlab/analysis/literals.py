"""The values of Python's string literals, read from their text without building a tree."""

from __future__ import annotations

import re

from mlgitlab.frozen import dataclass

_SIMPLE = {"\n": "", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"} | {
    character: character for character in "\\'\""
}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4}|[0-7]{1,3}|[\s\S])")
# A string within a replacement field: without a prefix, alone, and of a form that every version of Python allows.
_INNER = r"""(?<!\w)(?:'[^'\\{}\n]*+'|"[^"\\{}\n]*+")(?!\s*+["'])"""


def _nested(depth: int) -> str:
    """What may stand in brackets within a replacement field."""
    inside = _nested(depth - 1) if depth else ""
    brackets = rf"|\({inside}\)|\[{inside}\]" if depth else ""
    return rf"(?:[^{{}}()\[\]'\"\\#]++|{_INNER}{brackets})*+"


_FIELD = rf"(?:[^{{}}()\[\]'\"\\#:!=]++|{_INNER}|\({_nested(3)}\)|\[{_nested(3)}\])*+"
_SPECIFICATION = r"(?:[^{}\\\n]++|\{[A-Za-z0-9_.]++\})*+"
_PART = re.compile(
    rf"([^{{}}]++)|(\{{\{{|\}}\}})|\{{({_FIELD})(?:![rsa](?=[:}}]))?(?::({_SPECIFICATION}))?\}}",
)
_INNER_STRING = re.compile(_INNER)
_INNER_FIELD = re.compile(r"\{([^}]*)\}")


class UnusualError(Exception):
    """The source has a form that its text alone does not explain; its tree does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """A formatted string: its text with None for each replacement field, the strings and the code in the fields."""

    parts: tuple[str | None, ...]
    strings: tuple[str, ...]
    code: tuple[str, ...]


def plain(literal: bytes, *, raw: bool) -> str:
    """The value of a string literal, given with its quotes and without its prefix."""
    text = _body(literal)
    return text if raw or "\\" not in text else _ESCAPE.sub(_unescaped, text)


def formatted(literal: bytes, *, raw: bool) -> Formatted:
    """The parts of a formatted string. Raises UnusualError where versions of Python may differ."""
    text = _body(literal)
    parts: list[str | None] = []
    strings: list[str] = []
    code: list[str] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise UnusualError
        constant, brace, field, specification = found.groups()
        if constant is not None:
            parts.append(constant if raw or "\\" not in constant else _ESCAPE.sub(_unescaped, constant))
        elif brace is not None:
            parts.append(brace[0])
        else:
            parts.append(None)
            strings += [inner[1:-1] for inner in _INNER_STRING.findall(field)]
            code.append(_INNER_STRING.sub('"', field))
            if specification:
                constants = _INNER_FIELD.split(specification)
                strings += constants[0::2]
                code += constants[1::2]
        position = found.end()
    return Formatted(parts=tuple(parts), strings=tuple(strings), code=tuple(code))


def _body(literal: bytes) -> str:
    quotes = 3 if literal.startswith((b'"""', b"'''")) else 1
    return literal[quotes:-quotes].decode()


def _unescaped(escape: re.Match[str]) -> str:
    what = escape[1]
    if what in _SIMPLE:
        return _SIMPLE[what]
    if what[0] in "01234567":
        return chr(int(what, 8))
    if len(what) > 1:
        return chr(int(what[1:], 16))
    if what in "xuUN":  # a character's name, or a mistake
        raise UnusualError
    return escape[0]
