"""Where a walk over the files that a step loads begins."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.analysis import programs
from mlgitlab.analysis.entry import Arguments, Entries
from mlgitlab.analysis.expand import expand
from mlgitlab.analysis.graph import ImportGraph, program_files, tree_of
from mlgitlab.analysis.packages.standard_library import STANDARD_LIBRARY
from mlgitlab.analysis.strings import as_program

_AT_STARTUP = ("sitecustomize", "usercustomize")  # Python imports them by itself
# What nothing that is installed imports: a project's own folder of such a name stands in nobody's way.
_SELDOM = frozenset(
    {"__main__", "antigravity", "distutils", "idlelib", "lib2to3", "site", "test", "this", "tkinter", "turtle"}
)
_RUN_BY_NAME = programs.LAUNCHERS | programs.TESTERS | programs.QUIET_MODULES | {"pip"}


@dataclass(slots=True)
class Start:
    """Where the walk begins. `folders` are those that a relative path may be meant from.

    first: the folder that comes first on every process's module path, where they agree and it is known.
    foreign: modules that are opaque where the repository does not hold them.
    besides: files that say what a command starts. shells: shell scripts that were looked into.
    """

    nodes: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    besides: set[str] = field(default_factory=set)
    shells: set[str] = field(default_factory=set)
    arguments: Arguments = field(default_factory=Arguments)
    first: str | None = None
    opaque: bool = False

    @property
    def shows_arguments(self) -> bool:
        """Whether every file that an argument names is known: it is a script, and is walked from."""
        return not (self.opaque or self.arguments.unread)


def start_of(graph: ImportGraph, entries: Entries, source_roots: tuple[str, ...]) -> Start:
    """Where the walk for these entry points begins."""
    expanded = expand(graph, entries)
    entries = expanded.entries
    declared = {paths.normalise(root) for root in (*source_roots, *entries.extra_roots)}
    start = Start(roots={"", "src", *declared}, folders={"", *declared})
    start.besides, start.arguments, start.opaque = expanded.besides, entries.arguments, entries.opaque
    start.shells = expanded.shells
    start.modules.update(ref.module for module in entries.modules for ref in as_program(module))
    start.modules.update(_AT_STARTUP)
    # Some other project's program: what it makes of its arguments is not ours to know.
    start.foreign.update(set(entries.modules) - _RUN_BY_NAME)
    firsts = set(entries.homes)
    for script in entries.scripts:
        firsts.update(_start_script(graph, start, script))
    for guess in entries.guesses:
        for path in graph.index.named(guess, ("",), anywhere=False):
            firsts.update(_start_file(graph, start, path))
    if entries.tests:
        _start_tests(graph, start, entries.tests)
    elif entries.plain and len(firsts) == 1 and not start.missing:
        start.first = firsts.pop()
    start.modules.update(_shadowing(graph, start))
    _enter_roots(graph, start)
    return start


def _shadowing(graph: ImportGraph, start: Start) -> Iterator[str]:
    """Modules that Python finds before its own of the same name, for which any library may ask."""
    for root in sorted(start.roots) if start.first is None else [start.first]:
        for name in sorted(graph.tree.names_in(root) & STANDARD_LIBRARY - _SELDOM):
            if graph.index.settles(root, name):
                yield name


def _enter_roots(graph: ImportGraph, start: Start) -> None:
    for root in sorted(start.roots):
        real = graph.tree.real(root)
        # A zip file or a submodule on the module path is code that we can't look into.
        if real is not None and real.path and real.path not in graph.tree.folders and real.path in graph.tree.entries:
            start.nodes.add(real.path)
            start.opaque = True


def _start_script(graph: ImportGraph, start: Start, script: str) -> set[str]:
    found = program_files(graph, script)
    if not found:
        start.missing.add(script)
        # The job may stand in another folder than we think: take what could be meant.
        found = list(graph.index.named(script, (), anywhere=True))
        real = graph.tree.real(script)
        found += [real.path] if real is not None and real.path in graph.tree.submodules else []
    return {folder for path in found for folder in _start_file(graph, start, path)}


def _start_file(graph: ImportGraph, start: Start, path: str) -> set[str]:
    """Enter a script; Python looks for its neighbours where it really lies."""
    real = graph.tree.real(path)
    folders = {posixpath.dirname(path), posixpath.dirname(real.path if real else path)}
    start.nodes.add(path)
    start.roots |= folders
    start.folders |= folders
    return folders


def _start_tests(graph: ImportGraph, start: Start, targets: tuple[str, ...]) -> None:
    """What pytest collects: the files, those below a folder, their conftest.py, packages upwards, and its plugins."""
    known = [target for target in targets if graph.tree.is_file(target) or graph.tree.is_folder(target)]
    for target in known or [""]:
        collected = [target] if graph.tree.is_file(target) else tree_of(graph, target)
        for path in collected:
            start.nodes.add(path)
            _start_package(graph, start, posixpath.dirname(path))
        for folder in (target, *paths.ancestors(target)):
            start.nodes.update(graph.index.files(folder, "conftest"))
            start.roots.add(folder)
    start.modules.update((*graph.projects.plugins, *graph.projects.points.get("pytest11", ())))
    start.opaque |= graph.projects.any_point


def _start_package(graph: ImportGraph, start: Start, folder: str) -> None:
    """Follow pytest, which puts the first folder without `__init__.py` on the module path."""
    while folder and (inits := list(graph.index.files(folder, "__init__"))):
        start.nodes.update(inits)
        folder = posixpath.dirname(folder)
    start.roots.add(folder)
