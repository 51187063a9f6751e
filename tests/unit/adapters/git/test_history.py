"""Names of branches, remotes and revisions: what they mean, and that hostile ones mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adapters.git.conftest import Opener


@pytest.mark.parametrize("branch", ["-x", "--upload-pack=touch x", "a..b", "a b", "a\nb", "x^{}", "@{-1}", ""])
def test_a_hostile_branch_name_is_refused(repo: Repo, opened: Opener, branch: str) -> None:
    repo.commit("head")

    assert opened(repo, ci=True, seconds=5).branch_tip(branch) is None
    assert not (repo.folder / "x").exists()


@pytest.mark.parametrize("remote", ["--upload-pack=touch x", "ext::sh -c touch% x", "-x"])
def test_a_hostile_remote_runs_nothing(repo: Repo, opened: Opener, remote: str) -> None:
    repo.commit("head")
    repository = opened(repo, ci=True, seconds=5)

    assert repository.branch_tip("main", remote) is None
    assert not repository.obtain("1" * 40, remote)
    assert not (repo.folder / "x").exists()


@pytest.mark.parametrize("rev", ["--all", "-x", "", "HEAD:f", "HEAD^{tree}", "nowhere", "a\0b", "main..main"])
def test_what_names_no_commit_resolves_to_none(repo: Repo, opened: Opener, rev: str) -> None:
    repo.commit("head", {"f": "1"})

    assert opened(repo).resolve(rev) is None


def test_the_default_branch_is_what_origin_says(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    repo.commit("head")
    repo.branch("trunk")
    clone = repo.clone(tmp_path / "clone").branch("main")

    assert opened(clone).default_branch() == "trunk"
    assert opened(clone).current_branch() == "main"


@pytest.mark.parametrize(
    ("branches", "configured", "expected"),
    [
        (["main", "x"], "", "main"),
        (["master", "x"], "", "master"),
        (["main", "master"], "", None),
        (["trunk", "x"], "", None),
        (["trunk", "x"], "trunk", "trunk"),
        (["x"], "trunk", None),
    ],
)
def test_without_a_remote_the_default_branch_is_the_usual_name(
    tmp_path: Path, opened: Opener, branches: list[str], configured: str, expected: str | None
) -> None:
    repo = Repo.create(tmp_path / "r", branch=branches[0])
    repo.commit("head")
    for name in branches:
        repo.branch(name)
    if configured:
        repo.git("config", "init.defaultBranch", configured)

    assert opened(repo).default_branch() == expected
