"""Job templates that give each keyword one value, which ours all do but those of split pipelines: read without Jinja2.

Loading Jinja2, compiling a template and rendering it a thousand times takes a tenth of a large run. What is not of the
plain form below, and whatever is wrong, is left to Jinja2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mlgitlab.adapters.template_files import SUFFIX
from mlgitlab.protocols import JobTemplates

_COMMENT = re.compile(r"\A\{#(?:(?!#\}).)*#\}\n", re.DOTALL)
_ENTRY = re.compile(r"(?P<key>[a-z]+(?:_[a-z]+)*): (?:\{\{ (?P<name>[a-z]+(?:_[a-z]+)*) \}\}|(?P<constant>true|false))")
_INCLUDE = re.compile(r'\{% include "(?P<file>[\w-]+\.yml\.j2)" %\}', re.ASCII)
_CONSTANTS = {"true": True, "false": False}
# What YAML takes for another key than the text, and Jinja2 for another value than the name's.
_RETYPED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
_WORDS = frozenset({"true", "false", "none", "not", "and", "or", "in", "is", "if", "else", "self", "loop"})
_DEEPEST = 8


class _Entry(NamedTuple):
    """A keyword, and the name of its value or, where that is empty, the value."""

    key: str
    name: str
    constant: bool = False


class _NotPlainError(Exception):
    pass


class PlainJobTemplates:
    """Renders `NAME.yml.j2`, from the user's files (name to text) first, else from the shipped folder."""

    def __init__(self, overrides: Mapping[str, str], folder: Path) -> None:
        self._overrides = overrides
        self._folder = folder
        self._known: dict[str, tuple[_Entry, ...] | None] = {}

    def render(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """The job that the template makes of the values; ConfigError says what is wrong with the template."""
        if name not in self._known:
            self._known[name] = self._read(f"{name}{SUFFIX}")
        entries = self._known[name]
        if entries is None:
            return self._others.render(name, values)
        try:
            return {key: values[value] if value else constant for key, value, constant in entries}
        except KeyError:
            return self._others.render(name, values)

    @cached_property
    def _others(self) -> JobTemplates:
        from mlgitlab.adapters.templates import JinjaJobTemplates  # noqa: PLC0415 (with Jinja2, which most do without)

        return JinjaJobTemplates(self._overrides, self._folder)

    def _read(self, file: str) -> tuple[_Entry, ...] | None:
        try:
            return tuple(self._entries(file, 1)) or None
        except (_NotPlainError, OSError, UnicodeDecodeError):
            return None

    def _entries(self, file: str, depth: int) -> Iterator[_Entry]:
        if depth > _DEEPEST:
            raise _NotPlainError
        for line in _COMMENT.sub("", self._text(file)).split("\n"):
            if not line:
                continue
            if included := _INCLUDE.fullmatch(line):
                yield from self._entries(included["file"], depth + 1)
            else:
                yield _entry(line)

    def _text(self, file: str) -> str:
        if file in self._overrides:
            return self._overrides[file]
        return (self._folder / file).read_bytes().decode()


def _entry(line: str) -> _Entry:
    found = _ENTRY.fullmatch(line)
    if not found or found["key"] in _RETYPED or found["name"] in _WORDS:
        raise _NotPlainError
    return _Entry(found["key"], found["name"] or "", _CONSTANTS.get(found["constant"] or "", False))
