"""Every repository file that an entry point can load, and through which other file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from mlgitlab.analysis.entry import Entries
from mlgitlab.analysis.filling import Filling
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.packages.standard_library import STANDARD_LIBRARY
from mlgitlab.analysis.references import Extent, Imports, Reads, Uses
from mlgitlab.analysis.starting import Start, start_of
from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The files that a step can load.

    files: each path with the file that loads it on a shortest way; entry points map to the empty string.
    wildcards: files with an import that nothing written here can resolve.
    missing: entry scripts that the snapshot does not hold.
    opaque: something runs that we can't look into, so `files` may lack some and must not narrow a decision.
    reads: what the files read in the texts of others.
    uses: what they import from outside; None where that cannot be told.
    besides: those of the files that are no code, which others may read in ways that nobody sees.
    """

    files: Mapping[str, str]
    wildcards: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    opaque: bool = False
    reads: Reads = Reads.NOTHING
    besides: frozenset[str] = frozenset()
    uses: Uses | None = None

    def chain(self, path: str) -> tuple[str, ...]:
        """From the path up to the entry point that loads it; empty for a path outside."""
        found: list[str] = []
        while path in self.files:
            found.append(path)
            path = self.files[path]
        return tuple(found)


def closure_of(graph: ImportGraph, entries: Entries, source_roots: tuple[str, ...] = ()) -> Closure:
    """The closure of a step's entry points over one snapshot; deterministic."""
    start = start_of(graph, entries, source_roots)
    walk = Walk(graph, start)
    walk.run()
    while walk.is_too_narrow():
        walk = walk.wider()
        walk.run()
    for path in start.besides | start.shells:
        walk.files.setdefault(path, "")
    return Closure(
        files={path: walk.files[path] for path in sorted(walk.files)},
        wildcards=tuple(sorted(walk.wildcards)),
        missing=tuple(sorted(start.missing)),
        opaque=walk.opaque or start.opaque,
        uses=None if walk.wildcards or walk.opaque or start.opaque else walk.uses(),
        reads=walk.reads | (Reads.DOCS | Reads.TYPES if walk.wildcards else Reads.NOTHING),
        besides=frozenset(start.besides | walk.besides),
    )


