"""What one project file declares, all of its paths relative to its own folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from mlgitlab.frozen import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What one project file says.

    roots: folders that an installation, or pytest, puts on the module path.
    renamed: top-level names whose code lies in a folder called otherwise, with that folder.
    scripts: commands with the module that each starts. files: commands with the file that each is.
    tasks: commands of a task runner with the shell lines behind each.
    points: groups of entry points with the modules that they name. plugins: modules that pytest loads.
    any_root, any_point: it may declare more of that kind, and nothing here can read it.
    """

    roots: tuple[str, ...] = ()
    renamed: Pairs = ()
    scripts: Pairs = ()
    files: Pairs = ()
    tasks: Pairs = ()
    points: Pairs = ()
    plugins: tuple[str, ...] = ()
    any_root: bool = False
    any_point: bool = False


def merged(found: Iterable[Declared]) -> Declared:
    """All that any of them says."""
    every = list(found)

    def pairs(name: str) -> Pairs:
        return tuple(pair for item in every for pair in getattr(item, name))

    return Declared(
        roots=tuple(root for item in every for root in item.roots),
        renamed=pairs("renamed"),
        scripts=pairs("scripts"),
        files=pairs("files"),
        tasks=pairs("tasks"),
        points=pairs("points"),
        plugins=tuple(plugin for item in every for plugin in item.plugins),
        any_root=any(item.any_root for item in every),
        any_point=any(item.any_point for item in every),
    )


UNREADABLE = Declared(any_root=True, any_point=True)


class ShapeError(ValueError):
    """A setting does not have the form that its tool asks for."""


def module_of(target: str) -> str:
    """The module in an object reference such as `pkg.mod:main [extra]`."""
    return target.partition("[")[0].partition(":")[0].strip()


def packaged(name: str, folder: str) -> Declared:
    """The package called `name` lies in `folder`: below a root where the names agree, else under another name."""
    folder = posixpath.normpath(folder or ".")
    if not name:
        return Declared(roots=(folder,))
    inner = name.replace(".", "/")
    if folder == inner or folder.endswith("/" + inner):
        return Declared(roots=(folder.removesuffix(inner).rstrip("/") or ".",))
    return Declared(renamed=((name.partition(".")[0], folder),))


def entry_points(group: str, targets: Iterable[tuple[str, str]]) -> Declared:
    """One group of entry points: names with their object references."""
    pairs = [(name.strip(), module_of(target)) for name, target in targets]
    commands = tuple(pairs) if group in ("console_scripts", "gui_scripts") else ()
    return Declared(scripts=commands, points=tuple((group, module) for _, module in pairs))
