"""Files that an earlier run of ours left in the work tree: no change of the project, though git does not know them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mlgitlab.changes import Change, ChangeKind, ChangeSet
from mlgitlab.planning.document import SCHEMA_VERSION

# How the child pipeline, its parts and plan.json begin, whatever they are called.
CHILD_MARK = "Written by mlgitlab "
_PLAN_MARK = f'{{\n  "schema_version": {SCHEMA_VERSION},\n  "tool": {{\n    "name": "mlgitlab",'
_MARKS = (f"# {CHILD_MARK}".encode(), _PLAN_MARK.encode())
_SUFFIXES = (".yml", ".yaml", ".json")


def candidates(changes: ChangeSet, committed: Collection[str]) -> Iterator[str]:
    """Paths on disk that no commit holds, and that could be ours by their names."""
    for change in changes.changes:
        is_new = change.kind is ChangeKind.ADDED and change.uncommitted and change.path not in committed
        if is_new and change.path.endswith(_SUFFIXES):
            yield change.path


def without(changes: ChangeSet, contents: Mapping[str, bytes]) -> ChangeSet:
    """The changes but those whose content, of the candidates', says that we wrote it."""
    own = {path for path, content in contents.items() if content.startswith(_MARKS)}
    kept: tuple[Change, ...] = tuple(change for change in changes.changes if change.path not in own)
    return ChangeSet(changes=kept, complete=changes.complete, why=changes.why)
