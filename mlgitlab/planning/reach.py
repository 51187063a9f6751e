"""Which steps load which changed files, and on which way."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from mlgitlab.analysis.loading import Loaded, Loading
from mlgitlab.analysis.starter import Starter, starter
from mlgitlab.changes import Change
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.reasons import ALSO
from mlgitlab.planning.relevance import Relevance, Senses
from mlgitlab.planning.sides import Hit, Reached
from mlgitlab.planning.steps import StepSpec

# No import, and no command that we follow, loads a file with such a name.
NEVER_LOADED = frozenset({
    ".md", ".rst", ".txt", ".pdf", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".csv", ".tsv", ".parquet",
})  # fmt: skip
_USED = re.compile(r"\$\{?(\w+)")
_OF_PYTHON = frozenset({"PYTHONPATH", "PYTHONSAFEPATH", "PYTEST_PLUGINS", "PYTEST_ADDOPTS"})
# So many files of one step are shown with the way to them; the rest is counted.
_MOST_WAYS = 25


def loadable(changes: Iterable[Change]) -> frozenset[str]:
    """The changed paths that an entry point could load; a link or submodule may lead to code whatever its name."""
    return frozenset(
        change.path
        for change in changes
        if change.is_tree or PurePosixPath(change.path).suffix.lower() not in NEVER_LOADED
    )


def starter_of(step: StepSpec) -> Starter:
    """What the step starts. A variable of the job is there before the first line of its shell."""
    own = (*step.before_script, *step.command)
    said = own
    if step.also_runs:  # what the stages of a DVC project run stands in the place of the call that runs them
        from mlgitlab.analysis.dvc.commands import silenced  # noqa: PLC0415 (most projects do without)

        said = (*silenced(own), *step.also_runs)
    return starter((*_exported(step.variables, said), *said), step.entry, step.source_roots)


def _exported(variables: Mapping[str, str], said: Iterable[str]) -> list[str]:
    """The variables that matter to what the lines start; a value that uses others comes after them."""
    if not variables:
        return []
    used = {name for line in said for name in _USED.findall(line)}
    used.update(name for value in variables.values() for name in _USED.findall(value))
    wanted = sorted((used | _OF_PYTHON) & variables.keys(), key=lambda name: ("$" in variables[name], name))
    return [f"export {name}={shlex.quote(variables[name])}" for name in wanted if variables[name]]


def reach(steps: Iterable[StepSpec], loading: Loading, changed: Collection[str], relevance: Relevance) -> Reached:
    """For each changed path the steps that load it, with the way from the path to the entry."""
    found: dict[str, list[Hit]] = {}
    opaque: set[str] = set()
    known: set[str] = set()
    senses: dict[str, Senses] = {}
    for step in steps:
        loaded = loading.of(starter_of(step))
        claims = step.kind is not StepKind.QUALITY  # a test that loads a file says nothing about the models
        if loaded.opaque and claims and not step.entry:  # who declares `entry` answers for the rest
            opaque.add(step.id)
        senses[step.id] = relevance.senses(step, loaded)
        among = loaded.among(changed)
        if not among:
            continue
        if claims:
            known.update(set(among) - loaded.besides)  # others may read a configuration in ways that we don't see
        for hit in _hits(step, loaded, among, senses[step.id]):
            found.setdefault(hit.chain[0], []).append(hit)
    imports = {path: tuple(hits) for path, hits in sorted(found.items())}
    return Reached(imports=imports, known=frozenset(known), opaque=frozenset(opaque), senses=senses)


def _hits(step: StepSpec, loaded: Loaded, among: Iterable[str], senses: Senses) -> Iterator[Hit]:
    """One hit for each file in which something counts; the way to it only for as many as are shown."""
    shown = 0
    for path in sorted(among):
        parts = senses.parts(path)
        if parts is None:
            continue
        shown += 1
        is_shown = shown <= _MOST_WAYS
        yield Hit.of_import(
            step.id,
            loaded.chain(path) if is_shown else (path,),
            key="" if is_shown else ALSO,
            claims=step.kind is not StepKind.QUALITY,
            certain=loaded.is_certain(path),
            parts=parts,
        )