class Walk:
    """One breadth-first walk with fixed roots; what it finds beyond them calls for another."""

    def __init__(
        self,
        graph: ImportGraph,
        start: Start,
        roots: Iterable[str] = (),
        *,
        any_root: bool = False,
        scattered: bool = False,
    ) -> None:
        self._graph = graph
        self._start = start
        self._first = None if scattered else start.first
        self.roots = {*start.roots, *roots}
        self._ordered = tuple(sorted(self.roots))
        self.any_root = any_root
        self.found_roots: set[str] = set()
        self.found_any = False
        self.found_scattered = False
        self.files: dict[str, str] = {}
        self.besides: set[str] = set()
        self.wildcards: set[str] = set()
        self.opaque = False
        self.reads = Reads.NOTHING
        self.modules: set[str] = set()
        self.tops: set[str] = set()
        self._filling = Filling()
        self._visited: set[str] = set()
        self._roots_of: dict[str, tuple[str, ...]] = {}

    def is_too_narrow(self) -> bool:
        """Whether the files found say that modules are looked for in more places than the walk did."""
        scattered = self.found_scattered and self._first is not None
        return bool(self.found_roots - self.roots) or (self.found_any and not self.any_root) or scattered

    def wider(self) -> Walk:
        """A walk over those places, too."""
        return Walk(
            self._graph,
            self._start,
            self.found_roots | self.roots,
            any_root=self.found_any or self.any_root,
            scattered=self.found_scattered or self._first is None,
        )

    def run(self) -> None:
        """Walk level by level, so that each level is read in one batch."""
        frontier = dict.fromkeys(self.first(), "")
        while frontier:
            for path, loader in frontier.items():
                self._record(path, loader)
            self._graph.prepare(frontier)
            targets: dict[str, str] = {}
            for path in frontier:
                for target in self.targets(path):
                    if target not in self._visited:
                        targets.setdefault(target, self._shown(path))
            if self.wildcards & {self._shown(path) for path in frontier}:
                self._take_everything(targets)
                return
            frontier = dict(sorted(targets.items())) or self._configured()

    def _configured(self) -> dict[str, str]:
        """What configurations name, once all code that the walk finds by itself is known."""
        if not self._filling.builders:
            return {}
        found = self._filling.sources(self._graph, self._start, opaque=self.opaque or self._start.opaque)
        if found is None:
            self.wildcards.add(min(map(self._shown, self._filling.builders)))
            self._take_everything({})
            return {}
        found = {path: self._shown(loader) for path, loader in found.items() if path not in self._visited}
        self.besides.update(found)
        named = (path for name in self._start.arguments.names for path in self._resolve(name))
        return {**dict.fromkeys((path for path in named if path not in self._visited), ""), **found}

    def first(self) -> list[str]:
        """The files that the command itself starts."""
        found = sorted(self._start.nodes)
        for module in sorted(self._start.modules):
            named = list(self._resolve(module))
            found += named
            self.opaque |= not named and module in self._start.foreign
        return found

    def _resolve(self, module: str, extent: Extent = Extent.MODULE) -> Iterator[str]:
        for root in self._roots_for(module.partition(".")[0]):
            yield from self._graph.index.resolve(root, module, extent)

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

    def targets(self, path: str) -> Iterator[str]:
        """The files that a prepared file can load."""
        graph, imports = self._graph, self._graph.imports(path)
        self.opaque |= imports.opaque
        self.reads |= imports.reads
        self.modules.update(imports.modules)
        self.tops.update(graph.tops(path))
        self.found_any |= imports.any_root
        if imports.reaches_everything or (imports.arguments and not self._start.shows_arguments):
            self.wildcards.add(self._shown(path))
        for place in imports.roots:
            self.found_roots.update(graph.root_folders(path, place, self._start.folders))
            yield from graph.archives(path, place, self._start.folders)
        yield from graph.absolute(path, tuple(self._roots_for(top) for top in graph.tops(path)))
        yield from graph.beside(path)
        for own, ref in graph.elsewhere(path, self._ordered):
            for root in self._roots_for(ref.module.partition(".")[0]):
                if root != own:
                    yield from graph.index.resolve(root, ref.module, ref.extent)
        for script in graph.scripts(path, self._start.folders):
            script_real = graph.tree.real(script)
            folders = {posixpath.dirname(script), posixpath.dirname(script_real.path if script_real else script)}
            self.found_roots |= folders
            self.found_scattered |= folders != {self._first}
            yield script
        if graph.is_registered(path):
            yield from self._registered(path, imports)
        real = graph.tree.real(path)
        if real is not None and real.links and not graph.tree.is_folder(path):
            yield real.path  # what it says beside its own place, too

    def _registered(self, path: str, imports: Imports) -> Iterator[str]:
        """What project files and configurations, not the code, connect the file with."""
        self.found_scattered |= imports.shares_package
        self._filling.note(path, imports)
        projects = self._graph.projects
        if imports.entry_points:
            if projects.any_point:
                self.wildcards.add(self._shown(path))
            for modules in projects.points.values():
                yield from (target for module in modules for target in self._resolve(module))
        for name in imports.programs:
            for started in projects.started_by(name):
                self.besides.add(started.by)
                self.files.setdefault(started.by, self._shown(path))
                yield from (target for module in started.modules for target in self._resolve(module))
                yield from (file for file in started.files if self._graph.tree.is_file(file))
        for top in self._graph.telling_tops(path):
            for module, extent in self._graph.companions(top):
                yield from self._resolve(module, extent)
            for folder in projects.renamed.get(top, ()):
                yield from self._graph.index.below(folder)

    def uses(self) -> Uses:
        """What the files found import."""
        modules = frozenset(self.modules) - STANDARD_LIBRARY
        own = frozenset(top for top in modules if self.knows(top))
        return Uses(modules=modules, own=own, mentions=frozenset(self.tops))

    def knows(self, top: str) -> bool:
        """Whether the repository may provide a module of this top-level name."""
        return bool(self._roots_for(top))

    def _roots_for(self, top: str) -> tuple[str, ...]:
        """The roots in which a top-level name is to be looked for."""
        if top not in self._roots_of:
            index = self._graph.index
            found = [root for root in self._ordered if index.has(root, top)]
            if self.any_root:
                found += index.holders(top)
            if self._first is None or not index.settles(self._first, top):
                found += index.projects(top)
            self._roots_of[top] = tuple(dict.fromkeys(found))
        return self._roots_of[top]
