"""Changes as somebody lists them (`--changed-files`): checked, normalised, and never trusted to be empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from mlgitlab import paths
from mlgitlab.changes import Change, ChangeKind, ChangeSet
from mlgitlab.errors import UsageError
from mlgitlab.protocols import Entry

# A file that is gone may have been imported, and only a base could say by whom.
_CODE = frozenset({".py", ".pyi", ".pyx", ".ipynb", ".so", ".sh", ""})


def read(content: bytes) -> tuple[str, ...]:
    """Paths separated by NUL where there is one, else by line; raises UsageError for one that leads outside."""
    separator = b"\0" if b"\0" in content else b"\n"
    found = (line.removesuffix(b"\r") if separator == b"\n" else line for line in content.split(separator))
    names = tuple(paths.decode(name) for name in found if name)
    outside = [name for name in names if name.startswith("/") or ".." in name.split("/")]
    if outside:
        raise UsageError(
            f"--changed-files names {paths.show(outside[0])!r}, which is not a path in the repository",
            "paths start at the repository's root, as `git diff --name-only -z` prints them",
        )
    return tuple(sorted({paths.normalise(name) for name in names} - {""}))


def changes(names: Iterable[str], entries: Mapping[str, Entry], *, has_base: bool) -> ChangeSet:
    """The listed paths as changes.

    An empty list is no proof that nothing changed: a failed command prints one, too.
    """
    listed = tuple(names)
    if not listed:
        return ChangeSet(complete=False, why="--changed-files is empty, as the output of a failed command would be")
    gone = [name for name in listed if name not in entries and PurePosixPath(name).suffix in _CODE]
    if gone and not has_base:
        why = f"{paths.show(gone[0])} does not exist, and without --base nothing says what imported it"
        return ChangeSet(changes=_as_changes(listed, entries), complete=False, why=why)
    return ChangeSet(changes=_as_changes(listed, entries))


def _as_changes(listed: Iterable[str], entries: Mapping[str, Entry]) -> tuple[Change, ...]:
    return tuple(
        Change(path=name, kind=ChangeKind.LISTED, new_mode=entries[name].mode if name in entries else "")
        for name in listed
    )
