"""Which steps load which files: the import closure of every step's entry points."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.parses import Parses
from mlgitlab.changes import Change
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.sides import Hit, Reached
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Snapshot

# No import, and no command that we follow, loads a file with such a name.
_NEVER_LOADED = frozenset({
    ".md", ".rst", ".txt", ".pdf", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".csv", ".tsv", ".parquet",
})  # fmt: skip


def loadable(changes: Iterable[Change]) -> frozenset[str]:
    """The changed paths that an entry point could load; a link or submodule may lead to code whatever its name."""
    return frozenset(
        change.path
        for change in changes
        if change.is_tree or PurePosixPath(change.path).suffix.lower() not in _NEVER_LOADED
    )


def reach(steps: Iterable[StepSpec], snapshot: Snapshot, changed: Collection[str], parses: Parses) -> Reached:
    """For each changed path the steps whose entry points load it, with the way from the path to the entry."""
    found: dict[str, list[Hit]] = {}
    opaque: set[str] = set()
    for step, closure in _closures(steps, snapshot, parses) if changed else ():
        claims = step.kind is not StepKind.QUALITY  # a test that loads a file says nothing about the models
        for path in sorted(closure.files.keys() & changed):
            chain = closure.chain(path)
            certain = len(chain) < 2 or chain[1] not in closure.wildcards
            found.setdefault(path, []).append(Hit.of_import(step.id, chain, claims=claims, certain=certain))
        if closure.opaque and claims and not step.entry:  # who declares `entry` answers for the rest
            opaque.add(step.id)
    imports = {path: tuple(imported) for path, imported in sorted(found.items())}
    return Reached(imports=imports, opaque=frozenset(opaque))


def loaded(steps: Iterable[StepSpec], snapshot: Snapshot, parses: Parses) -> Mapping[str, tuple[str, ...]]:
    """Every file that the entry points load, sorted, by step."""
    return {step.id: tuple(sorted(closure.files)) for step, closure in _closures(steps, snapshot, parses)}


def missing_entries(steps: Iterable[StepSpec], snapshot: Snapshot, parses: Parses) -> Mapping[str, tuple[str, ...]]:
    """The scripts that commands start and that do not exist, by step."""
    return {step.id: closure.missing for step, closure in _closures(steps, snapshot, parses) if closure.missing}


def _closures(steps: Iterable[StepSpec], snapshot: Snapshot, parses: Parses) -> Iterator[tuple[StepSpec, Closure]]:
    """Each step's closure; steps that start the same files share one."""
    graph = ImportGraph(snapshot, parses)
    known: dict[object, Closure] = {}
    for step in steps:
        key = (_lines(step), step.entry, step.source_roots)
        if key not in known:
            known[key] = closure_of(graph, entries_of(_lines(step), step.entry), step.source_roots)
        yield step, known[key]


def _lines(step: StepSpec) -> tuple[str, ...]:
    """All that the job's shell runs; a variable of the job is there before the first line."""
    path = step.variables.get("PYTHONPATH")
    exported = (f"export PYTHONPATH={shlex.quote(path)}",) if path else ()
    return (*exported, *step.before_script, *step.command)
