"""The files of configuration that fill in what a program loads by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.references import Imports, Place
from mlgitlab.analysis.starting import Start


@dataclass(slots=True)
class Filling:
    """What the files of one walk say about configurations.

    builders: files that build objects from names. takes: some file says where the names stand.
    unknown: some file reads a configuration from anywhere.
    """

    builders: set[str] = field(default_factory=set)
    takes: bool = False
    unknown: bool = False
    _folders: dict[tuple[str, Place], None] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def note(self, path: str, imports: Imports) -> None:
        """Take in what one file says."""
        if imports.fills:
            self.builders.add(path)
        self.takes |= imports.takes_configs
        self.unknown |= imports.unknown_configs
        self._folders.update(((path, place), None) for place in imports.config_folders)
        for name in imports.configs:
            self._names.setdefault(name, path)

    def sources(self, graph: ImportGraph, start: Start, *, opaque: bool) -> dict[str, str] | None:
        """The files of configuration, each with the file that names it; None where nobody can tell them all.

        A command that cannot be looked into may give arguments that nobody sees.
        """
        if not self.takes or self.unknown or opaque or start.arguments.unclear:
            return None
        found: dict[str, str] = {}
        for path, place in self._folders:
            below = _below(graph, set(graph.root_folders(path, place, start.folders)))
            if below is None:
                return None
            found.update(dict.fromkeys(below, path))
        for name, path in {**dict.fromkeys(start.arguments.configs, ""), **self._names}.items():
            near = (*sorted(start.folders), *(paths.ancestors(path) if path else ()))
            named = graph.index.named(name, near, anywhere=True)
            found.update((each, path) for each in named if each not in found)
        return found


def _below(graph: ImportGraph, folders: set[str]) -> list[str] | None:
    """All files of configuration below the folders; None without a folder, or with one behind a link."""
    real = {folder for folder in folders if graph.tree.is_folder(folder)}
    if not real or real != folders:
        return None
    links = (link for link in graph.tree.links if any(paths.is_within(link, folder) for folder in real))
    if any(graph.tree.is_folder(link) for link in links):
        return None
    return [path for folder in sorted(real) for path in graph.configs_below(folder)]
