"""A shell's command lines as words, with the folder that each command starts in."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from mlgitlab.analysis.substitutions import evaluated, substituted
from mlgitlab.analysis.variables import Variables

_OPERATORS = frozenset("();<>|&")
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command", "builtin"}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)
_UNKNOWN = re.compile(r"[$`*?\[{~]")
_PROJECT = re.compile(r"^(?:\$CI_PROJECT_DIR|\$\{CI_PROJECT_DIR\})(?:/|$)")
_WORKING = re.compile(r"^(?:\$PWD|\$\{PWD\})(?:/|$)")
_OPENING = frozenset({"if", "while", "until", "for", "select", "case", "{", "function"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
# Nothing in them means anything to a shell's reader but the spaces.
_PLAIN_WORDS = re.compile(r"[\w ./:=,@%+-]*", re.ASCII)
_LONGEST_QUOTE = 200
_MOST_VARIANTS = 32
_DEEPEST = 8  # commands within commands
_UNREADABLE = "'"  # no words


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command. `folder` is None when the shell has gone where we cannot follow.

    `whole` is false when the text could not be split into words. `split`: the value of a variable was
    taken for several words, which a quoted one would not be.
    """

    words: tuple[str, ...]
    assignments: tuple[str, ...] = ()
    folder: str | None = ""
    whole: bool = True
    split: bool = False


@dataclass(slots=True)
class _Part:
    """The words between two operators; `before` and `after` are those."""

    words: list[str]
    before: str
    after: str = ""


def commands_of(lines: Iterable[str]) -> Iterator[Command]:
    """Every simple command of a script, in order, `cd` followed from line to line, variables expanded."""
    parsed = [found for text in _statements(lines) for found in _parsed(text)]
    every = [part for _, parts in parsed for part in parts or ()]
    variables = Variables(_after_keywords(part.words) for part in every)
    conditions = _Conditions()
    folders: list[str | None] = [""]
    for text, parts in parsed:
        if parts is None:
            yield Command(words=tuple(text.split()), folder=folders[-1], whole=False)
            continue
        for part in parts:
            _nest(part.before, folders)
            if not part.words:
                continue
            conditions.enter(part)
            commands = list(_commands(part.words, folders[-1], variables))
            if commands[0].words[:1] in (("cd",), ("pushd",)):
                target = commands[0].words[-1] if len(commands) == 1 and len(commands[0].words) > 1 else "$"
                folders[-1] = place(target, folders[-1])
            elif commands[0].words[:1] == ("popd",):
                folders[-1] = None
            variables.pass_by(_after_keywords(part.words), surely=conditions.none and len(folders) == 1)
            yield from (command for command in commands if command.words or command.assignments)


def _parsed(text: str, depth: int = 0) -> Iterator[tuple[str, list[_Part] | None]]:
    """A statement in parts, before it those that its words hold: a shell of its own runs each of them."""
    words = _split(text)
    parts = None if words is None else list(_parts(words))
    inner = list(substituted(text)) if "`" in text or "$(" in text else []
    for part in parts or ():
        lines = list(evaluated(_after_keywords(part.words)))
        if lines and "eval" in part.words:
            part.words = []
        inner += lines
    for line in inner:
        if depth < _DEEPEST:
            yield from _parsed(f"({line.replace(chr(10), ';')})", depth + 1)
        else:
            yield _UNREADABLE, None
    yield text, parts


class _Conditions:
    """Whether a command runs whatever happened before."""

    def __init__(self) -> None:
        self._depth = 0
        self.none = True

    def enter(self, part: _Part) -> None:
        """The next command's words and operators."""
        for word in part.words:
            if word in _OPENING:
                self._depth += 1
            elif word not in _KEYWORDS and word not in _CLOSING:
                break
        self._depth = max(0, self._depth - (part.words[0] in _CLOSING))
        chained = {"&&", "||", "|", "|&"} & {part.before} or {"|", "|&", "&"} & {part.after}
        self.none = not chained and (self._depth == 0 or (self._depth == 1 and part.words[0] in ("for", "select")))


def _nest(operator: str, folders: list[str | None]) -> None:
    for character in operator:
        if character == "(":
            folders.append(folders[-1])
        elif character == ")" and len(folders) > 1:
            folders.pop()


def _after_keywords(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) and words[start] in _KEYWORDS:
        start += 1
    return words[start:]


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


@lru_cache(maxsize=1 << 12)
def _split(text: str) -> tuple[str, ...] | None:
    if _PLAIN_WORDS.fullmatch(text):  # most commands; shlex goes from character to character
        return tuple(text.split())
    text = text.replace("$(pwd)", "$PWD").replace("`pwd`", "$PWD")
    lexer = shlex.shlex(text, posix=True, punctuation_chars="".join(sorted(_OPERATORS)))
    lexer.whitespace_split = True
    lexer.commenters = ""  # a `#` inside a word is no comment; what follows a real one does no harm
    try:
        return tuple(lexer)
    except ValueError:
        return None


def _parts(words: Iterable[str]) -> Iterator[_Part]:
    part = _Part([], "")
    rest = iter(words)
    for word in rest:
        if not word or not set(word) <= _OPERATORS:
            part.words.append(word)
        elif set(word) & {"<", ">"} and "(" not in word:
            if "<<" in word:
                part.words.append("-")  # what the command reads follows on the next lines
            next(rest, None)
        else:
            part.after = word
            yield part
            part = _Part([], word)
    yield part


def _commands(words: list[str], folder: str | None, variables: Variables) -> Iterator[Command]:
    """The command as written or, where its variables have several values, each way that it may run."""
    start = 0
    while start < len(words) and (words[start] in _KEYWORDS or _ASSIGNMENT.match(words[start])):
        start += 1
    timed = "time" in words[:start] and words[start : start + 1] == ["-p"]
    assignments = tuple(word for word in words[:start] if _ASSIGNMENT.match(word))
    if words[start : start + 1] == ["export"]:
        assignments += tuple(word for word in words[start:] if _ASSIGNMENT.match(word))
    told = tuple(text for word in assignments for text in variables.expand(word))
    for variant in _variants(words[start + timed :], variables):
        apart = [word.split() if " " in word and before != word else [word] for before, word in variant]
        flat = tuple(word for parts in apart for word in parts)
        split = any(len(parts) > 1 for parts in apart[1:])
        yield Command(words=flat, assignments=told, folder=folder, split=split)


def _variants(words: list[str], variables: Variables) -> Iterable[tuple[tuple[str, str], ...]]:
    """Each combination of what the words may stand for, as pairs of the written and the meant word."""
    found: list[list[tuple[str, str]]] = []
    count = 1
    for word in words:
        options = variables.expand(word)
        if count * len(options) > _MOST_VARIANTS:
            options = (word,)
        count *= len(options)
        found.append([(word, option) for option in options])
    return product(*found)
