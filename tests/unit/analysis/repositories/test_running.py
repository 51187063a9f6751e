"""Whatever a command really opens is in its closure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot
from tests.unit.analysis.repositories.cases import CASES, Case
from tests.unit.analysis.repositories.tracing import opened_by, write

UNRELATED = {"unrelated.py": "import also_unrelated", "also_unrelated.py": ""}
# Files that pip and make read, and Python does not load.
NO_CODE = (".toml", ".cfg", "Makefile", ".mk")


def close(case: Case) -> Closure:
    snapshot = DictSnapshot({**UNRELATED, **case.files}, case.links)
    return closure_of(ImportGraph(snapshot, MemoryParses()), entries_of((case.command,)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_file_that_a_command_opens_is_in_the_closure(case: Case, tmp_path: Path) -> None:
    if case.command.startswith("make") and shutil.which("make") is None:
        pytest.skip("there is no make here")
    repository, space = tmp_path / "repository", tmp_path / "space"
    repository.mkdir()
    space.mkdir()
    write(repository, {**UNRELATED, **case.files}, case.links)
    opened = opened_by(case.command, repository, space, case.installed, case.points, case.libraries, hydra=case.hydra)
    opened = {path for path in opened & {*UNRELATED, *case.files} if not path.endswith(NO_CODE)}

    assert set(case.loads) <= opened, "the case does not show what it is for"
    assert opened - set(close(case).files) == set(case.unseen)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_closure_says_no_more_than_it_must(case: Case) -> None:
    found = close(case)

    assert set(case.apart) & set(found.files) == set()
    assert found.opaque == case.opaque
