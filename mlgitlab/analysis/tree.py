"""A snapshot's tree for looking up modules: folders, links followed, submodules recognised."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from mlgitlab import paths
from mlgitlab.analysis.projects.names import NAMES
from mlgitlab.frozen import dataclass
from mlgitlab.protocols import Entry, Snapshot

LINK = "120000"
SUBMODULE = "160000"
_MODULE_ENDINGS = frozenset({"py", "pyi", "pyx", "pyd", "so", "pyc"})
_NATIVE_ENDINGS = frozenset({"so", "pyd"})
_LOADABLE_ENDINGS = _MODULE_ENDINGS | {"ipynb", "sh", "bash", "pxd", "pxi"}  # what Cython includes, too
_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Real:
    """Where a path leads: the path without links (or the submodule that it enters), and the links passed."""

    path: str
    links: tuple[str, ...] = ()


class Tree:
    """The folders of one snapshot and, in each, the files that a module's name can mean.

    loadable: files of code. projects: folders with a project file. settings: files that say something of projects.
    """

    def __init__(self, entries: Mapping[str, Entry], targets: Mapping[str, str]) -> None:
        self.entries = entries
        self.links = targets
        self.submodules = frozenset(path for path, entry in entries.items() if entry.mode == SUBMODULE)
        self.folders: dict[str, set[str]] = {"": set()}
        self._modules: dict[str, dict[str, list[str]]] = {}
        self.loadable: list[str] = []
        self.projects: list[str] = []
        self.settings: list[str] = []
        self._reals: dict[str, Real | None] = {}
        self._file_everything()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Tree:
        """The tree of a snapshot, its symbolic links read in one batch."""
        entries = snapshot.entries()
        links = [path for path, entry in entries.items() if entry.mode == LINK]
        targets = {path: paths.decode(content) for path, content in snapshot.read(links).items()} if links else {}
        return cls(entries, targets)

    def _file_everything(self) -> None:
        for path in self.entries:
            folder, _, name = path.rpartition("/")
            if folder not in self.folders:
                self._add_folder(folder)
            stem, dot, ending = name.rpartition(".")
            if dot and ending in _LOADABLE_ENDINGS:
                self._file(path, folder, name, stem, ending)
            elif path in self.links or path in self.submodules:
                self.folders[folder].add(name)
                self.loadable.append(path)
            if name in NAMES:
                self.settings.append(path)
                if name in _PROJECT_FILES:
                    self.projects.append(folder)
        self.loadable.sort()
        self.projects = sorted(set(self.projects))

    def _file(self, path: str, folder: str, name: str, stem: str, ending: str) -> None:
        self.loadable.append(path)
        if ending in _MODULE_ENDINGS:
            key = stem.partition(".")[0] if ending in _NATIVE_ENDINGS else stem
            self._modules.setdefault(folder, {}).setdefault(key, []).append(name)
        if path in self.links or path in self.submodules:
            self.folders[folder].add(name)

    def _add_folder(self, folder: str) -> None:
        while folder not in self.folders:
            self.folders[folder] = set()
            parent, _, name = folder.rpartition("/")
            if parent not in self.folders:
                self.folders[folder] = set()
                self._add_folder(parent)
            self.folders[parent].add(name)
            folder = parent

    def real(self, path: str) -> Real | None:
        """Where the path leads; None out of the repository or round in a circle."""
        if not self.links and not self.submodules:
            return Real(path)
        if path not in self._reals:
            self._reals[path] = self._follow(path)
        return self._reals[path]

    def _follow(self, path: str) -> Real | None:
        here = ""
        passed: list[str] = []
        rest = [part for part in path.split("/") if part]
        while rest:
            here = f"{here}/{rest.pop(0)}".lstrip("/")
            if here in self.submodules:
                return Real(here, tuple(passed))
            if here in self.links:
                passed.append(here)
                target = posixpath.normpath(posixpath.join(posixpath.dirname(here), self.links[here]))
                if len(passed) > _MOST_LINKS or target.startswith(("..", "/")):
                    return None
                here, rest = "", [*(part for part in target.split("/") if part != "."), *rest]
        return Real(here, tuple(passed))

    def is_folder(self, path: str) -> bool:
        """Whether the path is a folder, a link to one, or a submodule."""
        real = self.real(path)
        return real is not None and (real.path in self.folders or real.path in self.submodules)

    def is_file(self, path: str) -> bool:
        """Whether the path is a file, or a link to one."""
        real = self.real(path)
        return real is not None and real.path in self.entries and real.path not in self.submodules

    def modules_in(self, folder: str) -> Mapping[str, list[str]]:
        """Module name to file names, for the files directly in the folder (links followed)."""
        real = self.real(folder)
        return {} if real is None else self._modules.get(real.path, {})

    def names_in(self, folder: str) -> frozenset[str]:
        """Every name that could be imported from the folder: modules, subfolders, links."""
        real = self.real(folder)
        if real is None:
            return frozenset()
        return frozenset(self._modules.get(real.path, ())) | self.folders.get(real.path, set())

    def loadable_below(self, folder: str) -> Iterable[str]:
        """Every file below the folder that can be loaded, by its path without links at the start."""
        real = self.real(folder)
        if real is None:
            return []
        if real.path in self.submodules:
            return [real.path]
        return within(self.loadable, real.path)


def within(ordered: list[str], folder: str) -> list[str]:
    """Those of the sorted paths that lie below a folder."""
    if not folder:
        return ordered
    return ordered[bisect_left(ordered, folder + "/") : bisect_left(ordered, folder + "0")]  # `0` follows `/`
