"""A history in memory, drawn as text, that behaves as a clone and its server do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from mlgitlab.protocols import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


T = TypeVar("T")


def parse(drawing: str) -> dict[str, tuple[str, ...]]:
    """Parents by commit from lines such as `M B C`: the commit, then its parents in order; oldest first."""
    lines = (line.split() for line in drawing.strip().splitlines())
    return {commit: tuple(parents) for commit, *parents in lines}


def sha(name: str) -> str:
    """The SHA of a drawn commit."""
    return hashlib.sha1(name.encode()).hexdigest()


@dataclass(kw_only=True)
class MemoryHistory:
    """The `History` of a clone. Commits are drawn by name and answered by SHA.

    `here`: the commits that the clone holds, all where not said. `gone`: commits that no server gives out.
    `online`: whether there is a server. `remotes`: branches by remote; `fetched` remembers what was fetched.
    """

    drawing: str
    here: set[str] | None = None
    gone: frozenset[str] = frozenset()
    online: bool = True
    branches: Mapping[str, str] = field(default_factory=dict)
    remotes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    current: str | None = None
    fetched: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._parents = parse(self.drawing)
        self._names = {sha(name): name for name in self._parents}
        self._here = set(self._parents) - self.gone if self.here is None else set(self.here)

    def resolve(self, rev: str) -> str | None:
        tracking = {f"refs/remotes/origin/{name}": tip for name, tip in self.remotes.get("origin", {}).items()}
        name = {**tracking, **self.branches, **self.tags}.get(rev) or self._names.get(rev)
        return sha(name) if name in self._here else None

    def obtain(self, sha: str, remote: str = "origin") -> bool:
        name = self._names.get(sha)
        if name is None or name in self.gone:
            return False
        if name not in self._here:
            if not self.online:
                return False
            self.fetched.append((name, remote))
            self._here.add(name)
        return True

    def parents(self, sha: str) -> tuple[str, ...]:
        return self._shas(self._parents[self._names[sha]])

    def commits(self, tip: str, most: int | None = None, without: str = "") -> Line:
        seen = self._settle(lambda: self._sees_line(tip, most, without))
        line = self._line(tip, most, without) if seen is None else seen
        if not line:
            return Line()
        parent = self._parents[line[-1]][:1]
        if seen is None or not parent:
            return Line(commits=self._shas(line[:-1]), base=sha(line[-1]), cut=seen is None)
        return Line(commits=self._shas(line), base=sha(parent[0]))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        if not (self.obtain(ancestor) and self.obtain(descendant)):
            return None
        one, other = self._names[ancestor], self._names[descendant]
        return self._settle(lambda: self._sees_ancestor(one, other))

    def merge_bases(self, one: str, other: str) -> tuple[str, ...] | None:
        if not (self.obtain(one) and self.obtain(other)):
            return None
        names = self._names[one], self._names[other]
        bases = self._settle(lambda: self._sees_merge_bases(*names))
        return None if bases is None else tuple(sorted(self._shas(bases)))

    def branch_tip(self, branch: str, remote: str = "origin") -> str | None:
        name = self.remotes.get(remote, {}).get(branch) or (self.branches.get(branch) if remote == "origin" else None)
        return sha(name) if name and self.obtain(sha(name), remote) else None

    def current_branch(self) -> str | None:
        return self.current

    def default_branch(self) -> str | None:
        return self.default

    def previous_tag(self, pattern: str, sha: str) -> tuple[str, str] | None:
        named = {name: tag for tag, name in sorted(self.tags.items()) if fnmatchcase(tag, pattern)}
        self._settle(lambda: None)
        below = self._reach(self._parents[self._names[sha]])
        # Drawn oldest first, so the last one drawn is the nearest.
        nearest = next((name for name in reversed(self._parents) if name in below and name in named), None)
        return (named[nearest], self._shas([nearest])[0]) if nearest else None

    def _shas(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sha(name) for name in names)

    def _settle(self, look: Callable[[], T | None]) -> T | None:
        answer = look()
        if answer is None and self.online:
            self._here = set(self._parents) - self.gone
            answer = look()
        return answer

    def _sees_line(self, tip: str, most: int | None, without: str) -> list[str] | None:
        line = self._line(tip, most, without)
        return None if line and set(self._parents[line[-1]]) - self._here else line

    def _line(self, tip: str, most: int | None, without: str) -> list[str]:
        hidden = self._reach([self._names[without]]) if without else set()
        line: list[str] = []
        names = [self._names[tip]]
        while names and names[0] in self._here - hidden and len(line) != most:
            line.append(names[0])
            names = list(self._parents[names[0]])
        return line

    def _reach(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = [name for name in names if name in self._here]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [parent for parent in self._parents[name] if parent in self._here]
        return found

    def _is_whole(self, names: Iterable[str]) -> bool:
        return all(parent in self._here for name in names for parent in self._parents[name])

    def _sees_ancestor(self, one: str, other: str) -> bool | None:
        below = self._reach([other])
        if one in below:
            return True
        return False if self._is_whole(below - self._reach([one])) else None

    def _sees_merge_bases(self, one: str, other: str) -> set[str] | None:
        ours, theirs = self._reach([one]), self._reach([other])
        common = ours & theirs
        best = {name for name in common if not any(name in self._reach(self._parents[later]) for later in common)}
        return best if self._is_whole((ours | theirs) - self._reach(best)) else None
