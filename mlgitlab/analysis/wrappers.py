"""Which of the words after a wrapper, such as `uv run` or `srun`, begin the command that it runs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlgitlab.analysis import programs
from mlgitlab.frozen import dataclass

_FILE = re.compile(r"\.(?:py|ipynb|sh|bash|zsh)$")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_MODULE_RUNNERS = frozenset({"uv", "pdm", "rye"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """The command that a wrapper runs.

    command: its words; empty where none can be told for sure. module: the command is `-m` with what follows.
    perhaps: words that are either a program or the value of an option that we don't know.
    quiet: it runs nothing of the repository.
    """

    command: tuple[str, ...] = ()
    module: bool = False
    perhaps: tuple[str, ...] = ()
    quiet: bool = False


def wrapped(wrapper: str, words: Sequence[str]) -> Wrapped:
    """Find the command. After an option that may take a value, a word that we know begins it, and others may."""
    words = _apart(words)
    subcommands = programs.SUBCOMMANDS.get(wrapper)
    if subcommands:
        at = next((number for number, word in enumerate(words) if word in subcommands), None)
        if at is None:
            return _first_known(words)
        words = words[at + 1 :]
        if wrapper == "hatch" and words:
            words = (words[0].rpartition(":")[2], *words[1:])  # `hatch run environment:command`
    return _after_options(wrapper, words)


def is_known(word: str) -> bool:
    """Whether the word starts something that we can follow, wherever it stands."""
    program = word.rpartition("/")[2]
    runs = programs.LAUNCHERS | programs.TESTERS | programs.MAKE | programs.SHELLS - {"."}
    return bool(programs.PYTHON.fullmatch(program) or program in runs or program == "pip" or _FILE.search(word))


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """A command given as one quoted word is its words."""
    return tuple(words[0].split()) if len(words) == 1 and " " in words[0] else tuple(words)


def _first_known(words: Sequence[str]) -> Wrapped:
    """A subcommand that nobody told us about."""
    if set(words[:1]) & programs.QUIET:
        return Wrapped(quiet=True)
    known = next((number for number, word in enumerate(words) if is_known(word)), None)
    return Wrapped(command=() if known is None else tuple(words[known:]))


def _after_options(wrapper: str, words: Sequence[str]) -> Wrapped:
    perhaps: list[str] = []
    may_be_value = False
    for number, word in enumerate(words):
        if word in ("-m", "--module") and wrapper in _MODULE_RUNNERS:
            return Wrapped(command=tuple(words[number + 1 :]), module=True, perhaps=tuple(perhaps))
        if word == "--":
            return Wrapped(command=_apart(words[number + 1 :]), perhaps=tuple(perhaps))
        if is_known(word):
            return Wrapped(command=tuple(words[number:]), perhaps=tuple(perhaps))
        if word.startswith("-"):
            may_be_value = "=" not in word
        elif _ASSIGNMENT.match(word) or programs.LEADING_WORD.fullmatch(word):
            may_be_value = False
        elif may_be_value:
            perhaps.append(word)
            may_be_value = False
        else:
            return Wrapped(command=tuple(words[number:]), perhaps=tuple(perhaps))
    return Wrapped(perhaps=tuple(perhaps), quiet=not words and wrapper == "env")
