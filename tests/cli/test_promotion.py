"""Promotions planned by the real command from a real store, and the lines of their jobs run as they stand."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import gates
from tests.commands import Done
from tests.promotions import APPROVAL, GRACE, JOB, STAGING, Project, now


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, production=STAGING)


def play(project: Project, job: dict[str, Any], code: int = 0) -> Done:
    """Run the one line of a job, as a person who plays it does."""
    (line,) = job["script"]
    program, *argv = shlex.split(line)
    assert program == "mlgitlab"
    return project.run(*argv, code=code, env=GRACE)


def generate(project: Project) -> tuple[dict[str, Any], dict[str, Any]]:
    return project.generate(env={"CI_PIPELINE_CREATED_AT": now()})


def names(pipeline: dict[str, Any]) -> list[str]:
    return [name for name in pipeline if name not in ("workflow", "stages")]


def test_the_jobs_bring_a_model_to_production_and_back(project: Project) -> None:
    first = project.judged("first")
    _, of_first = generate(project)
    play(project, of_first["fraud:production:deploy"], code=3)
    play(project, of_first["fraud:production:approve"])
    play(project, of_first["fraud:production:deploy"])
    plan, nothing = generate(project)
    assert plan["stays"][0]["why"] == f"{first[:19]}: it is in production already"
    assert names(nothing) == ["mlgitlab:nothing-to-promote"]

    second = project.judged("second", first)
    plan, of_second = generate(project)
    assert plan["promotions"][0]["environments"][0]["before"] == first
    play(project, of_second["fraud:production:approve"])
    play(project, of_second["fraud:production:deploy"])
    refused = play(project, of_first["fraud:production:rollback"], code=3)
    assert f"{second[:19]} is what would go, and not {first[:19]}" in refused.err
    play(project, of_second["fraud:production:rollback"])
    pointer = project.store.pointer("fraud", "production")
    assert pointer
    assert pointer.digest == first


def test_a_model_that_was_taken_back_is_promoted_again_only_once_it_is_judged_again(project: Project) -> None:
    first = project.judged("first")
    for line in ("approve", "deploy"):
        play(project, generate(project)[1][f"fraud:production:{line}"])
    second = project.judged("second", first)
    _, jobs = generate(project)
    for line in ("approve", "deploy", "rollback"):
        play(project, jobs[f"fraud:production:{line}"])
    plan, _ = generate(project)
    assert plan["promotions"] == []
    assert "it was deployed to production, and went back: asked for by grace" in plan["stays"][0]["why"]
    project.judge(second, first, at=now(1))
    plan, _ = generate(project)
    assert [each["digest"] for each in plan["promotions"]] == [second]


def test_an_old_promotion_deploys_nothing_over_a_newer_model(project: Project) -> None:
    first = project.judged("first")
    project.point("production", first)
    project.judged("second", first)
    _, old = generate(project)
    play(project, old["fraud:production:approve"])
    project.judged("third", first)
    _, new = generate(project)
    for line in ("approve", "deploy"):
        play(project, new[f"fraud:production:{line}"])
    refused = play(project, old["fraud:production:deploy"], code=3)
    assert "and production is" in refused.err


def test_a_model_that_is_approved_is_not_asked_for_again(project: Project) -> None:
    digest = project.judged("one")
    project.approve(digest)
    plan, jobs = generate(project)
    assert names(jobs) == ["fraud:production:deploy", "fraud:production:rollback"]
    assert plan["promotions"][0]["environments"][0]["approved"] is True
    project.run("approval", "revoke", f"fraud@{digest}", env=GRACE)
    assert "fraud:production:approve" in generate(project)[1]


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"CI_COMMIT_REF_PROTECTED": "false"}, "'main' is not protected"),
        ({"CI_COMMIT_BRANCH": "feature"}, "from the default branch and from tags alone"),
        ({"CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_PROTECTED": "false"}, "'v1' is not protected"),
        ({"CI_MERGE_REQUEST_IID": "4", "CI_COMMIT_BRANCH": ""}, "from the default branch and from tags alone"),
    ],
    ids=["not-protected", "branch", "tag", "merge-request"],
)
def test_a_pipeline_that_may_not_promote_says_so(project: Project, environ: dict[str, str], why: str) -> None:
    project.judged("one")
    plan, jobs = project.generate(env=environ)
    assert names(jobs) == ["mlgitlab:nothing-to-promote"]
    assert why in plan["pipeline"]["why"]
    assert why in jobs["mlgitlab:nothing-to-promote"]["variables"]["MLGITLAB_NOTE"]


def test_a_schedule_of_the_default_branch_promotes_and_one_of_another_does_not(project: Project) -> None:
    project.judged("one")
    assert project.generate(env={"CI_PIPELINE_SOURCE": "schedule"})[0]["promotions"]
    plan, _ = project.generate(env={"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "other"})
    assert "from the default branch" in plan["pipeline"]["why"]


def test_what_is_about_a_change_says_nothing_to_a_promotion(project: Project) -> None:
    for option in (["--base", "HEAD"], ["--all"], ["--changed-files", "-"], ["--profile", "x"], ["--param", "a=b"]):
        done = project.run("generate", "--phase", "promotion", *option, code=2)
        assert f"looks at no change: {option[0]} says nothing to it" in done.err


def test_a_tag_that_is_protected_promotes(project: Project) -> None:
    project.judged("one")
    plan, _ = project.generate(env={"CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1"})
    assert plan["pipeline"] == {
        "kind": "tag",
        "promotes": True,
        "why": "",
        "gitlab_version": "18.4",
        "tier": "free",
    }
    assert len(plan["promotions"]) == 1


def test_what_a_merge_request_alone_has_judged_is_no_candidate(project: Project) -> None:
    project.judged("one", protected=False)
    plan, _ = generate(project)
    assert "comes from a protected branch or tag" in plan["stays"][0]["why"]


def test_a_store_that_somebody_else_wrote_to_stops_the_plan_of_that_model_and_is_not_repeated_raw(
    project: Project,
) -> None:
    digest = project.judged("one")
    project.store.record("fraud", digest, "verdict", {"protected": True, "\x1b[2J": "$(reboot)"})
    plan, jobs = generate(project)
    assert "counts for nothing" in plan["stays"][0]["why"]
    assert names(jobs) == ["mlgitlab:nothing-to-promote"]
    assert "\x1b" not in (project.folder / "mlgitlab-child.yml").read_text("utf-8")


def test_the_same_store_gives_the_same_bytes(project: Project) -> None:
    project.judged("one")
    project.generate()
    before = (project.folder / "mlgitlab-child.yml").read_bytes(), (project.folder / "plan.json").read_bytes()
    project.generate()
    assert before == ((project.folder / "mlgitlab-child.yml").read_bytes(), (project.folder / "plan.json").read_bytes())


def test_a_verdict_that_links_somewhere_odd_is_not_linked(project: Project) -> None:
    project.judged("one", job="https://evil.example/?$HOME#/-/jobs/1")
    plan, jobs = generate(project)
    assert plan["promotions"][0]["report"] is None
    assert "evil" not in str(jobs)


def test_without_a_store_there_is_nothing_to_plan_from(project: Project) -> None:
    project.repo.commit("no store", {"mlgitlab.yml": "{version: 1, models: {fraud: {train: x}}}"})
    done = project.run("generate", "--phase", "promotion", code=2, env=JOB | {"CI_COMMIT_SHA": project.repo.head})
    assert "planned from what a store knows, and there is none" in done.err


def test_a_person_may_look_at_the_plan_on_a_laptop(project: Project) -> None:
    digest = project.judged("one")
    done = project.run("generate", "--phase", "promotion")
    assert f"fraud@{digest[:19]} goes to production." in done.out
    assert "by grace, Ada" in done.out
    assert APPROVAL["users"] == ["grace", "Ada"]


def test_what_was_trained_evaluated_and_judged_for_real_is_approved_and_deployed(tmp_path: Path) -> None:
    approval = "{users: [grace], four_eyes: true}"
    deploy = "{production: {target: pointer, strategy: replace}}"
    rules = f"{gates.RULES}\n    approval: {approval}\n    deploy: {deploy}"
    real = gates.Project(tmp_path, rules=rules)
    ada = {**JOB, "GITLAB_USER_LOGIN": "ada", "CI_COMMIT_SHA": real.repo.head, "MLGITLAB_STORE": ".mlgitlab/store"}
    grace = {**ada, **GRACE}
    digest = real.candidate(skill=800)
    real.run("gate", "fraud", "--json", env=ada)
    real.run("generate", "--phase", "promotion", env={**ada, "CI_COMMIT_SHA": real.repo.head})
    jobs = yaml.safe_load((real.folder / "mlgitlab-child.yml").read_text("utf-8"))
    assert jobs["fraud:production:deploy"]["script"] == [f"mlgitlab deploy run fraud@{digest} --environment production"]
    assert "wants somebody else" in real.run("approve", f"fraud@{digest}", code=3, env=ada).err
    assert "is not approved" in real.run("deploy", "run", f"fraud@{digest}", code=3, env=grace).err
    assert "accuracy" in real.run("approve", f"fraud@{digest}", env=grace).out
    assert real.run("deploy", "run", f"fraud@{digest}", env=grace).out == f"fraud@{digest[:19]} is live\n"


SAGEMAKER = {
    "target": "sagemaker",
    "strategy": "blue-green",
    "sagemaker": {
        "endpoint": "fraud",
        "region": "eu-central-1",
        "role": "arn:aws:iam::123456789012:role/fraud-endpoint",
        "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/fraud:3",
        "instance_type": "ml.g5.xlarge",
        "instances": 4,
        "gpus": 1,
        "alarms": ["fraud-5xx"],
    },
}


def test_a_plan_says_what_a_rollout_needs_on_top_and_leaves_watching_to_alarms(tmp_path: Path) -> None:
    project = Project(tmp_path, production=SAGEMAKER)
    project.judged("first")
    plan, jobs = generate(project)
    needed = "the rollout needs 4 instances of ml.g5.xlarge with 4 GPUs on top of the 4 of the model before"
    assert f"fraud in production: {needed}" in plan["notes"]
    assert "fraud:production:deploy" in jobs
    assert "fraud:production:watch" not in jobs
