"""The project files of one snapshot together, their folders as paths of the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mlgitlab import paths
from mlgitlab.analysis.projects.ini import read_entry_points, read_pytest_ini, read_setup_cfg
from mlgitlab.analysis.projects.names import NAMES
from mlgitlab.analysis.projects.pyproject import read_pyproject
from mlgitlab.analysis.projects.script import read_setup_py
from mlgitlab.analysis.projects.values import UNREADABLE, Declared

_READERS: Mapping[str, Callable[[str], Declared]] = {
    "pyproject.toml": read_pyproject,
    "setup.cfg": read_setup_cfg,
    "setup.py": read_setup_py,
    "pytest.ini": read_pytest_ini,
    ".pytest.ini": read_pytest_ini,
    "tox.ini": read_pytest_ini,
    "entry_points.txt": read_entry_points,
}
_REFERENCE = re.compile(r"[\w.]+:[\w.]+(?:\(.*\))?")
assert _READERS.keys() == NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What one name in a command may start: modules, script files or task lines, and the file that says so."""

    by: str
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    @property
    def dotted(self) -> tuple[str, ...]:
        """The modules that the task lines name as references to an object, such as `pkg.mod:main`."""
        return tuple(line.partition(":")[0] for line in self.tasks if _REFERENCE.fullmatch(line))


@dataclass(slots=True)
class Projects:
    """All that the project files declare.

    roots: folders on the module path. open: project folders of which any folder below may be a root.
    renamed: folders by the top-level name that their code is imported under.
    points: modules by group of entry points. plugins: modules that pytest loads.
    any_point: some project declares commands or entry points that nothing here can read.
    """

    roots: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    renamed: dict[str, list[str]] = field(default_factory=dict)
    points: dict[str, list[str]] = field(default_factory=dict)
    plugins: list[str] = field(default_factory=list)
    any_point: bool = False
    _scripts: dict[str, list[Started]] = field(default_factory=dict)

    @classmethod
    def of(cls, contents: Mapping[str, bytes | None]) -> Projects:
        """Read the files; those without content cannot be read."""
        found = cls()
        for path in sorted(contents):
            found._add(path, read(path.rpartition("/")[2], contents[path]))
        return found

    def started_by(self, name: str) -> Sequence[Started]:
        """What every project that declares the command lets it start."""
        return self._scripts.get(name, ())

    def points_for(self, top: str) -> Iterator[str]:
        """The modules of the groups that a library of this top-level name, or whatever it imports, asks for."""
        for group, modules in self.points.items():
            if group.partition(".")[0].replace("-", "_") == top:
                yield from modules

    def _add(self, path: str, said: Declared) -> None:
        folder = posixpath.dirname(path)
        inside = [_below(folder, root) for root in said.roots]
        self.roots += [root for root in inside if root is not None]
        if said.any_root or None in inside:
            self.open.append(folder)
        for name, place in said.renamed:
            where = _below(folder, place)
            self.renamed.setdefault(name, []).append(folder if where is None else where)
        for group, module in said.points:
            self.points.setdefault(group, []).append(module)
        self.plugins += said.plugins
        self.any_point |= said.any_point
        for name, module in said.scripts:
            self._scripts.setdefault(name, []).append(Started(by=path, modules=(module,)))
        for name, file in said.files:
            where = _below(folder, file)
            self._scripts.setdefault(name, []).append(Started(by=path, files=() if where is None else (where,)))
        for name, line in said.tasks:
            self._scripts.setdefault(name, []).append(Started(by=path, tasks=(line,)))


@lru_cache(maxsize=4096)  # base and head share most project files
def read(name: str, content: bytes | None) -> Declared:
    """What the project file of this name says."""
    try:
        return UNREADABLE if content is None else _READERS[name](content.decode())
    except UnicodeDecodeError:
        return UNREADABLE


def _below(folder: str, place: str) -> str | None:
    """The repository path of a folder that a project names; None outside the repository."""
    joined = posixpath.normpath(posixpath.join(folder, place.replace("\\", "/")))
    if joined.startswith(("/", "..")):
        return None
    return paths.normalise(joined)
