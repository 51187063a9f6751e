"""`mlgitlab lint` with a token: GitLab has the last word, and the token is never seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Done, mlgitlab
from tests.gitlab_api import TOKEN, FakeGitLab, serve
from tests.repositories import Repo

CONFIG = "version: 1\nmodels: {m: {paths: m, train: python m/train.py}}\n"


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with serve() as fake:
        yield fake


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.create(tmp_path / "repo").write({"mlgitlab.yml": CONFIG, "m/train.py": ""})
    made.commit("first")
    return made


def lint(repo: Repo, gitlab: FakeGitLab, *argv: str, token: str = TOKEN, check: int | None = 0) -> Done:
    environ = {"MLGITLAB_GITLAB_TOKEN": token}
    done = mlgitlab("lint", "--gitlab-url", gitlab.url, *argv, cwd=repo.folder, environ=environ, check=check)
    assert token not in done.out + done.err
    return done


def test_gitlab_is_asked_about_each_profile(repo: Repo, gitlab: FakeGitLab) -> None:
    lint(repo, gitlab, "--project", "group/project")
    assert len(gitlab.linted) == 2
    assert all("m:train:" in content for content in gitlab.linted)


def test_what_gitlab_refuses_fails(repo: Repo, gitlab: FakeGitLab) -> None:
    gitlab.errors, gitlab.warnings = ("jobs m:train config is odd",), ("be careful",)
    done = lint(repo, gitlab, "--project", "group/project", check=3)
    assert "error: [GitLab] profile default_branch, mlgitlab-child.yml: jobs m:train config is odd" in done.out
    assert "warning: [GitLab] profile merge_request, mlgitlab-child.yml: be careful" in done.out


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, 2, "the token is wrong or has expired"),
        (403, 2, "at least the role Developer"),
        (404, 2, "the token may not see it"),
        (422, 4, "try again later"),
    ],
)
def test_a_refusal_says_what_to_do(repo: Repo, gitlab: FakeGitLab, status: int, code: int, advice: str) -> None:
    gitlab.status = status
    done = lint(repo, gitlab, "--project", "group/project", check=code)
    assert f"answered {status} to the CI Lint of group/project" in done.err
    assert advice in done.err


def test_a_wrong_token_is_never_printed(repo: Repo, gitlab: FakeGitLab) -> None:
    assert "answered 401" in lint(repo, gitlab, "--project", "group/project", token="glpat-wrong", check=2).err


def test_the_project_must_be_named(repo: Repo, gitlab: FakeGitLab) -> None:
    assert "pass --project group/name" in lint(repo, gitlab, check=2).err


def test_a_gitlab_out_of_reach_is_worth_a_retry(repo: Repo, gitlab: FakeGitLab) -> None:
    gitlab.url = "http://127.0.0.1:1"
    assert "cannot reach http://127.0.0.1:1" in lint(repo, gitlab, "--project", "group/project", check=4).err
