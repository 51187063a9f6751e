"""Files and folders of the repository that a step's command names: it may read them, whatever else is declared."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from mlgitlab import paths
from mlgitlab.analysis.shell import Command, commands_of, place
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import DEFAULT_CONFIG
from mlgitlab.planning.datasets import anchored
from mlgitlab.planning.globs import compile_pattern
from mlgitlab.planning.steps import Rule
from mlgitlab.results import Cause

# Modules and scripts are found by what they load; without any other path, as most commands are, nothing is split.
_CODE = re.compile(r"\s-m\s+\S+|[^\s'\"]+\.(?:py|ipynb|sh|bash)(?=['\"\s;&|]|$)")
_PATH = re.compile(r"(?=[^/.]*[/.])[\w@+./-]*[\w@+-]/?", re.ASCII)
_SCRIPT = re.compile(r"\.(?:py|ipynb|sh|bash)$")
_SEPARATORS = re.compile(r"[=,]")
_GOING = frozenset({"cd", "pushd", "mkdir", "rm"})  # they read nothing


def named_by(
    key: str, before: Sequence[str], command: Sequence[str], rules: Iterable[Rule], products: Collection[str]
) -> Iterator[Rule]:
    """The rules that a command and the lines before it come to, less what the step makes.

    They make no path known to the project: others may read what one command happens to name. Where another rule of
    the step speaks of a path, that one knows better which keys of it, or what of a folder, count.
    """
    first = _named(tuple(before))
    # Most lines go nowhere; then what comes before is read once for all steps.
    goes = any("cd " in line or "pushd " in line for line in before)
    own = _named((*before, *command) if goes else tuple(command))
    for where, found in (("defaults.before_script", first), (f"{key}.command", own)):
        read = list(_unsaid(found, rules, products)) if found else ()
        if read:
            yield Rule(cause=Cause.INPUTS, key=where, globs=Globs(tuple(map(anchored, read))), claims=False)


def _unsaid(found: Iterable[str], rules: Iterable[Rule], products: Collection[str]) -> Iterator[str]:
    made = [paths.normalise(product) for product in products]
    patterns = [compile_pattern(text) for rule in rules for text in rule.globs.include]
    for path in found:
        if any(paths.is_within(path, each) for each in made) or any(pattern.matches(path) for pattern in patterns):
            continue
        yield path


@lru_cache(maxsize=4096)
def _named(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The paths that the lines name, sorted."""
    rest = _CODE.sub(" ", " ".join(lines))
    if "/" not in rest and "." not in rest:
        return ()
    return tuple(sorted({path for command in commands_of(lines) for path in _paths(command)} - {DEFAULT_CONFIG}))


def _paths(command: Command) -> Iterator[str]:
    if command.words and command.words[0] in _GOING:
        return
    module = False
    for word in command.words:
        if not (module or _SCRIPT.search(word)):
            for part in _SEPARATORS.split(word):
                where = place(part, command.folder) if _PATH.fullmatch(part) else None
                if where:
                    yield where
        module = word == "-m"
