"""The differences in meaning of the files that a change touches: both contents read, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mlgitlab.analysis.meaning.registry import kind_of
from mlgitlab.analysis.meaning.values import Kind, Meaning
from mlgitlab.changes import Change, ChangeKind, is_file_mode
from mlgitlab.planning.differences import Difference
from mlgitlab.protocols import Snapshot

_WHOLE = (ChangeKind.ADDED, ChangeKind.DELETED)


def differences(changes: Iterable[Change], bases: Sequence[Snapshot], head: Snapshot) -> Mapping[str, Difference]:
    """The difference of each changed file whose two meanings can be told; what is missing counts as a whole."""
    kinds = {change: kind for change in changes if _is_comparable(change) and (kind := kind_of(change.path))}
    olds = _old_contents([change for change in kinds if change.kind is not ChangeKind.ADDED], bases)
    news = head.read([change.path for change in kinds if change.kind is not ChangeKind.DELETED])
    found = {change.path: _difference(change, kind, olds, news) for change, kind in kinds.items()}
    return {path: difference for path, difference in found.items() if difference}


def _is_comparable(change: Change) -> bool:
    """Whether two contents of one file are all that differs: no mode, no link, no base that says otherwise."""
    if change.kind in _WHOLE:
        return is_file_mode(change.old_mode or change.new_mode)
    same = change.old_mode == change.new_mode and is_file_mode(change.new_mode)
    return change.kind is ChangeKind.MODIFIED and same and bool(change.old_blob)


def _old_contents(changes: Sequence[Change], bases: Sequence[Snapshot]) -> dict[str, bytes]:
    """The contents that the changes are changes of: in another base, the file may be what it is in the head."""
    found: dict[str, bytes] = {}
    for base in bases:
        blobs = base.blobs([change.path for change in changes])
        found |= base.read([change.path for change in changes if blobs.get(change.path) == change.old_blob])
    return found


def _difference(change: Change, kind: Kind, olds: Mapping[str, bytes], news: Mapping[str, bytes]) -> Difference | None:
    whole = change.kind in _WHOLE
    old, new = (_meaning(kind, contents.get(change.path), absent=whole) for contents in (olds, news))
    return Difference(old=old, new=new, whole=whole) if old and new else None


def _meaning(kind: Kind, content: bytes | None, *, absent: bool) -> Meaning | None:
    if content is None:
        return Meaning() if absent else None
    return kind.read(content)
