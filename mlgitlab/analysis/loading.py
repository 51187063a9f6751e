"""What each step loads in one snapshot: from the shared web where that is exact, else by a walk of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from mlgitlab.analysis.references import Reads, Uses
from mlgitlab.analysis.starter import Starter
from mlgitlab.analysis.web import Origin, Web
from mlgitlab.frozen import dataclass

if TYPE_CHECKING:
    from mlgitlab.analysis.closure import Closure
    from mlgitlab.analysis.graph import ImportGraph

_FEW = 50


@cache
def _reads(reads: int, *, wild: bool) -> Reads:
    # What a wildcard may load may read docstrings and type comments, too.
    return Reads(reads) | (Reads.DOCS | Reads.TYPES if wild else Reads.NOTHING)


class Loaded(Protocol):
    """All that one step loads.

    opaque: it also runs something that cannot be looked into. missing: entry scripts that do not exist.
    reads: what it reads in the texts of modules, besides running them. uses: what its code takes from outside; None
    where that cannot be told. besides: those of the files that are no
    code, and that other steps may read in ways that nobody sees.
    """

    @property
    def files(self) -> Collection[str]:
        """Every file that it loads."""
        ...

    @property
    def opaque(self) -> bool: ...  # noqa: D102 (see the class)

    @property
    def missing(self) -> tuple[str, ...]: ...  # noqa: D102 (see the class)

    @property
    def reads(self) -> Reads: ...  # noqa: D102 (see the class)

    @property
    def uses(self) -> Uses | None: ...  # noqa: D102 (see the class)

    @property
    def besides(self) -> frozenset[str]: ...  # noqa: D102 (see the class)

    def among(self, paths: Collection[str]) -> Collection[str]:
        """Those of the paths that it loads."""
        ...

    def chain(self, path: str) -> tuple[str, ...]:
        """From a loaded path up to the entry point, each file with the one that loads it."""
        ...

    def is_certain(self, path: str) -> bool:
        """Whether a loaded path is meant, and not only within reach of an import that nobody can resolve."""
        ...


class Loading:
    """The steps of one snapshot. `graph` is called only for a step that the web cannot answer for."""

    def __init__(self, web: Web, graph: Callable[[], ImportGraph]) -> None:
        self.web = web
        self._graph = graph
        self._known: dict[str, Loaded] = {}
        self._is_shared = True

    def of(self, starter: Starter) -> Loaded:
        """What a starter of the web loads."""
        name = starter.name
        if name not in self._known:
            self._known[name] = self._look(starter, self.web.origins[name])
        return self._known[name]

    @property
    def links(self) -> Mapping[str, str]:
        """Each symbolic link, and the path in the repository that it really leads to."""
        return self.web.links

    def is_that_of(self, other: Loading) -> bool:
        """Whether every answer so far came from the one web of both, and from nothing else."""
        return self.web is other.web and other._is_shared

    def _look(self, starter: Starter, origin: Origin) -> Loaded:
        self._is_shared &= origin.shared and not origin.wild
        if origin.shared:
            return Spread(self.web, origin, lambda: self.everything)
        from mlgitlab.analysis.closure import closure_of  # noqa: PLC0415 (most runs do without)

        return Walked(closure_of(self._graph(), starter.entries(), starter.source_roots))

    @cached_property
    def everything(self) -> frozenset[str]:
        """Every file of the snapshot that can be loaded at all."""
        return frozenset(self._graph().everything())


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk of the step's own found."""

    closure: Closure

    @property
    def files(self) -> Collection[str]:
        """Every file that the walk found."""
        return self.closure.files.keys()

    @property
    def opaque(self) -> bool:
        """Whether the walk came to something that cannot be looked into."""
        return self.closure.opaque

    @property
    def missing(self) -> tuple[str, ...]:
        """Entry scripts that do not exist."""
        return self.closure.missing

    @property
    def reads(self) -> Reads:
        """What the files read in the texts of others."""
        return self.closure.reads

    @property
    def uses(self) -> Uses | None:
        """What the files take from outside."""
        return self.closure.uses

    @property
    def besides(self) -> frozenset[str]:
        """What is no code among the files."""
        return self.closure.besides

    def among(self, paths: Collection[str]) -> Collection[str]:
        """Those of the paths that the walk found."""
        return self.closure.files.keys() & paths

    def chain(self, path: str) -> tuple[str, ...]:
        """From the path up to the entry point."""
        return self.closure.chain(path)

    def is_certain(self, path: str) -> bool:
        """Whether no wildcard import stands at the end of the chain."""
        chain = self.closure.chain(path)
        return len(chain) < 2 or chain[1] not in self.closure.wildcards


class Spread:
    """What the shared web says of an origin. `rest` is what only imports that nobody can resolve may reach."""

    def __init__(self, web: Web, origin: Origin, everything: Callable[[], frozenset[str]]) -> None:
        self._web = web
        self._origin = origin
        self._everything = everything

    @cached_property
    def _found(self) -> frozenset[str]:
        found = self._web.spread(self._origin)
        assert found is not None, "the origin is shared"
        return found

    @cached_property
    def _rest(self) -> frozenset[str]:
        return self._everything() - self._found if self._origin.wild else frozenset()

    @property
    def files(self) -> Collection[str]:
        """Every file that the step's origin leads to."""
        return self._found | self._rest

    @property
    def opaque(self) -> bool:
        """Whether the command, or a file that it loads, runs something that cannot be looked into."""
        return self._origin.opaque

    @property
    def missing(self) -> tuple[str, ...]:
        """Entry scripts that do not exist."""
        return self._origin.missing

    @property
    def reads(self) -> Reads:
        """What the files read in the texts of others."""
        return _reads(self._origin.reads, wild=self._origin.wild)

    @property
    def uses(self) -> Uses | None:
        """What the files take from outside."""
        if self._origin.wild or self._origin.opaque:
            return None
        found = self._web.uses(self._found)
        return replace(found, own=found.own | (found.modules & self._origin.names))

    @property
    def besides(self) -> frozenset[str]:
        """Nothing: where files other than code count, a walk of the step's own finds them."""
        return frozenset()

    def among(self, paths: Collection[str]) -> Collection[str]:
        """Those of the paths that the origin leads to."""
        if len(paths) <= _FEW:  # from the paths to the origins, once for all steps
            known = frozenset(path for path in paths if self._web.leads(path, self._origin.files))
        else:
            known = self._found.intersection(paths)
        return known | self._rest.intersection(paths) if self._origin.wild else known

    def chain(self, path: str) -> tuple[str, ...]:
        """From the path up to the entry point; through the nearest wildcard where nothing else leads there."""
        way = self._web.way(path, self._origin.files)
        if way or path not in self._rest:
            return way
        wildcards = self._web.wildcards_in(self._found)
        ways = (self._web.way(wildcard, self._origin.files) for wildcard in wildcards)
        return (path, *min(ways, key=lambda way: (len(way), way)))

    def is_certain(self, path: str) -> bool:
        """Whether an import that can be resolved leads there."""
        return self._web.leads(path, self._origin.files)
