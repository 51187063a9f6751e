"""Work that is shared out gives what one process would give."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlgitlab.adapters.git import open_repository
from mlgitlab.adapters.shares import shared_out
from tests.repositories import ISOLATED, Repo

_BEGIN = """
import os, sys
from mlgitlab.adapters.shares import shared_out
us = os.getpid()
names = [f"{number}\\udcff\\n" for number in range(1700)]
"""
_FORKS = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _run(code: str) -> str:
    """Run in a process of its own: the test runner's has threads, and such a one makes no copies of itself."""
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_thing_has_its_result_whoever_made_it() -> None:
    code = """
print("written once")
found = shared_out(names, lambda share: {name: name.encode("utf-8", "surrogateescape") * 100 for name in share})
assert found == {name: name.encode("utf-8", "surrogateescape") * 100 for name in names}
"""
    assert _run(code) == "written once\n"


@pytest.mark.skipif(not _FORKS, reason="one processor, or no fork")
def test_several_processes_work() -> None:
    code = (
        "print(len({*shared_out(names, lambda share: {name: str(os.getpid()).encode() for name in share}).values()}))"
    )
    assert int(_run(code)) > 1


def test_what_a_copy_leaves_undone_is_done_here() -> None:
    code = """
def work(share):
    if os.getpid() != us:
        os.kill(os.getpid(), 9) if share[0].startswith("1") else sys.exit(3)
    return {name: b"here" for name in share}
assert shared_out(names, work) == dict.fromkeys(names, b"here")
"""
    _run(code)


def test_a_failure_is_a_failure_here() -> None:
    code = """
def work(share):
    if share[0] != names[0] or len(share) == len(names):
        raise KeyError("no")
    return {}
try:
    shared_out(names, work)
except KeyError:
    print("told")
"""
    assert _run(code) == "told\n"


def test_a_thing_without_a_result_has_none() -> None:
    assert shared_out(["a", "b"], lambda _: {"b": b"1"}) == {"b": b"1"}
    assert shared_out([], lambda _: {}) == {}


def test_many_files_are_read_as_a_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ISOLATED.items():
        monkeypatch.setenv(name, value)
    files = {f"pkg/m{number}.py": f"import m{number + 1}\n" for number in range(900)}
    repo = Repo.create(tmp_path / "r")
    head = repo.commit("first", files)
    code = f"""
from mlgitlab.adapters.git import open_repository
repository = open_repository({str(repo.folder)!r}, trusted=False, fetch_seconds=0.0, report=print)
for snapshot in (repository.snapshot({head!r}), repository.work_tree()):
    paths = [*snapshot.entries(), "gone.py"]
    found = snapshot.through(paths, lambda path, content: path.encode() + content)
    assert found == {{path: path.encode() + content for path, content in snapshot.read(paths).items()}}
    print(len(found))
"""
    assert _run(code) == "900\n900\n"
    repository = open_repository(str(repo.folder), trusted=False, fetch_seconds=0.0, report=print)
    assert repository.snapshot(head).through(["pkg/m1.py"], lambda _, content: content) == {"pkg/m1.py": b"import m2\n"}
