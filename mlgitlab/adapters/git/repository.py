"""One repository: its history, its trees, and the differences between them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property

from mlgitlab.adapters.git import raw, worktree
from mlgitlab.adapters.git.credentials import Credentials
from mlgitlab.adapters.git.fetching import Fetcher
from mlgitlab.adapters.git.history import GitHistory, is_object_name
from mlgitlab.adapters.git.location import Location, locate
from mlgitlab.adapters.git.objects import TreeSnapshot
from mlgitlab.adapters.git.process import forget_hooks
from mlgitlab.changes import Change, ChangeSet
from mlgitlab.protocols import Entry, Snapshot

_MOST_SNAPSHOTS = 16
# `diff-tree` reads the index, which it has no use for, and which is large in a large repository: here it finds none.
_NO_INDEX = {"GIT_INDEX_FILE": os.path.join(os.path.dirname(__file__), "no-index")}  # noqa: PTH118, PTH120 (a text)


def open_repository(
    directory: str,
    *,
    trusted: bool,
    fetch_seconds: float,
    token: str = "",
    token_host: str = "",
    report: Callable[[str], None],
) -> GitRepository:
    """The repository that `directory` lies in.

    `trusted`: a CI job made the clone, so its owner is not questioned, and a branch's tip is asked of
    the remote first. `fetch_seconds`: time for all fetches together; 0 never fetches. `token` is
    sent by https to `token_host` only. `report` gets a line for each fetch and for what failed.

    Raises UsageError for a folder without a repository or a repository without a commit, WorldError
    where git is missing or refuses the folder.
    """
    forget_hooks()
    location = locate(directory, trusted=trusted, credentials=Credentials(token=token, host=token_host))
    return GitRepository(location, fetch_seconds=fetch_seconds, remote_first=trusted, report=report)


class GitRepository(GitHistory):
    """The `Repository` of a folder on disk. `folder` is its top level, `bare` whether it has no work tree."""

    def __init__(
        self, location: Location, *, fetch_seconds: float, remote_first: bool, report: Callable[[str], None]
    ) -> None:
        git = location.git
        fetcher = Fetcher(git, shallow_file=lambda: location.private("shallow"), seconds=fetch_seconds, report=report)
        super().__init__(git, fetcher, bare=location.bare, remote_first=remote_first and fetch_seconds > 0)
        self._location = location
        self._snapshots: dict[str, TreeSnapshot] = {}
        self.folder = location.folder
        self.bare = location.bare

    @cached_property
    def empty_tree(self) -> str:
        """The tree without files. Asked, not written down: it has another name in a SHA-256 repository."""
        return self._git.run("hash-object", "-t", "tree", "--stdin", stdin=b"").text

    def allow_fetching(self, seconds: float) -> None:
        """Replace the bound on the time for all fetches, once the configuration has said what it is."""
        self._fetcher.allow(seconds)

    def changes(self, bases: tuple[str, ...], head: str) -> ChangeSet:
        """What differs between any base (commit or tree) and `head`; no blob is read.

        Raises WorldError when a base or `head` is not in the clone, never an empty answer.
        """
        against = [self._difference(base, head) for base in bases]
        return ChangeSet(changes=raw.join_renames(raw.union(against)))

    def _difference(self, base: str, head: str) -> dict[str, Change]:
        found = raw.parse(self._git.run("diff-tree", "-r", *worktree.RAW, base, head, "--", environ=_NO_INDEX).records)
        olds, news = self._snapshot(base).seen, self._snapshot(head).seen
        for path, change in found.items():
            if change.old_mode:
                olds[path] = Entry(mode=change.old_mode, blob=change.old_blob)
            if change.new_mode:
                news[path] = Entry(mode=change.new_mode, blob=change.new_blob)
        return found

    def uncommitted_changes(self, bases: tuple[str, ...]) -> ChangeSet:
        """What differs between any base and the files on disk, untracked ones included."""
        head = self.resolve("HEAD") or self.empty_tree
        if self.bare:
            return self.changes(bases, head)
        return ChangeSet(changes=worktree.uncommitted(self._location, bases, head))

    def snapshot(self, rev: str) -> Snapshot:
        """The files of a commit or tree."""
        return self._snapshot(rev)

    def _snapshot(self, rev: str) -> TreeSnapshot:
        made = TreeSnapshot(git=self._git, rev=rev, promisor=lambda: self._promisor)
        if not is_object_name(rev):
            return made
        # What an object name means never changes: its tree is listed once, while it is among those last asked for.
        found = self._snapshots.pop(rev, made)
        self._snapshots[rev] = found
        if len(self._snapshots) > _MOST_SNAPSHOTS:
            del self._snapshots[next(iter(self._snapshots))]
        return found

    @cached_property
    def _promisor(self) -> str:
        if self._location.names_no_promisor():
            return ""
        promised = self._git.ask("config", "--get-regexp", r"^remote\..*\.promisor$").lines
        return promised[0].split(" ")[0].removeprefix("remote.").removesuffix(".promisor") if promised else ""

    def work_tree(self) -> Snapshot | None:
        """The files on disk; None in a bare repository."""
        return None if self.bare else worktree.WorkTreeSnapshot(location=self._location)
