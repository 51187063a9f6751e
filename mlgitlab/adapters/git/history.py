"""Questions about commits, answered only where the clone proves the answer, after fetching if need be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from mlgitlab.adapters.git import tags
from mlgitlab.adapters.git.fetching import Fetcher
from mlgitlab.adapters.git.process import Git
from mlgitlab.protocols import Line

T = TypeVar("T")
_FULL_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def is_object_name(rev: str) -> bool:
    """Whether the text is a full object name, of SHA-1 or SHA-256."""
    return _FULL_SHA.fullmatch(rev) is not None


class GitHistory:
    """The `History` of a clone, shallow or not.

    A shallow clone shows commits at its boundary as if they had no parents. An answer that the
    boundary could have falsified is no answer: the clone is deepened until it is proven.
    `remote_first` asks the remote for the tip of a branch before the clone's own copy, which is
    old in a CI job that re-uses its folder.
    """

    def __init__(self, git: Git, fetcher: Fetcher, *, bare: bool, remote_first: bool) -> None:
        self._git = git
        self._fetcher = fetcher
        self._bare = bare
        self._remote_first = remote_first

    def resolve(self, rev: str) -> str | None:
        """The commit that `rev` names in the clone."""
        if rev.startswith("-") or not rev or "\0" in rev:
            return None
        quiet = {"GIT_NO_LAZY_FETCH": "1"}
        answer = self._git.ask("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}", environ=quiet)
        return answer.text if answer.ok else None

    def obtain(self, sha: str, remote: str = "origin") -> bool:
        """Whether the commit is here, after fetching it if it was missing."""
        return is_object_name(sha) and set(sha) != {"0"} and self._fetcher.obtain(sha, remote)

    def parents(self, sha: str) -> tuple[str, ...]:
        """The parents as the commit object has them: `cat-file` knows nothing of shallow boundaries."""
        header = self._git.run("cat-file", "commit", sha).out.partition(b"\n\n")[0]
        lines = header.decode("utf-8", "replace").split("\n")
        return tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent "))

    def commits(self, tip: str, most: int | None = None, without: str = "") -> Line:
        """The commits from `tip` along first parents, as far as each can be compared with its own."""
        seen = self._settle(lambda: self._sees_line(tip, most, without), tip)
        line = self._listed(tip, most, without) if seen is None else seen
        parents = self.parents(line[-1]) if line and seen else ()
        if line and not parents:
            return Line(commits=line[:-1], base=line[-1], cut=seen is None)
        return Line(commits=line, base=next(iter(parents), ""))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        """Whether `ancestor` is reachable from `descendant`; None where the clone cannot tell."""
        if not (self.obtain(ancestor) and self.obtain(descendant)):
            return None
        return self._settle(lambda: self._sees_ancestor(ancestor, descendant), descendant)

    def merge_bases(self, one: str, other: str) -> tuple[str, ...] | None:
        """All best common ancestors; None where the clone cannot tell."""
        if not (self.obtain(one) and self.obtain(other)):
            return None
        return self._settle(lambda: self._sees_merge_bases(one, other), one, other)

    def branch_tip(self, branch: str, remote: str = "origin") -> str | None:
        """The commit at the tip of the remote's branch; on a laptop the clone's own copy comes first."""
        ref = f"refs/heads/{branch}"
        if branch.startswith("-") or not self._git.ask("check-ref-format", ref).ok:
            return None
        if self._remote_first:
            return self._remote_tip(ref, remote) or self._local_tip(branch, remote)
        return self._local_tip(branch, remote) or self._remote_tip(ref, remote)

    def current_branch(self) -> str | None:
        """The branch that HEAD names; None where it names a commit."""
        head = self._git.ask("symbolic-ref", "--quiet", "HEAD")
        return head.text.removeprefix("refs/heads/") if head.ok else None

    def default_branch(self) -> str | None:
        """What `origin` calls its HEAD; else `main` or `master` if only one exists; else git's own setting."""
        head = self._git.ask("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        if head.ok:
            return head.text.removeprefix("refs/remotes/origin/")
        if self._bare and (name := self.current_branch()) and self._local_tip(name, "origin"):
            return name
        usual = [name for name in ("main", "master") if self._local_tip(name, "origin")]
        if len(usual) == 1:
            return usual[0]
        configured = self._git.ask("config", "--get", "init.defaultBranch").text
        return configured if configured and self._local_tip(configured, "origin") else None

    def previous_tag(self, pattern: str, sha: str) -> tuple[str, str] | None:
        """The nearest tag like the glob `pattern` below `sha`, and its commit."""
        named = tags.matching(tags.known(self._git, self._fetcher if self._remote_first else None), pattern)
        parents = self.parents(sha)
        here = [self.obtain(parent) for parent in parents]
        if not (named and all(here)):
            return None
        proven = self._settle(lambda: self._sees_tag(named, parents), *parents)
        # Unproven, a nearer tag may hide: the one in sight is an earlier release all the same.
        nearest = tags.nearest(self._git, parents, named) if proven is None else proven
        return (named[nearest], nearest) if nearest else None

    def _settle(self, look: Callable[[], T | None], *tips: str) -> T | None:
        """Look, deepen, look again: until an answer is proven or nothing more can be fetched."""
        answer = look()
        if answer is None:
            for _ in self._fetcher.deepenings(*tips):
                answer = look()
                if answer is not None:
                    break
        return answer

    def _sees_line(self, tip: str, most: int | None, without: str) -> tuple[str, ...] | None:
        listed = self._listed(tip, most, without)
        return None if listed and listed[-1] in self._fetcher.boundary() else listed

    def _listed(self, tip: str, most: int | None, without: str) -> tuple[str, ...]:
        limits = [*([f"--max-count={most}"] if most else []), *([f"^{without}"] if without else [])]
        return self._git.run("rev-list", "--first-parent", *limits, tip, "--").lines

    def _sees_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        if self._git.run("merge-base", "--is-ancestor", ancestor, descendant, accept=(0, 1)).ok:
            return True
        # Behind a boundary commit that `ancestor` itself descends from, `ancestor` cannot be.
        return False if self._is_whole((descendant,), (ancestor,)) else None

    def _sees_merge_bases(self, one: str, other: str) -> tuple[str, ...] | None:
        found = tuple(sorted(self._git.run("merge-base", "--all", one, other, accept=(0, 1)).lines))
        if not self._is_whole((one, other), found):
            return None
        pairs = ((a, b) for a in found for b in found if a != b)
        # Two of them may be one, where a path from the better to the lesser one is not here.
        return found if all(self._is_whole((a,), (b,)) for a, b in pairs) else None

    def _sees_tag(self, named: dict[str, str], parents: tuple[str, ...]) -> str | None:
        nearest = tags.nearest(self._git, parents, named)
        whole = self._is_whole(parents, (nearest,) if nearest else ())
        return (nearest or "") if whole else None

    def _is_whole(self, tips: tuple[str, ...], without: tuple[str, ...]) -> bool:
        """Whether no history is hidden behind what is reachable from `tips` but not from `without`."""
        boundary = self._fetcher.boundary()
        if not (boundary and tips):
            return True
        region = self._git.run("rev-list", *tips, "--not", *without).lines
        return boundary.isdisjoint(region)

    def _local_tip(self, branch: str, remote: str) -> str | None:
        if remote != "origin":  # a fork's target: the clone's own branches say nothing about it
            return None
        return self.resolve(f"refs/remotes/{remote}/{branch}") or self.resolve(f"refs/heads/{branch}")

    def _remote_tip(self, ref: str, remote: str) -> str | None:
        sha = (self._fetcher.remote_refs(remote, ref) or {}).get(ref)
        return sha if sha and self.obtain(sha, remote) else None
