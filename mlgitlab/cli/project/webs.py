"""The web of each side of a comparison, made from one that is known already wherever that is exact."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from mlgitlab.analysis.kept import KeptParses
from mlgitlab.analysis.kept_webs import KeptWebs
from mlgitlab.analysis.loading import Loading
from mlgitlab.analysis.starter import Starter
from mlgitlab.analysis.web import Web
from mlgitlab.changes import Change
from mlgitlab.frozen import dataclass
from mlgitlab.planning.structure import is_structural
from mlgitlab.protocols import Cache, Repository, Snapshot

if TYPE_CHECKING:
    from mlgitlab.analysis.graph import ImportGraph

_MOST_TRIED = 4


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One side's files: those of `commit`, or those on disk above it where `uncommitted`."""

    commit: str
    snapshot: Snapshot
    uncommitted: bool = False


class Webs:
    """What the steps of each side load. One web leads to the next: most files are the same on both sides."""

    def __init__(self, repository: Repository, cache: Cache) -> None:
        self._repository = repository
        self._parses = KeptParses(cache)
        self._kept = KeptWebs(cache)

    def loading(self, scene: Scene, starters: Iterable[Starter]) -> Loading:
        """What the starters load in a scene."""
        wanted = {starter.name: starter for starter in starters}
        graph = self._graph(scene)
        web = self._web(scene, wanted, graph)
        if not scene.uncommitted:
            self._kept.put(scene.commit, web)
        self._parses.save()
        return Loading(web, graph)

    def committed(self, scene: Scene) -> Collection[str]:
        """The files of the scene's commit, without those that only the disk holds."""
        return self._repository.snapshot(scene.commit).entries().keys()

    def _graph(self, scene: Scene) -> Callable[[], ImportGraph]:
        """The scene's graph, made when first needed: that takes a listing of the whole tree."""
        made: list[ImportGraph] = []

        def graph() -> ImportGraph:
            from mlgitlab.analysis.graph import ImportGraph  # noqa: PLC0415 (most runs do without)

            if not made:
                made.append(ImportGraph(scene.snapshot, self._parses))
            return made[0]

        return graph

    def _web(self, scene: Scene, starters: Mapping[str, Starter], graph: Callable[[], ImportGraph]) -> Web:
        for web, changes in self._near(scene):
            differing = self._differing(web, changes, scene.snapshot)
            if differing or starters.keys() - web.origins.keys():
                return _woven(graph(), starters, web, differing)
            return web
        return _woven(graph(), starters)

    def _near(self, scene: Scene) -> Iterator[tuple[Web, Collection[Change]]]:
        """A known web since which only files changed, neither names nor settings; with these changes."""
        commits = self._kept.commits()
        same = [commit for commit in commits if commit == scene.commit]
        for commit in (*same, *[commit for commit in commits if commit != scene.commit][:_MOST_TRIED]):
            changes = self._since(commit, scene)
            if changes is None or any(map(is_structural, changes)):
                continue
            web = self._kept.get(commit)
            if web:
                yield web, changes
                return

    def _since(self, commit: str, scene: Scene) -> Collection[Change] | None:
        """What differs between a commit and the scene; None where the clone does not hold the commit."""
        if commit == scene.commit and not scene.uncommitted:
            return ()
        if self._repository.resolve(commit) is None:
            return None
        if scene.uncommitted:
            return self._repository.uncommitted_changes((commit,)).changes
        return self._repository.changes((commit,), scene.commit).changes

    def _differing(self, web: Web, changes: Collection[Change], snapshot: Snapshot) -> frozenset[str]:
        """The changed files of the web that no longer load what they did."""
        changed = [change for change in changes if change.path in web.strands]
        contents = snapshot.read([change.path for change in changed]) if changed else {}
        return frozenset(
            change.path
            for change in changed
            if self._name(change, contents.get(change.path)) != web.strands[change.path].imports
        )

    def _name(self, change: Change, content: bytes | None) -> str:
        """What a changed file loads now, by name."""
        if content is None:
            return ""
        from mlgitlab.analysis import records  # noqa: PLC0415 (with all readers of sources: only for what changed)
        from mlgitlab.analysis.parses import known, parsed  # noqa: PLC0415

        asked = (self._parses, change.path, change.new_blob)
        return records.name_of(known(*asked) or parsed(*asked, content))


def _woven(
    graph: ImportGraph, starters: Mapping[str, Starter], known: Web | None = None, changed: Collection[str] = ()
) -> Web:
    from mlgitlab.analysis.weave import weave  # noqa: PLC0415 (most runs do without)

    return weave(graph, starters.values(), known, changed)
