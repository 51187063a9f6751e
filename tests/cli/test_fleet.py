"""A plan asks GitLab whether runners take its jobs: over real HTTP, by the real python-gitlab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Done, mlgitlab
from tests.gitlab_runners_api import TOKEN, FakeRunners, User, serve
from tests.repositories import Repo

CONFIG = """\
version: 1
ignore: ["*.md", plan.json, mlgitlab-child.yml]
runners: {missing: %s}
gpus: {a100: {tags: [gpu, a100]}}
models:
  fraud: {paths: fraud, gpu: a100, train: {command: python train.py, outputs: out, timeout: 2h}}
  churn: {paths: churn, train: {command: python train.py, tags: [cpu]}, evaluate: {command: x, tags: [cpu]}}
"""
MAIN = {
    "CI_PIPELINE_SOURCE": "push",
    "CI_COMMIT_BRANCH": "main",
    "CI_DEFAULT_BRANCH": "main",
    "CI_PROJECT_ID": "7",
    "CI_SERVER_VERSION": "18.6",
}


@pytest.fixture
def gitlab() -> Iterator[FakeRunners]:
    with serve() as fake:
        yield fake


class Project:
    """A repository, and the GitLab that it asks."""

    def __init__(self, folder: Path, gitlab: FakeRunners) -> None:
        self.gitlab = gitlab
        self.repo = Repo.create(folder / "repo")
        self.configure("warn")

    def configure(self, policy: str) -> None:
        files = {"mlgitlab.yml": CONFIG % policy, "fraud/x.py": "", "churn/x.py": "", ".gitignore": ".mlgitlab*\n"}
        self.repo.commit("config", files)

    def run(self, *argv: str, check: int = 0, token: str = TOKEN, **environ: str) -> Done:
        variables = {"CI_SERVER_URL": self.gitlab.url, "MLGITLAB_GITLAB_TOKEN": token, **environ}
        done = mlgitlab(*argv, cwd=self.repo.folder, environ=variables, check=check)
        assert TOKEN not in done.out + done.err
        return done

    def pushed(self, *argv: str, check: int = 0, token: str = TOKEN, **environ: str) -> Done:
        ci = {**MAIN, "CI_COMMIT_SHA": self.repo.head, "CI_COMMIT_BEFORE_SHA": "0" * 40}
        return self.run("generate", "--all", "--json", *argv, check=check, token=token, **{**ci, **environ})


@pytest.fixture
def project(tmp_path: Path, gitlab: FakeRunners) -> Project:
    return Project(tmp_path, gitlab)


def runners(plan: Any) -> dict[str, int | None]:
    """The runner of each step."""
    return {step: want["runner"] for want in plan["runners"]["wanted"] for step in want["steps"]}


def test_each_set_of_tags_is_asked_for_once(project: Project, gitlab: FakeRunners) -> None:
    gpu, cpu = gitlab.add(tag_list=["gpu", "a100"]), gitlab.add(owner="instance_type", tag_list=["cpu"])
    plan = project.pushed().json
    assert runners(plan) == {"fraud:train": gpu, "churn:train": cpu, "churn:evaluate": cpu}
    assert plan["runners"]["checked"]
    assert plan["notes"] == []
    assert gitlab.requests.count("GET /projects/7/runners") == 2


def test_a_protected_branch_may_use_protected_runners(project: Project, gitlab: FakeRunners) -> None:
    number = gitlab.add(tag_list=["gpu", "a100", "cpu"], access_level="ref_protected")
    assert set(runners(project.pushed(CI_COMMIT_REF_PROTECTED="true").json).values()) == {number}
    assert set(runners(project.pushed(CI_COMMIT_REF_PROTECTED="false").json).values()) == {None}


def test_a_missing_runner_is_a_note_or_no_pipeline(project: Project, gitlab: FakeRunners) -> None:
    gitlab.add(tag_list=["cpu"])
    (note,) = project.pushed().json["notes"]
    assert note == "no runner takes the tags a100, gpu for 2h (fraud:train): no runner has them"
    project.configure("fail")
    assert note in project.pushed(check=3).err


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_gitlab_that_does_not_answer_is_one_note(project: Project, gitlab: FakeRunners, status: int) -> None:
    project.configure("fail")
    gitlab.fail("GET /projects/7/runners", status, times=99)
    plan = project.pushed().json
    (note,) = plan["notes"]
    assert note.startswith("the runners were not checked: ")
    assert str(status) in note
    assert (plan["runners"]["checked"], plan["runners"]["wanted"]) == (False, [])
    assert len([step for step in plan["steps"] if step["selected"]]) == 3


def test_a_gitlab_out_of_reach_is_one_note(project: Project) -> None:
    project.configure("fail")
    plan = project.pushed(CI_SERVER_URL="http://127.0.0.1:1").json
    assert plan["notes"] == ["the runners were not checked: cannot reach http://127.0.0.1:1"]


def test_a_token_that_may_only_read_is_enough(project: Project, gitlab: FakeRunners) -> None:
    gitlab.users["glpat-reader"] = User(frozenset({"read_api"}), roles={"group/project": "maintainer"})
    number = gitlab.add(tag_list=["gpu", "a100", "cpu"])
    assert set(runners(project.pushed(token="glpat-reader").json).values()) == {number}


def test_a_laptop_asks_where_somebody_says_so(project: Project, gitlab: FakeRunners) -> None:
    gitlab.add(tag_list=["cpu"])
    plan = project.run("preview", "--all", "--json").json
    assert plan["notes"] == ["the runners were not checked: GitLab is asked in CI alone (--check-runners asks it)"]
    assert gitlab.requests == []
    asked = project.run("preview", "--all", "--check-runners", CI_PROJECT_PATH="group/project").out
    assert "no runner takes the tags a100, gpu for 2h (fraud:train): no runner has them" in asked
    refused = project.run("preview", "--all", "--json", "--no-check-runners").json
    assert refused["notes"] == ["the runners were not checked: --no-check-runners"]


def test_what_falls_back_on_the_default_branch_is_made_up_for_later(
    project: Project, gitlab: FakeRunners, tmp_path: Path
) -> None:
    number = gitlab.add(tag_list=["cpu"])
    project.configure("fallback, fallback_profile: skip-train")
    lost = "what was not trained is lost: without a store no later pipeline makes up for it"
    assert lost in project.pushed().json["notes"]

    store = {"MLGITLAB_STORE": str(tmp_path / "store")}
    plan = project.pushed(check=0, **store).json
    assert (plan["pipeline"]["profile"], plan["notes"]) == ("skip-train", [])
    assert plan["pipeline"]["why"].startswith("no runner takes the tags a100, gpu")

    gitlab.runners[number]["tag_list"] = ["cpu", "gpu", "a100"]
    project.repo.commit("words", {"README.md": "hello"})
    ci = {**MAIN, "CI_COMMIT_SHA": project.repo.head, "CI_COMMIT_BEFORE_SHA": project.repo.git("rev-parse", "HEAD^")}
    later = project.run("generate", "--json", check=0, token=TOKEN, **{**ci, **store}).json
    causes = {step["id"]: step["reasons"][0]["cause"] for step in later["steps"] if step["selected"]}
    assert (causes["fraud:train"], causes["churn:train"]) == ("owed", "owed")


def test_a_fallback_without_runners_is_none(project: Project) -> None:
    project.configure("fallback, fallback_profile: manual")
    assert "no runner takes the tags" in project.pushed(check=3).err


def test_lint_asks_for_the_runners_of_every_profile(project: Project, gitlab: FakeRunners) -> None:
    gitlab.add(tag_list=["cpu"])
    project.configure("fail")
    linted = {"valid": True, "errors": [], "warnings": [], "merged_yaml": ""}
    gitlab.fail("POST /projects/group%2Fproject/ci/lint", 200, times=9, body=linted)
    done = project.run("lint", "--gitlab-url", gitlab.url, "--project", "group/project", check=3)
    said = "no runner takes the tags a100, gpu for 2h (fraud:train): no runner has them"
    assert f"error: [runners] profile default_branch: {said}" in done.out
    assert "[runners] profile merge_request" in done.out


def test_lint_without_a_token_says_that_runners_were_not_checked(project: Project) -> None:
    done = project.run("lint", token="")
    assert "note: [runners] the runners were not checked: MLGITLAB_GITLAB_TOKEN is not set" in done.out
