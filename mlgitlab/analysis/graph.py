"""One snapshot's files and what each can load: read in batches, parsed once, resolved once."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from mlgitlab import paths
from mlgitlab.analysis import naming, records
from mlgitlab.analysis.modules import ModuleIndex
from mlgitlab.analysis.parses import Parses, is_kept, kind_of, known, parsed, read
from mlgitlab.analysis.projects.collection import Projects
from mlgitlab.analysis.references import Anchor, Extent, Imports, Place, Reference
from mlgitlab.analysis.tree import Tree, within
from mlgitlab.protocols import Snapshot

_MANY = 800  # files that are worth a second process
_LEAF = Imports()
_OPAQUE = Imports(opaque=True)
_HYDRA_PLUGINS = "hydra_plugins"  # Hydra imports whatever lies in a package of this name


class ImportGraph:
    """What each file of a snapshot can load. Ask `prepare` for many files before `imports` of each."""

    def __init__(self, snapshot: Snapshot, parses: Parses) -> None:
        self.tree = Tree.of(snapshot)
        self.index = ModuleIndex(self.tree, lambda: self.projects)
        self._snapshot = snapshot
        self._parses = parses
        self._imports: dict[str, Imports] = {}
        self._names: dict[str, str] = {}
        self._relative: dict[str, tuple[tuple[str, Reference], ...]] = {}
        self._beside: dict[str, tuple[str, ...]] = {}
        self._registered: dict[str, bool] = {}
        self._elsewhere: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, Reference], ...]] = {}
        self._tops: dict[str, tuple[str, ...]] = {}
        self._edges: dict[tuple[str, tuple[tuple[str, ...], ...]], tuple[str, ...]] = {}

    @cached_property
    def projects(self) -> Projects:
        """What the repository's project files declare, read in one batch."""
        reals = {path: self._real(path) for path in self.tree.settings}
        contents = self._snapshot.read(sorted(set(reals.values()))) if reals else {}
        return Projects.of({path: contents.get(real) for path, real in reals.items()})

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Top-level names whose mention loads more than the modules behind them."""
        found = {*self.projects.renamed, *(group.partition(".")[0].replace("-", "_") for group in self.projects.points)}
        holds_plugins = any(posixpath.basename(folder) == _HYDRA_PLUGINS for folder in self.tree.folders)
        return frozenset(found | ({"hydra"} if holds_plugins else set()))

    def is_registered(self, path: str) -> bool:
        """Whether project files or configurations may connect a prepared file with others: most have no part in it."""
        if path not in self._registered:
            imports = self._imports[path]
            said = imports.entry_points or imports.programs or imports.shares_package
            configured = imports.fills or imports.takes_configs or imports.unknown_configs or imports.configs
            self._registered[path] = bool(said or configured or self.telling_tops(path))
        return self._registered[path]

    def telling_tops(self, path: str) -> Collection[str]:
        """Those of the first names of a file's absolute references."""
        return sorted(self._telling.intersection(self.tops(path))) if self._telling else ()

    def companions(self, top: str) -> Iterator[tuple[str, Extent]]:
        """Modules that a library of this name loads besides its own: those that projects registered with it."""
        if top == "hydra":
            yield _HYDRA_PLUGINS, Extent.TREE
        yield from ((module, Extent.MODULE) for module in self.projects.points_for(top))

    @cached_property
    def _configs(self) -> list[str]:
        return sorted(path for path in self.tree.entries if kind_of(path) == "config")

    def configs_below(self, folder: str) -> list[str]:
        """Every file of configuration below a folder."""
        return within(self._configs, folder)

    def content(self, path: str) -> bytes | None:
        """A file that is no source; None where there is none."""
        return self._snapshot.read([path]).get(path) if path in self.tree.entries else None

    def imports(self, path: str) -> Imports:
        """What a prepared file can load."""
        return self._imports[path]

    def prepare(self, files: Iterable[str]) -> None:
        """Read and parse those of the files that nobody asked for before, in one batch."""
        wanted: dict[str, str] = {}
        for path in files:
            if path not in self._imports:
                self._imports[path] = _LEAF
                known = self._known(path)
                if known is None:
                    wanted[path] = self._real(path)
                else:
                    self._imports[path] = known
        if len(wanted) >= _MANY:
            self._take(path for path, real in wanted.items() if path == real and self._is_kept(path))
            wanted = {path: real for path, real in wanted.items() if path not in self._names}
        contents = self._snapshot.read(sorted(set(wanted.values()))) if wanted else {}
        for path, real in wanted.items():
            self._imports[path] = self._parsed(path, real, contents.get(real))

    def _is_kept(self, path: str) -> bool:
        """Whether git has named the content, and the file's name tells how to read it."""
        return bool(self.tree.entries[path].blob) and is_kept(path)

    def _take(self, files: Iterable[str]) -> None:
        """Read files in several processes."""
        for path, text in self._snapshot.through(files, read).items():
            self._imports[path] = self._parses.take(self.tree.entries[path].blob, kind_of(path), text)
            self._names[path] = naming.name_of(text)

    def name(self, path: str) -> str:
        """A short name of what a prepared file can load, equal for files that can load the same."""
        return self._names.get(path) or records.name_of(self._imports[path])

    def _real(self, path: str) -> str:
        real = self.tree.real(path)
        return path if real is None else real.path

    def _known(self, path: str) -> Imports | None:
        real = self._real(path)
        entry = self.tree.entries.get(real)
        if real in self.tree.folders:
            return _LEAF  # a link to a folder
        if entry is None or real in self.tree.submodules:
            return _OPAQUE
        return known(self._parses, path, entry.blob)

    def _parsed(self, path: str, real: str, content: bytes | None) -> Imports:
        if content is None:
            return Imports(unparsable=True)
        return parsed(self._parses, path, self.tree.entries[real].blob, content)

    def tops(self, path: str) -> tuple[str, ...]:
        """The first names of a file's absolute references."""
        if path not in self._tops:
            found = {
                ref.module.partition(".")[0] for ref in self._imports[path].references if not ref.level and ref.module
            }
            self._tops[path] = tuple(sorted(found))
        return self._tops[path]

    def absolute(self, path: str, roots: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """The files behind the absolute references; `roots` holds those to look in for each of `tops`."""
        key = (path, roots)
        if key not in self._edges:
            by_top = dict(zip(self.tops(path), roots, strict=True))
            found = (
                target
                for ref in self._imports[path].references
                if not ref.level
                for root in by_top.get(ref.module.partition(".")[0], ())
                for target in self.index.resolve(root, ref.module, ref.extent)
            )
            self._edges[key] = tuple(dict.fromkeys(found))
        return self._edges[key]

    def relative(self, path: str) -> tuple[tuple[str, Reference], ...]:
        """For each relative reference the folder that its dots mean, and the reference without them."""
        if path not in self._relative:
            found = []
            for ref in self._imports[path].references:
                if ref.level:
                    up = posixpath.normpath(posixpath.join(posixpath.dirname(path), *[".."] * (ref.level - 1)))
                    found.append(("" if up == "." else up, Reference(module=ref.module, extent=ref.extent)))
            self._relative[path] = tuple(found)
        return self._relative[path]

    def beside(self, path: str) -> tuple[str, ...]:
        """The files behind the relative references, looked for beside the file."""
        if path not in self._beside:
            found: dict[str, None] = {}
            for folder, ref in self.relative(path):
                if not folder.startswith(".."):
                    found.update(dict.fromkeys(self.index.files(folder, "__init__")))
                    found.update(dict.fromkeys(self.index.resolve(folder, ref.module, ref.extent)))
            self._beside[path] = tuple(found)
        return self._beside[path]

    def elsewhere(self, path: str, roots: tuple[str, ...]) -> tuple[tuple[str, Reference], ...]:
        """The relative references as absolute ones, for packages that several roots share: (own root, reference)."""
        key = (path, roots)
        if key not in self._elsewhere:
            self._elsewhere[key] = tuple(self._absolute(path, roots))
        return self._elsewhere[key]

    def _absolute(self, path: str, roots: tuple[str, ...]) -> Iterator[tuple[str, Reference]]:
        for folder, ref in self.relative(path):
            for root in roots:
                if folder and folder != root and paths.is_within(folder, root):
                    package = folder.removeprefix(root).strip("/").replace("/", ".")
                    yield root, Reference(module=f"{package}.{ref.module}".rstrip("."), extent=ref.extent)

    def scripts(self, path: str, folders: Collection[str]) -> Iterator[str]:
        """The files that the names of scripts in a file can mean."""
        imports = self._imports[path]
        near = (*folders, *paths.ancestors(path))
        for text in imports.scripts:
            yield from self.index.named(text, tuple(dict.fromkeys(near)), anywhere=imports.runs_scripts)

    def starts_programs(self, path: str) -> bool:
        """Whether the file may start a command that a project of the repository declares."""
        return any(self.projects.started_by(name) for name in self._imports[path].programs)

    def finds_scripts(self, path: str) -> bool:
        """Whether a script that the file names exists anywhere, so that it matters where one looks for it."""
        return any(self.index.named(text, (), anywhere=True) for text in self._imports[path].scripts)

    def root_folders(self, path: str, place: Place, folders: Collection[str]) -> Iterator[str]:
        """The folders that an edit of the module path can mean."""
        if place.anchor is Anchor.OUTSIDE:
            yield from self._ending(place.path)
            return
        starts = {path, self._real(path)} if place.anchor is Anchor.FILE else {"", posixpath.dirname(path), *folders}
        found = {posixpath.normpath(posixpath.join(start, place.path.lstrip("/"))) for start in starts}
        usable = {"" if f == "." else f for f in found if f.startswith("..") or self.tree.is_folder(f) or f == "."}
        yield from usable or self._ending(place.path)

    def archives(self, path: str, place: Place, folders: Collection[str]) -> Iterator[str]:
        """The files that an edit of the module path means: Python looks into archives, too."""
        if place.anchor is not Anchor.OUTSIDE:
            starts = {path} if place.anchor is Anchor.FILE else {"", posixpath.dirname(path), *folders}
            found = {posixpath.normpath(posixpath.join(start, place.path)) for start in starts}
            yield from sorted(file for file in found if self.tree.is_file(file))

    def _ending(self, written: str) -> Iterator[str]:
        """Folders whose path ends as somebody wrote it, or as the longest possible part of that."""
        parts = [part for part in posixpath.normpath(written).split("/") if part not in ("", ".", "..")]
        if written.startswith("/"):
            yield ""  # an absolute path may be the checkout itself
        while parts:
            tail = "/".join(parts)
            found = [f for f in self.tree.folders if f == tail or f.endswith("/" + tail)]
            if found:
                yield from found
                return
            parts = parts[1:] if written.startswith("/") else []

    def everything(self) -> list[str]:
        """Every file that can be loaded at all."""
        return self.tree.loadable


def program_files(graph: ImportGraph, where: str) -> list[str]:
    """The file that `python where` runs: a script, or the `__main__` of a folder."""
    if graph.tree.is_file(where):
        return [where]
    return list(graph.index.files(where, "__main__")) if graph.tree.is_folder(where) else []


def tree_of(graph: ImportGraph, folder: str) -> tuple[str, ...]:
    """Every loadable file below a folder."""
    return graph.index.resolve(folder, "", Extent.TREE)
