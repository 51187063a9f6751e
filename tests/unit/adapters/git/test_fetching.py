"""Shallow clones over file://, forks, refusing servers, deadlines and secrets."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from mlgitlab.adapters.git import open_repository
from mlgitlab.adapters.git.credentials import Credentials
from mlgitlab.adapters.git.process import Git
from tests.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adapters.git.conftest import Opener


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """`main` with 150 commits, and `feature`, which left it 120 commits ago and has 60 of its own."""
    repo = Repo.create(tmp_path_factory.mktemp("server"))
    base = repo.chain(repo.commit("first", {"f": "1"}), 29)
    tips = {"base": base, "main": repo.chain(base, 120), "feature": repo.chain(base, 60)}
    for name, sha in tips.items():
        repo.git("update-ref", f"refs/heads/{name}", sha)
    repo.git("update-ref", "refs/heads/orphan", repo.commit_object("orphan"))
    return repo


@pytest.mark.parametrize("depth", [1, 20, 0])
def test_the_merge_base_is_found_at_any_depth_without_writing_a_ref(
    server: Repo, opened: Opener, tmp_path: Path, depth: int
) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=depth)
    refs, files = clone.refs(), {name.name for name in (clone.folder / ".git").iterdir()} - {"shallow"}
    repository = opened(clone, ci=True, seconds=60)

    tip = repository.branch_tip("main")

    assert tip == server.sha("main")
    assert repository.merge_bases(server.sha("feature"), tip) == (server.sha("base"),)
    assert clone.refs() == refs
    assert {name.name for name in (clone.folder / ".git").iterdir()} - {"shallow"} == files | (
        {"FETCH_HEAD"} if "FETCH_HEAD" in files else set()
    )


def test_deepening_stops_as_soon_as_the_answer_is_proven(
    server: Repo, opened: Opener, tmp_path: Path, reports: list[str]
) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=1)

    bases = opened(clone, ci=True, seconds=60).merge_bases(server.sha("feature"), server.sha("main"))

    assert bases == (server.sha("base"),)
    assert reports == [f"fetching commit {server.sha('main')[:12]}", "deepening: 50 commits", "deepening: 100 commits"]


def test_unrelated_histories_are_proven_only_by_the_whole_history(
    server: Repo, opened: Opener, tmp_path: Path, reports: list[str]
) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=20)

    assert opened(clone, ci=True, seconds=60).merge_bases(server.sha("feature"), server.sha("orphan")) == ()
    assert reports[-1] == "deepening: 100 commits"


def test_a_full_clone_is_never_cut_by_a_fetch(server: Repo, opened: Opener, tmp_path: Path) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=0)

    assert opened(clone, ci=True, seconds=60).obtain(server.sha("main"))

    assert clone.git("rev-parse", "--is-shallow-repository") == "false"
    assert clone.git("rev-list", "--count", server.sha("main")) == "150"


@pytest.mark.parametrize("depth", [1, 0])
def test_a_rewritten_commit_that_no_branch_holds_is_fetched_by_its_name(
    repo: Repo, opened: Opener, tmp_path: Path, depth: int
) -> None:
    repo.commit("base", {"f": "1"})
    dropped = repo.commit("dropped", {"f": "2"})
    repo.git("reset", "--quiet", "--hard", "HEAD^")
    head = repo.commit("instead", {"f": "3"})
    clone = repo.job_clone(tmp_path / "clone", head, depth=depth)
    repository = opened(clone, ci=True, seconds=60)

    assert repository.obtain(dropped)
    assert repository.is_ancestor(dropped, head) is False
    assert [change.path for change in repository.changes((dropped,), head).changes] == ["f"]


def test_a_server_that_gives_out_branches_only_is_asked_for_those(
    server: Repo, opened: Opener, tmp_path: Path, reports: list[str]
) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=1)
    strict = server.clone(tmp_path / "strict", bare=True)
    strict.git("config", "uploadpack.allowAnySHA1InWant", "false")
    clone.git("remote", "set-url", "origin", strict.url)
    clone.git("config", "protocol.version", "0")  # later versions of the protocol give out any commit
    inner, refs = server.sha("main~5"), clone.refs()
    repository = opened(clone, ci=True, seconds=60)

    assert not repository.obtain(inner), "one commit of each branch does not reach five commits down"
    assert repository.merge_bases(server.sha("feature"), server.sha("main")) == (server.sha("base"),)
    assert any("all branches" in line for line in reports)
    assert clone.refs() == refs


def test_the_target_of_a_fork_is_fetched_from_its_own_project(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    base = repo.commit("base", {"f": "1"})
    target = repo.clone(tmp_path / "target.git", bare=True)
    fork = repo.clone(tmp_path / "fork.git", bare=True)
    target.git("config", "uploadpack.allowAnySHA1InWant", "true")
    ahead = repo.commit("ahead in the target", {"g": "1"})
    repo.push("main", remote=target.url)
    head = repo.branch("feature", base).commit("in the fork", {"f": "2"})
    repo.push("feature", remote=fork.url)
    clone = fork.job_clone(tmp_path / "clone", head, depth=1)
    repository = opened(clone, ci=True, seconds=60)

    assert repository.branch_tip("main") == base, "the fork's own, which is behind"
    assert repository.branch_tip("main", target.url) == ahead
    assert repository.merge_bases(head, ahead) == (base,)


def test_a_laptop_uses_its_own_copy_of_a_branch_and_a_job_asks_the_remote(
    repo: Repo, opened: Opener, tmp_path: Path
) -> None:
    old = repo.commit("old")
    clone = repo.clone(tmp_path / "clone")
    new = repo.commit("new")

    assert opened(clone).branch_tip("main") == old
    assert opened(clone, seconds=60).branch_tip("main") == old
    assert opened(clone, ci=True, seconds=60).branch_tip("main") == new


def test_a_job_whose_remote_is_gone_uses_the_copy_it_has(
    repo: Repo, opened: Opener, tmp_path: Path, reports: list[str]
) -> None:
    head = repo.commit("head")
    clone = repo.clone(tmp_path / "clone")
    clone.git("remote", "set-url", "origin", f"file://{tmp_path}/nowhere")
    repository = opened(clone, ci=True, seconds=60)

    assert repository.branch_tip("main") == head
    assert repository.branch_tip("missing") is None
    assert not repository.obtain("1" * 40)
    assert any("fatal" in line for line in reports)


@pytest.fixture
def slow(repo: Repo, tmp_path: Path) -> Repo:
    """A clone whose server accepts the connection and then says nothing for a minute."""
    clone = repo.job_clone(tmp_path / "slow", repo.commit("head"), depth=1)
    program = tmp_path / "upload-pack"
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o755)
    clone.git("config", "remote.origin.uploadpack", str(program))
    return clone


def test_a_server_that_hangs_is_left_at_the_deadline(slow: Repo, opened: Opener, reports: list[str]) -> None:
    started = time.monotonic()
    repository = opened(slow, ci=True, seconds=0.5)

    assert not repository.obtain("1" * 40)
    assert repository.branch_tip("main") is None
    assert time.monotonic() - started < 5
    assert any("0.5 seconds" in line for line in reports)


def test_without_time_nothing_is_fetched(server: Repo, opened: Opener, tmp_path: Path, reports: list[str]) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=1)
    repository = opened(clone, ci=True, seconds=0)

    assert not repository.obtain(server.sha("main"))
    assert repository.is_ancestor(server.sha("base"), server.sha("feature")) is None
    assert reports == []


def test_the_bound_on_time_may_be_set_once_the_configuration_is_read(
    server: Repo, opened: Opener, tmp_path: Path
) -> None:
    clone = server.job_clone(tmp_path / "clone", server.sha("feature"), depth=1)
    repository = opened(clone, ci=True, seconds=60)

    repository.allow_fetching(0)
    assert not repository.obtain(server.sha("main"))

    repository.allow_fetching(60)
    assert repository.obtain(server.sha("main"))


def test_secrets_in_urls_are_not_reported(repo: Repo, opened: Opener, tmp_path: Path, reports: list[str]) -> None:
    clone = repo.job_clone(tmp_path / "clone", repo.commit("head"))
    clone.git("remote", "set-url", "origin", "http://gitlab-ci-token:s3cret@127.0.0.1:9/x.git")
    repository = opened(clone, ci=True, seconds=20)

    assert repository.branch_tip("main") is None
    assert repository.branch_tip("main", "http://me:s3cret@127.0.0.1:9/y.git") is None
    assert not repository.obtain("1" * 40)
    assert reports
    assert "s3cret" not in "".join(reports)


def _sent_to(git: Git, url: str) -> str:
    return git.ask("config", "--get-urlmatch", "http.extraHeader", url).text


def test_the_token_is_for_its_host_alone_and_never_on_the_command_line(repo: Repo) -> None:
    repo.commit("head")
    credentials = Credentials(token="s3cret", host="gitlab.example.com")
    git = Git(folder=str(repo.folder), credentials=credentials)

    assert _sent_to(git, "https://gitlab.example.com/team/project.git").startswith("Authorization: Basic ")
    assert _sent_to(git, "https://elsewhere.example.com/team/project.git") == ""
    assert _sent_to(git, "https://gitlab.example.com.evil.example/x.git") == ""
    assert _sent_to(git, "http://gitlab.example.com/x.git") == "", "never in clear text"
    assert "s3cret" not in credentials.redact("https://u:p@h/ s3cret")


def test_configuration_that_is_in_the_environment_already_is_kept(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("head")
    for name, value in {"COUNT": "1", "KEY_0": "user.name", "VALUE_0": "Grace"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    git = Git(folder=str(repo.folder), credentials=Credentials(token="s3cret", host="gitlab.example.com"))

    assert git.run("config", "user.name").text == "Grace"
    assert _sent_to(git, "https://gitlab.example.com/x.git")


def test_the_token_does_not_reach_this_process_environment(repo: Repo) -> None:
    repo.commit("head")
    open_repository(
        str(repo.folder), trusted=True, fetch_seconds=0, token="s3cret", token_host="h", report=print
    ).resolve("HEAD")

    assert "GIT_CONFIG_COUNT" not in os.environ
