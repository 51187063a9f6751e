"""Finding the repository, and being told plainly when there is none to read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlgitlab.adapters.git import open_repository
from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from tests.repositories import Repo, clean_environ

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adapters.git.conftest import Opener


def _fails(folder: Path | str, *, trusted: bool = False) -> MlgitlabError:
    with pytest.raises(MlgitlabError) as caught:
        open_repository(str(folder), trusted=trusted, fetch_seconds=0, report=print)
    return caught.value


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_a_repository_is_named_with_the_ways_out(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "plain"
    if exists:
        folder.mkdir()

    error = _fails(folder)

    assert isinstance(error, UsageError)
    assert str(folder) in error.message
    assert "--repo" in error.hint
    assert "GIT_STRATEGY" in error.hint


def test_a_repository_without_a_commit_is_told_so(repo: Repo) -> None:
    error = _fails(repo.folder)

    assert isinstance(error, UsageError)
    assert "no commit" in error.message


def test_a_mirror_whose_head_was_never_pushed_still_opens(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    head = repo.commit("head")
    bare = repo.clone(tmp_path / "bare", bare=True)
    bare.git("symbolic-ref", "HEAD", "refs/heads/never")

    assert opened(bare).resolve("main") == head


def test_a_folder_inside_the_repository_finds_its_top(repo: Repo) -> None:
    base = repo.commit("base")
    head = repo.commit("head", {"deep/er/f": "1"})

    found = open_repository(str(repo.folder / "deep" / "er"), trusted=True, fetch_seconds=0, report=print)

    assert found.folder == str(repo.folder)
    assert [change.path for change in found.changes((base,), head).changes] == ["deep/er/f"]
    assert list(found.snapshot(head).entries()) == ["deep/er/f"]
    assert [change.path for change in found.uncommitted_changes((base,)).changes] == ["deep/er/f"]


def test_a_worktree_is_a_repository_with_its_own_index(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    head = repo.commit("head", {"f": "1"})
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "side")
    tree = Repo(tmp_path / "tree")
    tree.write({"f": "2"}).git("add", "f")

    assert [change.path for change in opened(tree).uncommitted_changes((head,)).changes] == ["f"]
    assert opened(repo).uncommitted_changes((head,)).changes == ()


def test_a_bare_repository_opens(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    head = repo.commit("head", {"f": "1"})

    bare = opened(repo.clone(tmp_path / "bare", bare=True))

    assert (bare.bare, bare.default_branch()) == (True, "main")
    assert bare.snapshot(head).read(["f"]) == {"f": b"1"}


def test_what_a_hook_leaves_in_the_environment_leads_nowhere(
    repo: Repo, opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = repo.commit("here", {"f": "1"})
    other = Repo.create(tmp_path / "other")
    other.commit("there")
    for name, value in {
        "GIT_DIR": other.folder / ".git",
        "GIT_WORK_TREE": other.folder,
        "GIT_INDEX_FILE": other.folder / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other.folder / ".git" / "objects",
    }.items():
        monkeypatch.setenv(name, str(value))

    found = opened(repo)

    assert found.resolve("HEAD") == head
    assert found.uncommitted_changes((head,)).changes == ()


def test_a_replaced_commit_does_not_change_the_history(repo: Repo, opened: Opener) -> None:
    first = repo.commit("first")
    head = repo.commit("head")
    repo.git("replace", "--graft", head)

    assert opened(repo).parents(head) == (first,)
    assert opened(repo).is_ancestor(first, head) is True


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
class TestAnotherUsersRepository:
    @pytest.fixture
    def foreign(self, repo: Repo) -> Repo:
        repo.commit("head", {"sub/f": "1"})
        for file in [repo.folder, *repo.folder.rglob("*")]:
            os.chown(file, 65534, 65534)
        return repo

    def test_is_refused_with_the_command_that_trusts_it(self, foreign: Repo) -> None:
        error = _fails(foreign.folder)

        assert isinstance(error, WorldError)
        assert f"git config --global --add safe.directory {foreign.folder}" in error.hint

    @pytest.mark.parametrize("inside", [".", "sub"])
    def test_is_read_in_a_job(self, foreign: Repo, inside: str) -> None:
        folder = str(foreign.folder / inside)

        found = open_repository(folder, trusted=True, fetch_seconds=0, report=print)

        assert found.folder == str(foreign.folder)
        assert found.resolve("HEAD") is not None

    def test_is_read_in_a_job_when_bare(self, foreign: Repo, tmp_path: Path) -> None:
        bare = tmp_path / "bare.git"
        shutil.copytree(foreign.folder / ".git", bare)
        Repo(bare).git("config", "core.bare", "true")
        for file in [bare, *bare.rglob("*")]:
            os.chown(file, 65534, 65534)

        assert open_repository(str(bare), trusted=True, fetch_seconds=0, report=print).bare


def test_a_machine_without_git_is_told_to_install_it(repo: Repo, tmp_path: Path) -> None:
    repo.commit("head")
    program = (
        "from mlgitlab.adapters.git import open_repository\n"
        "from mlgitlab.errors import WorldError\n"
        "try:\n"
        f"    open_repository({str(repo.folder)!r}, trusted=False, fetch_seconds=0, report=print)\n"
        "except WorldError as error:\n"
        "    print(error.message, '|', error.hint)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**clean_environ(), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("git was not found | install git")
