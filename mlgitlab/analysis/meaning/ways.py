"""How a lock's graph leads to a distribution: under which conditions it is installed, and for which projects.

A lock that says with each distribution when it is installed needs none of this. In others (uv.lock) the conditions
stand on the way: a marker, an extra, a group. A change there can install a distribution, or another version of it,
while its own entry stays the same. So each distribution's part holds its ways; but where a project needs it without
condition no further way of that project says more, so that a new linter changes nothing that was there before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from mlgitlab.analysis.meaning.values import Data

_MOST_STEPS = 200_000
_Projects = frozenset[str]
_Words = tuple[str, str, str, str]  # what an edge says, but for where it comes from


class Node(NamedTuple):
    """A distribution, or one of its extras or groups."""

    name: str
    part: str = ""


class Edge(NamedTuple):
    """A need.

    condition: a marker and the like, empty for none.
    choice: what tells several entries of one name apart.
    """

    source: Node
    target: Node
    condition: str = ""
    choice: str = ""


class _Told(NamedTuple):
    edges: list[tuple[_Words, Node, _Projects]]
    conditions: Mapping[_Words, _Projects]


class Ways:
    """The ways from projects to the distributions of one lock.

    always: where projects start, by name; sometimes: further starts, which are installed on demand.
    several: names with more than one entry, of which the ways decide which is installed.
    Raises ValueError for a graph in which it would take too long to follow them.
    """

    def __init__(
        self,
        edges: Iterable[Edge],
        *,
        always: Mapping[Node, _Projects],
        sometimes: Mapping[Node, _Projects],
        several: Collection[str] = (),
    ) -> None:
        known = sorted(set(edges))
        self._into: defaultdict[Node, list[Edge]] = defaultdict(list)
        for edge in known:
            self._into[edge.target].append(edge)
        self._several = frozenset(several)
        self._told: dict[Node, _Told] = {}
        self._steps = 0
        certain = (edge for edge in known if not edge.condition and edge.source.name not in self._several)
        self._always = self._spread(always, certain)
        self._owners = self._spread({**sometimes, **always}, known)

    def of(self, name: str) -> Data:
        """What decides whether and for which projects a distribution is installed, for a digest."""
        start = Node(name)
        settled = self._constantly(start)
        seen, pending = {start}, [start]
        found: set[tuple[str, ...]] = set()
        while pending:
            told = self._told_of(pending.pop())
            self._count(len(told.edges))
            for words, source, owners in told.edges:
                if owners and owners <= settled | told.conditions[words]:
                    continue  # it serves only projects that have the distribution anyway, or on the same condition
                found.add((*words, *source))
                if source not in seen:
                    seen.add(source)
                    pending.append(source)
            found |= {
                (*words, "", *sorted(more)) for words, some in told.conditions.items() if (more := some - settled)
            }
        return tuple(sorted(settled)), tuple(sorted(found))

    def _told_of(self, node: Node) -> _Told:
        """The edges to a node, and for each condition the projects of which nothing else decides."""
        if node not in self._told:
            edges: list[tuple[_Words, Node, _Projects]] = []
            conditions: defaultdict[_Words, _Projects] = defaultdict(_Projects)
            for edge in self._into[node]:
                words = (*node, edge.condition, edge.choice if node.name in self._several else "")
                edges.append((words, edge.source, _Projects(self._owners[edge.source])))
                conditions[words] |= self._constantly(edge.source)
            self._told[node] = _Told(edges, conditions)
        return self._told[node]

    def _constantly(self, node: Node) -> _Projects:
        return _Projects() if node.name in self._several else _Projects(self._always[node])

    def _spread(self, seeds: Mapping[Node, _Projects], edges: Iterable[Edge]) -> defaultdict[Node, set[str]]:
        """For each node the projects from which the edges lead there."""
        after: defaultdict[Node, list[Node]] = defaultdict(list)
        for edge in edges:
            after[edge.source].append(edge.target)
        reached: defaultdict[Node, set[str]] = defaultdict(set)
        pending = list(seeds.items())
        while pending:
            node, projects = pending.pop()
            new = projects - reached[node]
            if not new:
                continue
            reached[node] |= new
            self._count(len(after[node]))
            pending.extend((target, new) for target in after[node])
        return reached

    def _count(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise ValueError("too many ways")


def rootless(edges: Iterable[Edge], names: Collection[str]) -> Ways:
    """The ways in a lock that leaves its project out: it starts at the distributions that no other one needs.

    names: of all entries, as often as they occur.
    """
    edges = list(edges)
    needed = {edge.target.name for edge in edges if edge.source.name != edge.target.name}
    project = frozenset({""})
    nodes = {node for edge in edges for node in (edge.source, edge.target)} | {Node(name) for name in names}
    return Ways(
        edges,
        always={Node(name): project for name in sorted(set(names) - needed)},
        sometimes=dict.fromkeys(sorted(nodes), project),
        several={name for name, count in Counter(names).items() if count > 1},
    )
