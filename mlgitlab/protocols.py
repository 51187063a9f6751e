"""What deciding code asks of the world; `mlgitlab.cli.wiring` supplies the real answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from mlgitlab.changes import ChangeSet
from mlgitlab.frozen import dataclass


class Entry(NamedTuple):
    """One path of a tree: its git mode (`100644`, `120000`, `160000`, ...) and object name."""

    mode: str
    blob: str


class Snapshot(Protocol):
    """The repository's files at one moment: a commit, or the work tree."""

    def entries(self) -> Mapping[str, Entry]:
        """Every path of the tree, submodules and links included, ignored files left out."""
        ...

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """The content of those paths that exist here as files or links, in one batch."""
        ...

    def through(self, paths: Iterable[str], work: Callable[[str, bytes], bytes]) -> Mapping[str, bytes]:
        """What `work` makes of the content of each of those paths that exist here as files or links.

        Many are shared out to several processes: `work` depends on its arguments alone, and changes nothing.
        """
        ...

    def blobs(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Git's names for the contents of those paths that exist here, by its own filters for line ends."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Commits along first parents, the newest first, and the first parent of the oldest.

    `cut`: the clone ends before the line does.
    """

    commits: tuple[str, ...] = ()
    base: str = ""
    cut: bool = False


class History(Protocol):
    """Questions about commits. Each may fetch, within a bound on time, when the clone is shallow.

    An answer of None means: cannot be known here, not even after fetching.
    """

    def resolve(self, rev: str) -> str | None:
        """The commit's full object name, without fetching."""
        ...

    def obtain(self, sha: str, remote: str = "origin") -> bool:
        """Whether the commit is here, after fetching exactly it if it was missing."""
        ...

    def parents(self, sha: str) -> tuple[str, ...]:
        """The parents that the commit object names, whether the clone holds them or not."""
        ...

    def commits(self, tip: str, most: int | None = None, without: str = "") -> Line:
        """The commits from `tip` along first parents: at most so many, and none that `without` can reach.

        Those that have a first parent, here; where the clone ends too early, fewer.
        """
        ...

    def is_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        """Whether `ancestor` is reachable from `descendant` (a commit is its own ancestor)."""
        ...

    def merge_bases(self, one: str, other: str) -> tuple[str, ...] | None:
        """All best common ancestors, sorted: several after a criss-cross, none for unrelated histories."""
        ...

    def branch_tip(self, branch: str, remote: str = "origin") -> str | None:
        """The commit that a branch points to, fetched if it is missing."""
        ...

    def current_branch(self) -> str | None:
        """The branch that is checked out; None on a detached HEAD."""
        ...

    def default_branch(self) -> str | None:
        """The default branch's name, as far as the clone knows it."""
        ...

    def previous_tag(self, pattern: str, sha: str) -> tuple[str, str] | None:
        """Name and commit of the nearest tag like `pattern` reachable from, but not at, `sha`."""
        ...


class Repository(History, Protocol):
    """A git repository: its history, its trees and the differences between them."""

    @property
    def empty_tree(self) -> str:
        """The name of the tree without files."""
        ...

    def allow_fetching(self, seconds: float) -> None:
        """Replace the bound on the time for all fetches, once the configuration has said what it is."""
        ...

    def changes(self, bases: tuple[str, ...], head: str) -> ChangeSet:
        """The union of the differences between each base (commit or tree) and `head`."""
        ...

    def uncommitted_changes(self, bases: tuple[str, ...]) -> ChangeSet:
        """The same against the work tree, untracked files included."""
        ...

    def snapshot(self, rev: str) -> Snapshot:
        """The files of a commit or tree."""
        ...

    def work_tree(self) -> Snapshot | None:
        """The files on disk; None in a bare repository."""
        ...


class Cache(Protocol):
    """Contents by name that may be gone at any time. What is there is what was put under that name, or nothing."""

    def get(self, name: str) -> bytes | None:
        """The content; None where there is none, or where it is not what was written."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, as far as that is possible."""
        ...

    def drop(self, name: str) -> None:
        """Keep it no longer."""
        ...

    def names(self, folder: str) -> tuple[str, ...]:
        """The names below `folder/`, the newest first."""
        ...


class JobTemplates(Protocol):
    """The Jinja2 files in `templates/jobs/`, those of the user first."""

    def render(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """The job that the template makes of the values, as plain data.

        Raises ConfigError for a template that fails, or whose result is no YAML mapping.
        """
        ...
