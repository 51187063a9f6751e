"""Which files of a snapshot a module's name, or a script's, can mean."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator

from mlgitlab import paths
from mlgitlab.analysis.projects.collection import Projects
from mlgitlab.analysis.references import Extent
from mlgitlab.analysis.tree import Tree

# Where a project that has its own pyproject.toml or setup.py keeps its modules.
_PROJECT_LAYOUTS = ("", "src", "lib", "python")


class ModuleIndex:
    """Look-ups by name over one tree. Every candidate counts: which one wins depends on the machine.

    A root is a folder of the module path. It may start with `..`, for a repository that is itself a
    package: from a folder above it, its modules are called `checkout.a.b`, whatever the checkout's name.
    """

    def __init__(self, tree: Tree, written: Callable[[], Projects] = Projects) -> None:
        self.tree = tree
        self._written = written
        self._names: dict[str, frozenset[str]] = {}
        self._resolved: dict[tuple[str, str, Extent], tuple[str, ...]] = {}
        self._holders: dict[str, list[str]] | None = None
        self._projects: dict[str, list[str]] | None = None
        self._by_name: dict[str, list[str]] | None = None

    def has(self, root: str, name: str) -> bool:
        """Whether a top-level `name` could be found in the root."""
        if root.startswith(".."):
            return True
        if root not in self._names:
            self._names[root] = self.tree.names_in(root)
        return name in self._names[root] or self._in_submodule(root)

    def settles(self, root: str, name: str) -> bool:
        """Whether the root holds a module or regular package of that name, which ends Python's search."""
        regular = name in self.tree.modules_in(root) or "__init__" in self.tree.modules_in(f"{root}/{name}".lstrip("/"))
        return regular and not root.startswith("..")

    def resolve(self, root: str, module: str, extent: Extent = Extent.MODULE) -> tuple[str, ...]:
        """Every file that importing `module` from `root` can load, the packages on the way included."""
        key = (root, module, extent)
        if key not in self._resolved:
            self._resolved[key] = tuple(dict.fromkeys(self._resolve(root, module, extent)))
        return self._resolved[key]

    def _resolve(self, root: str, module: str, extent: Extent) -> Iterator[str]:
        parts = module.split(".") if module else []
        folder = root
        while folder.startswith(".."):
            if not parts:
                return
            folder, parts = folder[3:], parts[1:]
            if not folder.startswith(".."):
                yield from self.files(folder, "__init__")
        for part in parts:
            if self._in_submodule(folder):
                break
            yield from self.files(folder, part)
            folder = f"{folder}/{part}".lstrip("/")
            if not self.tree.is_folder(folder):
                return
            yield from self.files(folder, "__init__")
        if self._in_submodule(folder):
            yield folder
        else:
            yield from self._members(folder, extent)

    def files(self, folder: str, stem: str) -> Iterator[str]:
        """The files directly in a folder that a module of this name is loaded from."""
        for name in self.tree.modules_in(folder).get(stem, ()):
            yield f"{folder}/{name}".lstrip("/")

    def _members(self, folder: str, extent: Extent) -> Iterator[str]:
        if extent is Extent.CHILDREN:
            for stem in sorted(self.tree.modules_in(folder)):
                yield from self.files(folder, stem)
            for name in sorted(self.tree.names_in(folder)):
                inner = f"{folder}/{name}".lstrip("/")
                yield from [inner] if self._in_submodule(inner) else self.files(inner, "__init__")
        elif extent is Extent.TREE:
            yield from self.below(folder)

    def below(self, folder: str) -> Iterator[str]:
        """Every loadable file below a folder, through links to other folders."""
        entered: set[str] = set()
        pending = [folder]
        while pending:
            real = self.tree.real(pending.pop())
            if real is None or real.path in entered:
                continue
            entered.add(real.path)
            for path in self.tree.loadable_below(real.path):
                yield path
                if path in self.tree.links and self.tree.is_folder(path):
                    pending.append(path)

    def _in_submodule(self, path: str) -> bool:
        if not self.tree.submodules:
            return False
        real = self.tree.real(path)
        return real is not None and real.path in self.tree.submodules

    def holders(self, name: str) -> list[str]:
        """Every folder in which a top-level `name` could be found."""
        if self._holders is None:
            self._holders = _inverted(self.tree, sorted(self.tree.folders))
        return self._holders.get(name, [])

    def projects(self, name: str) -> list[str]:
        """Source folders of the repository's own installable projects that hold a top-level `name`."""
        if self._projects is None:
            written = self._written()
            places = [f"{p}/{layout}".strip("/") for p in self.tree.projects for layout in _PROJECT_LAYOUTS]
            tops = set(written.open)
            below = [f for f in sorted(self.tree.folders) if tops and not tops.isdisjoint((f, *paths.ancestors(f)))]
            places += [*written.roots, *below]
            self._projects = _inverted(self.tree, [p for p in dict.fromkeys(places) if self.tree.is_folder(p)])
        return self._projects.get(name, [])

    def named(self, text: str, folders: Collection[str], *, anywhere: bool) -> tuple[str, ...]:
        """The files that a script's path, as somebody wrote it, can mean.

        Looked for from each folder; from none of them, or with `anywhere`, every file whose path
        ends so counts: somebody changed the working folder first.
        """
        written = text.replace("\\", "/")
        anywhere = anywhere or written.startswith("/")
        near = dict.fromkeys(found for folder in folders for found in self._at(folder, written.lstrip("/")))
        if near and not anywhere:
            return tuple(near)
        return tuple({**near, **dict.fromkeys(self._ending(written, shorter=written.startswith("/")))})

    def _at(self, folder: str, written: str) -> Iterator[str]:
        path = posixpath.normpath(posixpath.join(folder, written))
        if path.startswith(".."):
            return
        if self.tree.is_file(path) or self._in_submodule(path):
            yield path
        else:
            yield from self.files(path, "__main__")  # a folder can be a program

    def _ending(self, written: str, *, shorter: bool) -> list[str]:
        if self._by_name is None:
            self._by_name = {}
            for path in self.tree.entries:
                self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        parts = [part for part in paths.normalise(posixpath.normpath(written)).split("/") if part != ".."]
        candidates = sorted(self._by_name.get(parts[-1], ())) if parts else []
        while parts:
            tail = "/".join(parts)
            found = [path for path in candidates if path == tail or path.endswith("/" + tail)]
            if found or not shorter:
                return found
            parts = parts[1:]
        return []


def _inverted(tree: Tree, folders: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in folders:
        for name in tree.names_in(folder):
            found.setdefault(name, []).append(folder)
    return found
