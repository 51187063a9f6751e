"""A shell's command lines as words, with the folder that each command starts in."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_OPERATORS = frozenset("();<>|&")
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command", "eval"}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)
_UNKNOWN = re.compile(r"[$`*?\[{~]")
_PROJECT = re.compile(r"^(?:\$CI_PROJECT_DIR|\$\{CI_PROJECT_DIR\})(?:/|$)")
_WORKING = re.compile(r"^(?:\$PWD|\$\{PWD\})(?:/|$)")
_LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command. `folder` is None when the shell has gone where we cannot follow.

    `whole` is false when the text could not be split into words.
    """

    words: tuple[str, ...]
    assignments: tuple[str, ...] = ()
    folder: str | None = ""
    whole: bool = True


def commands_of(lines: Iterable[str]) -> Iterator[Command]:
    """Every simple command of a script, in order, `cd` followed from line to line."""
    folders: list[str | None] = [""]
    for text in _statements(lines):
        words = _split(text)
        if words is None:
            yield Command(words=tuple(text.split()), folder=folders[-1], whole=False)
            continue
        for part in _simple(words, folders):
            command = _command(part, folders[-1])
            if command.words[:1] in (("cd",), ("pushd",)):
                folders[-1] = place(command.words[-1], folders[-1]) if len(command.words) > 1 else None
            elif command.words[:1] == ("popd",):
                folders[-1] = None
            if command.words or command.assignments:
                yield command


def place(text: str, folder: str | None) -> str | None:
    """The repository path that a word means in a folder; None when only the shell knows."""
    if _PROJECT.match(text):
        text, folder = _PROJECT.sub("./", text), ""
    text = _WORKING.sub("./", text)
    if folder is None or _UNKNOWN.search(text) or text.startswith(("/", "-")):
        return None
    joined = posixpath.normpath(posixpath.join(folder, text))
    return None if joined.startswith("..") else "" if joined == "." else joined


def _statements(lines: Iterable[str]) -> Iterator[str]:
    """Lines joined where a backslash or an open quote goes on."""
    pending: list[str] = []
    for line in "\n".join(lines).replace("\\\n", " ").split("\n"):
        if line.lstrip().startswith("#"):
            continue
        pending.append(line)
        if len(pending) > _LONGEST_QUOTE:
            yield from pending
            pending = []
        elif _split("\n".join(pending)) is not None:
            yield "\n".join(pending)
            pending = []
    yield from pending


def _split(text: str) -> list[str] | None:
    text = text.replace("$(pwd)", "$PWD").replace("`pwd`", "$PWD")
    lexer = shlex.shlex(text, posix=True, punctuation_chars="".join(sorted(_OPERATORS)))
    lexer.whitespace_split = True
    lexer.commenters = ""  # a `#` inside a word is no comment; what follows a real one does no harm
    try:
        return list(lexer)
    except ValueError:
        return None


def _simple(words: list[str], folders: list[str | None]) -> Iterator[list[str]]:
    part: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word or not set(word) <= _OPERATORS:
            part.append(word)
        elif set(word) & {"<", ">"} and "(" not in word:
            if "<<" in word:
                part.append("-")  # what the command reads follows on the next lines
            next(rest, None)
        else:
            yield part
            part = []
            for character in word:
                if character == "(":
                    folders.append(folders[-1])
                elif character == ")" and len(folders) > 1:
                    folders.pop()
    yield part


def _command(words: list[str], folder: str | None) -> Command:
    start = 0
    while start < len(words) and (words[start] in _KEYWORDS or _ASSIGNMENT.match(words[start])):
        start += 1
    assignments = tuple(word for word in words[:start] if _ASSIGNMENT.match(word))
    if words[start : start + 1] == ["export"]:
        assignments += tuple(word for word in words[start:] if _ASSIGNMENT.match(word))
    return Command(words=tuple(words[start:]), assignments=assignments, folder=folder)
