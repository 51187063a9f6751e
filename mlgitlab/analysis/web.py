"""Which file loads which under the module path that all steps share: walked once, asked by every step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from functools import cached_property

from mlgitlab import paths
from mlgitlab.analysis.references import Reads, Uses
from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """What is kept of one file.

    targets: the files that it can load. tops: the first names of the modules that it mentions; a folder on the
    module path of one step alone changes the answer where it holds one of them. `imports` names what was read
    in the file, so that a new content that says the same is known to load the same. special: what it loads
    depends on who starts it. relative: it has relative imports. reads: a number of `Reads`.
    modules: the first names of what it imports for certain, less the standard library; own: those that the
    repository itself may provide.
    """

    imports: str
    targets: frozenset[str] = frozenset()
    tops: frozenset[str] = frozenset()
    wildcard: bool = False
    opaque: bool = False
    special: bool = False
    relative: bool = False
    reads: int = 0
    modules: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one step begins: its files, the folders that it alone has on the module path, and the names in them.

    special: one of the folders is none that a name can be looked up in. What follows is true of its files together,
    as far as the web leads. shared: the web's answers are those of a walk of its own; wild: one may load any file.
    """

    files: tuple[str, ...]
    folders: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    special: bool = False
    shared: bool = False
    wild: bool = False
    opaque: bool = False
    reads: int = 0


@dataclass(frozen=True, kw_only=True)
class Web:
    """All files that any step's entry points load, with what each loads, and the steps' origins by name.

    loaders: the files that load a path, in the order of `strands`, where that is known without a look at all of them.
    links: each symbolic link, and the path in the repository that it really leads to.
    """

    strands: Mapping[str, Strand]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    loaders: Callable[[str], Iterable[str]] | None = field(default=None, compare=False)

    def spread(self, origin: Origin) -> frozenset[str] | None:
        """Every file that the origin loads; None where the step's own module path may change the answer."""
        if origin.special:
            return None
        found = set(origin.files)
        frontier: Collection[str] = found
        try:
            while frontier:
                reached = frozenset().union(*[self.strands[path].targets for path in frontier])
                frontier = reached - found
                found |= frontier
        except KeyError:
            return None
        if not self._special.isdisjoint(found):
            return None
        if origin.folders and self._is_personal(origin, found):
            return None
        return frozenset(found)

    def _is_personal(self, origin: Origin, found: set[str]) -> bool:
        if any(not found.isdisjoint(self._mentions.get(name, ())) for name in origin.names):
            return True
        return any(paths.is_within(path, folder) for path in found & self._relative for folder in origin.folders)

    def wildcards_in(self, found: Collection[str]) -> frozenset[str]:
        """Those of the files that may load any other."""
        return self._wildcards & frozenset(found)

    def is_opaque(self, found: frozenset[str]) -> bool:
        """Whether one of the files runs something that cannot be looked into."""
        return not self._opaque.isdisjoint(found)

    def reads(self, found: frozenset[str]) -> Reads:
        """What the files read in the texts of others."""
        reads = Reads.NOTHING
        for path in self._readers & found:
            reads |= Reads(self.strands[path].reads)
        return reads

    def uses(self, found: frozenset[str]) -> Uses:
        """What the files take from outside."""
        strands = [self.strands[path] for path in found]
        empty: frozenset[str] = frozenset()
        return Uses(
            modules=empty.union(*[strand.modules for strand in strands]),
            own=empty.union(*[strand.own for strand in strands]),
            mentions=empty.union(*[strand.tops for strand in strands]),
        )

    def leads(self, path: str, starts: Collection[str]) -> bool:
        """Whether one of the starts loads the file."""
        return path in self.strands and not self._ways(path)[1].keys().isdisjoint(starts)

    def way(self, path: str, starts: Iterable[str]) -> tuple[str, ...]:
        """A shortest way from a file up to one of the starts that loads it; empty where none does."""
        following, distances = self._ways(path)
        reached = [(distances[start], start) for start in starts if start in distances]
        if not reached:
            return ()
        chain = [min(reached)[1]]
        while chain[-1] != path:
            chain.append(following[chain[-1]])
        return tuple(reversed(chain))

    def _ways(self, path: str) -> tuple[Mapping[str, str], Mapping[str, int]]:
        """For each file that leads to `path` the next one on the way, and how far it is."""
        if path not in self._known_ways:
            following: dict[str, str] = {}
            distances = {path: 0}
            frontier = [path]
            loaders_of = self.loaders or (lambda target: self._loaders.get(target, ()))
            while frontier:
                level: dict[str, str] = {}
                for target in frontier:
                    for loader in loaders_of(target):
                        if loader not in distances and loader not in level:
                            level[loader] = target
                for loader, target in level.items():
                    distances[loader] = distances[target] + 1
                following |= level
                frontier = sorted(level)
            self._known_ways[path] = (following, distances)
        return self._known_ways[path]

    @cached_property
    def _known_ways(self) -> dict[str, tuple[Mapping[str, str], Mapping[str, int]]]:
        return {}

    @cached_property
    def _loaders(self) -> Mapping[str, list[str]]:
        loaders: dict[str, list[str]] = {}
        for path, strand in self.strands.items():
            for target in strand.targets:
                loaders.setdefault(target, []).append(path)
        return loaders

    @cached_property
    def _mentions(self) -> Mapping[str, list[str]]:
        mentions: dict[str, list[str]] = {}
        for path, strand in self.strands.items():
            for top in strand.tops:
                mentions.setdefault(top, []).append(path)
        return mentions

    @cached_property
    def _special(self) -> frozenset[str]:
        return frozenset(path for path, strand in self.strands.items() if strand.special)

    @cached_property
    def _wildcards(self) -> frozenset[str]:
        return frozenset(path for path, strand in self.strands.items() if strand.wildcard)

    @cached_property
    def _readers(self) -> frozenset[str]:
        return frozenset(path for path, strand in self.strands.items() if strand.reads)

    @cached_property
    def _opaque(self) -> frozenset[str]:
        return frozenset(path for path, strand in self.strands.items() if strand.opaque)

    @cached_property
    def _relative(self) -> frozenset[str]:
        return frozenset(path for path, strand in self.strands.items() if strand.relative)
