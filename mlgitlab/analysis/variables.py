"""What a shell's variables hold, as far as its own lines say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^{}$]*))?\})")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SEARCHED = re.compile(r"[*?\[]|^~")  # the shell looks for files that match
_SETTERS = frozenset({"read", "mapfile", "readarray", "getopts", "unset", "printf"})
_DECLARERS = frozenset({"export", "declare", "typeset", "local", "readonly"})
_ALWAYS_SET = frozenset({"CI_PROJECT_DIR", "PWD"})
_MOST_VALUES = 16
_TOO_DEEP = 8


class Variables:
    """The values that the whole text gives each name, and which names surely have one by now.

    A name counts as surely set after an assignment that no condition guards. Its values are all those
    that the text assigns, wherever that stands: a loop may come back with a later one.
    """

    def __init__(self, commands: Iterable[Sequence[str]]) -> None:
        self._written: dict[str, list[str | None]] = {}
        self._sure: set[str] = set()
        self._values: dict[str, tuple[str, ...] | None] = {}
        for words in commands:
            for name, value in assigned(words):
                self._written.setdefault(name, []).append(value)

    def pass_by(self, words: Sequence[str], *, surely: bool) -> None:
        """A command has run, or may have."""
        for name, value in assigned(words):
            used = {match[1] or match[2] for match in _REFERENCE.finditer(value or "")}
            if used - self._sure - _ALWAYS_SET:  # a value of now, which a later assignment does not tell
                self._values[name] = None
            if surely:
                self._sure.add(name)

    def expand(self, word: str) -> tuple[str, ...]:
        """Every text that the word may stand for; references that nothing here tells stay in it."""
        return (word,) if "$" not in word else self._expand(word, 0)

    def _expand(self, word: str, depth: int) -> tuple[str, ...]:
        found = [""]
        position = 0
        for match in _REFERENCE.finditer(word):
            options = self._options(match, depth)
            found = [f"{text}{word[position : match.start()]}{option}" for text in found for option in options]
            position = match.end()
            if len(found) > _MOST_VALUES:
                return (word,)
        return tuple(dict.fromkeys(text + word[position:] for text in found))

    def _options(self, match: re.Match[str], depth: int) -> tuple[str, ...]:
        name, default = match[1] or match[2], match[3]
        values = self.values(name, depth)
        if values and name in self._sure:
            return values
        guesses = values or ()
        return (*guesses, *(() if default is None else (default,)), match[0])

    def values(self, name: str, depth: int = 0) -> tuple[str, ...] | None:
        """All values that the text gives the name; None where it gives one that nothing here tells."""
        if name not in self._written or depth > _TOO_DEEP:
            return None
        if name not in self._values:
            self._values[name] = None  # a name that mentions itself has no known value
            written = self._written[name]
            texts = [text for value in written if value is not None for text in self._expand(value, depth + 1)]
            literal = None not in written and len(texts) <= _MOST_VALUES and not any(map(_is_open, texts))
            self._values[name] = tuple(dict.fromkeys(texts)) if literal else None
        return self._values[name]


def _is_open(text: str) -> bool:
    known = text.removeprefix("$CI_PROJECT_DIR").removeprefix("${CI_PROJECT_DIR}").removeprefix("$PWD")
    return "$" in known or "`" in known or _SEARCHED.search(known) is not None


def assigned(words: Sequence[str]) -> list[tuple[str, str | None]]:
    """The names that one command sets, each with its value as written; None for a value from elsewhere."""
    start = 0
    found: list[tuple[str, str | None]] = []
    while start < len(words) and (pair := _assignment(words[start])):
        found.append(pair)
        start += 1
    rest = words[start:]
    if not rest or any(value and "`" in value for _, value in found):
        return found
    if rest[0] in ("for", "select") and len(rest) > 1:
        values = rest[3:] if rest[2:3] == ["in"] else None
        return [(rest[1], value) for value in values] if values else [(rest[1], None)]
    if rest[0] in _DECLARERS:
        return [pair for word in rest[1:] if (pair := _assignment(word))]
    if rest[0] in _SETTERS:
        return [(word, None) for word in rest[1:] if _NAME.fullmatch(word)]
    return []  # `A=1 command`: for that command alone


def _assignment(word: str) -> tuple[str, str | None] | None:
    name, equals, value = word.partition("=")
    if not equals:
        return None
    if _NAME.fullmatch(name):
        return name, value
    return (name[:-1], None) if name.endswith("+") and _NAME.fullmatch(name[:-1]) else None
