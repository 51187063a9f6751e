"""Which targets a shell's command lines reproduce: `dvc repro`, `dvc exp run`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlgitlab.analysis.dvc.upstream import Target, pipeline_of
from mlgitlab.analysis.shell import Command, commands_of, place

# https://dvc.org/doc/command-reference/repro and https://dvc.org/doc/command-reference/exp/run
_EVERYTHING = frozenset({"-P", "--all-pipelines", "-p", "--pipeline", "--downstream", "-R", "--recursive"})
_FORCING = frozenset({"-f", "--force", "--force-downstream"})
_QUIET = frozenset(
    {"-q", "--quiet", "-v", "--verbose", "-i", "--interactive", "-s", "--single-item", "--pull", "--allow-missing"}
    | {"--dry", "-k", "--keep-going", "--ignore-errors", "--glob", "--no-commit", "--no-run-cache", "--queue"}
    | {"--run-all", "--temp", "--no-hydra"}
)
_VALUED = frozenset(
    {"-n", "--name", "-S", "--set-param", "-j", "--jobs", "-C", "--copy-paths", "-m", "--message", "-M", "--cd"}
)
_ONLY_THE_SHELL_KNOWS = re.compile(r"[$`]")
_CALL = re.compile(
    r"(?<![^\s;&|(])(?:[\w./-]{0,200}/)?dvc(?=\s+(?:-[\w-]+\s+)*(?:repro|exp(?:eriments)?\s+run)(?![^\s;&|)]))"
)
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """One call of DVC that runs stages.

    everything: all stages of all files may run. forced: frozen stages run, too.
    unclear: why nobody can say which stages run; empty where the targets are all.
    """

    targets: tuple[Target, ...] = ()
    everything: bool = False
    forced: bool = False
    unclear: str = ""


def reproductions(lines: Iterable[str]) -> tuple[Reproduction, ...]:
    """Every call of DVC that runs stages, also behind a wrapper such as `uv run`."""
    return tuple(found for command in commands_of(lines) for found in _in(command))


def pushes(lines: Iterable[str]) -> bool:
    """Whether a command takes outputs to DVC's remote."""
    return any(pair == ("dvc", "push") for command in commands_of(lines) for pair in pairwise(command.words))


def silenced(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines with `:`, which does nothing, for the `dvc` of each call that `reproductions` finds.

    For who has read the stages, and looks for what else the lines run. Where the text holds other such calls than
    those found (in a quoted script, say), the lines stay as they are.
    """
    replaced = [_CALL.subn(":", line) for line in lines]
    if sum(count for _, count in replaced) != len(reproductions(lines)):
        return tuple(lines)
    return tuple(line for line, _ in replaced)


def _in(command: Command) -> Iterator[Reproduction]:
    for position, word in enumerate(command.words):
        arguments = _arguments(command.words[position:]) if word.rpartition("/")[2] == "dvc" else None
        if arguments is not None:
            yield _read(arguments, command)
            return


def _arguments(words: Sequence[str]) -> list[str] | None:
    """The arguments of the subcommand, behind those that stand before it; None for another subcommand."""
    before: list[str] = []
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        taken = 2 if rest[0] == "--cd" else 1
        before += rest[:taken]
        rest = rest[taken:]
    if rest[:1] == ["repro"]:
        return before + rest[1:]
    if rest[:1] in (["exp"], ["experiments"]) and rest[1:2] == ["run"]:
        return before + rest[2:]
    return None


def _read(arguments: Sequence[str], command: Command) -> Reproduction:
    if not command.whole:
        return Reproduction(unclear="the command line cannot be split into words")
    given = _Arguments.of(arguments)
    if given.unknown:
        return Reproduction(unclear=f"the option {given.unknown} is not known")
    folder = place(given.folder, command.folder) if given.folder else command.folder
    if folder is None:
        return Reproduction(unclear="the folder in which it starts is not known")
    everything, forced = bool(given.options & _EVERYTHING), bool(given.options & _FORCING)
    if everything:
        return Reproduction(everything=True, forced=forced)
    pattern = "--glob" in given.options
    targets = []
    for word in given.targets:
        target = Target.parse(word, folder, pattern=pattern)
        if target is None or _ONLY_THE_SHELL_KNOWS.search(word) or (not pattern and _PATTERN.search(word)):
            return Reproduction(unclear=f"the target {word} is no stage and no dvc.yaml")
        targets.append(target)
    return Reproduction(targets=tuple(targets) or (Target(file=pipeline_of(folder)),), forced=forced)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arguments:
    options: frozenset[str]
    targets: tuple[str, ...]
    folder: str
    unknown: str = ""

    @classmethod
    def of(cls, words: Sequence[str]) -> _Arguments:
        options: set[str] = set()
        targets: list[str] = []
        folder = ""
        rest = iter(words)
        for word in rest:
            option, equals, value = word.partition("=")
            if not word.startswith("-") or word == "-":
                targets.append(word)
            elif option in _VALUED:
                value = value if equals else next(rest, "")
                folder = value if option == "--cd" else folder
            elif word[:2] in _VALUED:  # the value follows at once: -j4
                continue
            else:
                short = {f"-{letter}" for letter in word[1:]} if not word.startswith("--") else {word}
                options |= short
                if not short <= _QUIET | _FORCING | _EVERYTHING:
                    return cls(options=frozenset(), targets=(), folder="", unknown=option)
        return cls(options=frozenset(options), targets=tuple(targets), folder=folder)
