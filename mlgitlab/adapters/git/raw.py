"""From git's raw, NUL-terminated difference to a sorted tuple of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mlgitlab import paths
from mlgitlab.changes import Change, ChangeKind

_NO_MODE = "000000"
_KINDS = {"A": ChangeKind.ADDED, "D": ChangeKind.DELETED, "T": ChangeKind.TYPE_CHANGED}


def parse(records: list[bytes]) -> dict[str, Change]:
    """Changes by path, from the records of `--raw -z --no-renames`: header and name in turn.

    https://git-scm.com/docs/git-diff#_raw_output_format
    """
    found: dict[str, Change] = {}
    names = iter(records)
    for header in names:
        change = _change(header.decode("ascii"), paths.decode(next(names)))
        # A conflict is listed as unmerged, and again as modified: the second line knows more.
        found[change.path] = change
    return found


def _change(header: str, path: str) -> Change:
    old_mode, new_mode, old_blob, new_blob, status = header.removeprefix(":").split(" ")
    old_blob, new_blob = _known(old_blob), _known(new_blob)
    kind = _KINDS.get(status[0], ChangeKind.MODIFIED)
    if kind is ChangeKind.MODIFIED and old_blob and old_blob == new_blob and old_mode != new_mode:
        kind = ChangeKind.MODE_CHANGED
    return Change(
        path=path,
        kind=kind,
        old_mode="" if old_mode == _NO_MODE else old_mode,
        new_mode="" if new_mode == _NO_MODE else new_mode,
        old_blob=old_blob,
        new_blob=new_blob,
    )


def _known(blob: str) -> str:
    return blob if blob.strip("0") else ""  # zeros: the side does not exist, or git has not hashed it


def union(differences: Iterable[Mapping[str, Change]]) -> dict[str, Change]:
    """One change for each path that differs from any base.

    Where bases disagree on what the path was, its old blob is left empty: a comparison with one
    of them would say nothing about the other.
    """
    merged: dict[str, Change] = {}
    for difference in differences:
        for path, change in difference.items():
            earlier = merged.setdefault(path, change)
            if earlier != change:
                merged[path] = _either(earlier, change)
    return merged


def _either(one: Change, other: Change) -> Change:
    return replace(
        one,
        kind=one.kind if one.kind is other.kind else ChangeKind.MODIFIED,
        old_mode=one.old_mode or other.old_mode,
        new_mode=one.new_mode or other.new_mode,
        old_blob=one.old_blob if one.old_blob == other.old_blob else "",
        uncommitted=one.uncommitted or other.uncommitted,
    )


def join_renames(changes: Mapping[str, Change]) -> tuple[Change, ...]:
    """All changes by path, with a deletion and an addition of the same blob pointing at each other.

    Only where exactly one file with that blob went and exactly one came; else nobody can tell
    which became which.
    """
    gone: dict[str, list[Change]] = defaultdict(list)
    come: dict[str, list[Change]] = defaultdict(list)
    for change in changes.values():
        if change.kind is ChangeKind.DELETED and change.old_blob:
            gone[change.old_blob].append(change)
        elif change.kind is ChangeKind.ADDED and change.new_blob:
            come[change.new_blob].append(change)
    joined = dict(changes)
    for blob, olds in gone.items():
        news = come.get(blob, [])
        if len(olds) == len(news) == 1:
            (old,), (new,) = olds, news
            joined[old.path] = replace(old, renamed_to=new.path)
            joined[new.path] = replace(new, renamed_from=old.path)
    return tuple(joined[path] for path in sorted(joined))
