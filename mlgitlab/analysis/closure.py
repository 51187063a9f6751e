"""Every repository file that an entry point can load, and through which other file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.analysis import programs
from mlgitlab.analysis.entry import Entries
from mlgitlab.analysis.graph import ImportGraph, program_files, tree_of
from mlgitlab.analysis.strings import as_program

_SHELL_ENDINGS = (".sh", ".bash", ".zsh")
_AT_STARTUP = ("sitecustomize", "usercustomize")  # Python imports them by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The files that a step can load.

    files: each path with the file that loads it on a shortest way; entry points map to the empty string.
    wildcards: files with an import that nothing written here can resolve.
    missing: entry scripts that the snapshot does not hold.
    opaque: something runs that we can't look into, so `files` may lack some and must not narrow a decision.
    """

    files: Mapping[str, str]
    wildcards: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    opaque: bool = False

    def chain(self, path: str) -> tuple[str, ...]:
        """From the path up to the entry point that loads it; empty for a path outside."""
        found: list[str] = []
        while path in self.files:
            found.append(path)
            path = self.files[path]
        return tuple(found)


def closure_of(graph: ImportGraph, entries: Entries, source_roots: tuple[str, ...] = ()) -> Closure:
    """The closure of a step's entry points over one snapshot; deterministic."""
    start = _start(graph, entries, source_roots)
    walk = _Walk(graph, start)
    walk.run()
    while walk.found_roots - walk.roots or (walk.found_any and not walk.any_root):
        walk = _Walk(graph, start, walk.found_roots | walk.roots, any_root=walk.found_any or walk.any_root)
        walk.run()
    return Closure(
        files={path: walk.files[path] for path in sorted(walk.files)},
        wildcards=tuple(sorted(walk.wildcards)),
        missing=tuple(sorted(start.missing)),
        opaque=entries.opaque or walk.opaque or start.opaque,
    )


@dataclass(slots=True)
class _Start:
    """Where the walk begins. `folders` are those that a relative path may be meant from."""

    nodes: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    opaque: bool = False


def _start(graph: ImportGraph, entries: Entries, source_roots: tuple[str, ...]) -> _Start:
    declared = {paths.normalise(root) for root in (*source_roots, *entries.extra_roots)}
    start = _Start(roots={"", "src", *declared}, folders={"", *declared})
    start.modules.update(ref.module for module in entries.modules for ref in as_program(module))
    start.modules.update(_AT_STARTUP)
    # Some other project's program: what it makes of its arguments is not ours to know.
    start.foreign.update(set(entries.modules) - programs.LAUNCHERS)
    for script in entries.scripts:
        _start_script(graph, start, script)
    for guess in entries.guesses:
        for path in graph.index.named(guess, ("",), anywhere=False):
            _start_file(start, path)
    if entries.tests:
        _start_tests(graph, start, entries.tests)
    for root in sorted(start.roots):
        real = graph.tree.real(root)
        # A zip file or a submodule on the module path is code that we can't look into.
        if real is not None and real.path and real.path not in graph.tree.folders and real.path in graph.tree.entries:
            start.nodes.add(real.path)
            start.opaque = True
    return start


def _start_script(graph: ImportGraph, start: _Start, script: str) -> None:
    found = program_files(graph, script)
    if not found:
        start.missing.add(script)
        # The job may stand in another folder than we think: take what could be meant.
        found = list(graph.index.named(script, (), anywhere=True))
        real = graph.tree.real(script)
        found += [real.path] if real is not None and real.path in graph.tree.submodules else []
    for path in found:
        _start_file(start, path)


def _start_file(start: _Start, path: str) -> None:
    start.nodes.add(path)
    start.roots.add(posixpath.dirname(path))
    start.folders.add(posixpath.dirname(path))


def _start_tests(graph: ImportGraph, start: _Start, targets: tuple[str, ...]) -> None:
    """What pytest collects: the files, those below a folder, their conftest.py and packages upwards."""
    known = [target for target in targets if graph.tree.is_file(target) or graph.tree.is_folder(target)]
    for target in known or [""]:
        collected = [target] if graph.tree.is_file(target) else tree_of(graph, target)
        for path in collected:
            start.nodes.add(path)
            _start_package(graph, start, posixpath.dirname(path))
        for folder in (target, *paths.ancestors(target)):
            start.nodes.update(graph.index.files(folder, "conftest"))
            start.roots.add(folder)


