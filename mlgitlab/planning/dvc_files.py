"""The dvc.yaml files of one snapshot with all their stages, and which files their paths lead to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from mlgitlab import paths
from mlgitlab.analysis.dvc.pipeline import is_pipeline, needed_files, stages
from mlgitlab.analysis.dvc.values import Stage
from mlgitlab.analysis.tree import LINK, Tree
from mlgitlab.planning.sides import DVC_POINTER
from mlgitlab.protocols import Entry, Snapshot

# The variables of a file, those of a stage whose folder a variable names, and one to see that nothing is left.
_MOST_ROUNDS = 4


@dataclass(frozen=True)
class DvcProject:
    """Stages by file and name. `entries` are the snapshot's, `tree` is there where links have to be followed."""

    files: Mapping[str, Mapping[str, Stage]]
    entries: Mapping[str, Entry]
    tree: Tree | None

    @classmethod
    def of(cls, snapshot: Snapshot) -> DvcProject:
        """Read a snapshot: its dvc.yaml files in one batch, and what their templates need in one or two more."""
        entries = snapshot.entries()
        tree = Tree.of(snapshot) if any(entry.mode == LINK for entry in entries.values()) else None
        pipelines = _read(snapshot, tree, sorted(filter(is_pipeline, entries)))
        needed: dict[str, bytes] = {}
        asked: set[str] = set()
        for _ in range(_MOST_ROUNDS):
            wanted = {one for path, content in pipelines.items() for one in needed_files(content, path, needed)}
            if wanted <= asked:
                break
            needed |= _read(snapshot, tree, sorted(wanted - asked))
            asked |= wanted
        return cls({path: stages(content, path, needed) for path, content in pipelines.items()}, entries, tree)

    def with_targets_of_links(self, stage: Stage) -> Stage:
        """The stage with the paths, too, to which links lead that it reads through."""
        if self.tree is None:
            return stage
        return replace(
            stage,
            deps=tuple(dict.fromkeys(one for path in stage.deps for one in self._both(path))),
            params={one: keys for path, keys in stage.params.items() for one in self._both(path)},
            variables={one: keys for path, keys in stage.variables.items() for one in self._both(path)},
        )

    def _both(self, path: str) -> tuple[str, ...]:
        assert self.tree is not None
        real = self.tree.real(path)
        return (path,) if real is None or real.path == path else (path, *real.links, real.path)

    def unexplained(self, stage: Stage) -> tuple[str, ...]:
        """The dependencies that neither a file, nor a stage, nor a pointer of their name provides."""
        return tuple(path for path in stage.deps if path and not self._is_explained(path))

    def _is_explained(self, path: str) -> bool:
        around = (path, *paths.ancestors(path))
        here = any({one, f"{one}{DVC_POINTER}"} & self._known for one in around if one)
        return here or _has_inside(self._ordered, path)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The paths that are there, and those that some stage makes."""
        every = (stage for found in self.files.values() for stage in found.values())
        return frozenset({*self.entries, *(out.path for stage in every for out in stage.outs)})

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self._known)


def _has_inside(ordered: list[str], folder: str) -> bool:
    position = bisect_left(ordered, folder + "/")
    return position < len(ordered) and ordered[position].startswith(folder + "/")


def _read(snapshot: Snapshot, tree: Tree | None, wanted: Iterable[str]) -> dict[str, bytes]:
    """The content of those of the files that exist, through links; what leads out of the repository does not."""
    places = {path: path for path in wanted}
    if tree is not None:
        reals = {path: tree.real(path) for path in places}
        places = {path: real.path for path, real in reals.items() if real}
    found = snapshot.read(sorted(set(places.values())))
    return {path: found[place] for path, place in places.items() if place in found}
