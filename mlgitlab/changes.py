"""What a diff says: which paths changed, how, and between which blobs."""

from __future__ import annotations

from enum import StrEnum

from mlgitlab.frozen import dataclass

GITLINK_MODE = "160000"
SYMLINK_MODE = "120000"
TREE_MODE = "040000"


def is_file_mode(mode: str) -> bool:
    """Whether a mode is that of a file, executable or not; a link, a submodule or a folder is none."""
    return mode.startswith("100")


class ChangeKind(StrEnum):
    """How a path changed; the names are git's own (`git diff --raw`), spelled out."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    TYPE_CHANGED = "type-changed"
    MODE_CHANGED = "mode-changed"
    LISTED = "listed"  # named by --changed-files: nobody said how


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Change:
    """One changed path. Modes and object names are empty where a side does not exist or is not known.

    A rename is two changes, so that rules for the old place fire too; `renamed_from` and
    `renamed_to` join the halves whose blob is the same.
    """

    path: str
    kind: ChangeKind
    old_mode: str = ""
    new_mode: str = ""
    old_blob: str = ""
    new_blob: str = ""
    renamed_from: str = ""
    renamed_to: str = ""
    uncommitted: bool = False

    @property
    def is_tree(self) -> bool:
        """Whether the path stands for everything below it (a submodule, or a link that may lead to a folder)."""
        return bool({self.old_mode, self.new_mode} & {GITLINK_MODE, SYMLINK_MODE, TREE_MODE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """All changes between baseline and head, sorted by path, each path once.

    `complete` is False where the list could not be proven to be all of them; `why` then says so,
    and everything has to run.
    """

    changes: tuple[Change, ...] = ()
    complete: bool = True
    why: str = ""
