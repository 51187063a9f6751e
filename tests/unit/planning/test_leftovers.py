"""What an earlier run left in the work tree is no change; everything else stays one."""

from __future__ import annotations

import pytest

from mlgitlab.changes import Change, ChangeKind, ChangeSet
from mlgitlab.planning.leftovers import candidates, without

CHILD = b"# Written by mlgitlab 1.2; edit mlgitlab.yml\n"
PLAN = b'{\n  "schema_version": 1,\n  "tool": {\n    "name": "mlgitlab",\n    "version": "1.2"\n'


def new(path: str, kind: ChangeKind = ChangeKind.ADDED, *, uncommitted: bool = True) -> ChangeSet:
    return ChangeSet(changes=(Change(path=path, kind=kind, uncommitted=uncommitted),))


@pytest.mark.parametrize(
    ("path", "content", "stays"),
    [
        pytest.param("mlgitlab-child.yml", CHILD, False, id="the child"),
        pytest.param("ci/any-name.yml", CHILD, False, id="the child by another name"),
        pytest.param("plan.json", PLAN, False, id="the plan"),
        pytest.param("plan.json", b'{"rate": 0.1}', True, id="somebody's own plan.json"),
        pytest.param("train.py", CHILD, True, id="code that begins as our files do"),
    ],
)
def test_a_file_is_ours_by_what_it_says(path: str, content: bytes, stays: bool) -> None:
    changes = new(path)
    found = without(changes, dict.fromkeys(candidates(changes, ()), content))
    assert bool(found.changes) is stays


@pytest.mark.parametrize(
    ("changes", "committed"),
    [
        pytest.param(new("a.yml", ChangeKind.MODIFIED), (), id="it was there before"),
        pytest.param(new("a.yml", uncommitted=False), (), id="it is committed as it is"),
        pytest.param(new("a.yml"), ("a.yml",), id="it is committed, and differs on disk"),
    ],
)
def test_what_a_commit_holds_is_never_taken_for_a_leftover(changes: ChangeSet, committed: tuple[str, ...]) -> None:
    assert list(candidates(changes, committed)) == []