def _start_package(graph: ImportGraph, start: _Start, folder: str) -> None:
    """Follow pytest, which puts the first folder without `__init__.py` on the module path."""
    while folder and (inits := list(graph.index.files(folder, "__init__"))):
        start.nodes.update(inits)
        folder = posixpath.dirname(folder)
    start.roots.add(folder)


class _Walk:
    """One breadth-first walk with fixed roots; what it finds beyond them calls for another."""

    def __init__(self, graph: ImportGraph, start: _Start, roots: Iterable[str] = (), *, any_root: bool = False) -> None:
        self._graph = graph
        self._start = start
        self.roots = {*start.roots, *roots}
        self._ordered = tuple(sorted(self.roots))
        self.any_root = any_root
        self.found_roots: set[str] = set()
        self.found_any = False
        self.files: dict[str, str] = {}
        self.wildcards: set[str] = set()
        self.opaque = False
        self._visited: set[str] = set()
        self._roots_of: dict[str, tuple[str, ...]] = {}

    def run(self) -> None:
        """Walk level by level, so that each level is read in one batch."""
        frontier = dict.fromkeys(sorted(self._start.nodes), "")
        for module in sorted(self._start.modules):
            found = [p for r in self._roots_for(module.partition(".")[0]) for p in self._graph.index.resolve(r, module)]
            frontier.update(dict.fromkeys(found, ""))
            self.opaque |= not found and module in self._start.foreign
        while frontier:
            for path, loader in frontier.items():
                self._record(path, loader)
            self._graph.prepare(frontier)
            targets: dict[str, str] = {}
            for path in frontier:
                for target in self._targets(path):
                    if target not in self._visited:
                        targets.setdefault(target, self._shown(path))
            if self.wildcards & {self._shown(path) for path in frontier}:
                self._take_everything(targets)
                return
            frontier = dict(sorted(targets.items()))

    def _take_everything(self, found: Mapping[str, str]) -> None:
        for path, loader in sorted(found.items()):
            self._record(path, loader)
        loader = min(self.wildcards)
        for path in self._graph.everything():
            self._record(path, loader)

    def _record(self, path: str, loader: str) -> None:
        """Enter a file under its own path, and the links on the way to it."""
        self._visited.add(path)
        real = self._graph.tree.real(path)
        if real is None:
            self.files.setdefault(path, loader)
            return
        for link in real.links:
            self.files.setdefault(link, loader)
        if real.path in self._graph.tree.entries:
            self.files.setdefault(real.path, loader)

    def _shown(self, path: str) -> str:
        real = self._graph.tree.real(path)
        return real.path if real is not None and real.path in self.files else path

    def _targets(self, path: str) -> Iterator[str]:
        graph, imports = self._graph, self._graph.imports(path)
        self.opaque |= imports.opaque
        self.found_any |= imports.any_root
        if imports.reaches_everything:
            self.wildcards.add(self._shown(path))
        for place in imports.roots:
            self.found_roots.update(graph.root_folders(path, place, self._start.folders))
        yield from graph.absolute(path, tuple(self._roots_for(top) for top in graph.tops(path)))
        yield from graph.beside(path)
        for own, ref in graph.elsewhere(path, self._ordered):
            for root in self._roots_for(ref.module.partition(".")[0]):
                if root != own:
                    yield from graph.index.resolve(root, ref.module, ref.extent)
        for script in graph.scripts(path, self._start.folders):
            self.found_roots.add(posixpath.dirname(script))
            yield script
        real = graph.tree.real(path)
        if real is not None and real.links and not graph.tree.is_folder(path):
            yield real.path  # what it says beside its own place, too

    def _roots_for(self, top: str) -> tuple[str, ...]:
        """The roots in which a top-level name is to be looked for."""
        if top not in self._roots_of:
            index = self._graph.index
            found = [root for root in self._ordered if index.has(root, top)]
            if self.any_root:
                found += index.holders(top)
            if not any(index.settles(root, top) for root in found):
                found += index.projects(top)
            self._roots_of[top] = tuple(dict.fromkeys(found))
        return self._roots_of[top]
