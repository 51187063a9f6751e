"""Approvals as people and jobs meet them: the real commands on a real store, and a small GitLab that answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgitlab.jobs.gate.ruling import Outcome
from tests import gitlab_api
from tests.gitlab_api import TOKEN, FakeGitLab
from tests.gitlab_promotions_api import JOB_TOKEN
from tests.promotions import APPROVAL, GRACE, JOB, STAGING, Project, now


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    with gitlab_api.serve() as served:
        yield served


def of(gitlab: FakeGitLab, **more: str) -> dict[str, str]:
    """The variables of grace's job in that GitLab."""
    return {**GRACE, "CI_SERVER_URL": gitlab.url, "CI_PROJECT_ID": gitlab.project, "CI_JOB_TOKEN": JOB_TOKEN, **more}


def test_no_model_is_deployed_before_somebody_agrees_and_each_is_afterwards(project: Project) -> None:
    digest = project.judged("one")
    refused = project.deploy(digest, code=3)
    assert f"fraud@{digest[:19]} is not approved for production" in refused.err
    told = project.approve(digest)
    assert "passes as the first model of its name" in told.out
    assert f"fraud@{digest[:19]} is approved for production by grace, until" in told.out
    assert project.deploy(digest).out == f"fraud@{digest[:19]} is live\n"
    pointer = project.store.pointer("fraud", "production")
    assert pointer
    assert pointer.digest == digest


def test_the_record_says_who_agreed_to_what(project: Project) -> None:
    digest = project.judged("one")
    made = project.approve(digest, "--json").json
    status = project.run("approval", "status", f"fraud@{digest}", "--json", env=GRACE).json
    assert status["decisions"] == [made]
    assert (made["by"], made["user"], made["confirmed"], made["ref"]) == ("grace", "17", False, "main")
    assert (status["approved"], status["why_not"]) == (True, None)


def test_what_is_revoked_is_not_deployed(project: Project) -> None:
    digest = project.judged("one")
    project.approve(digest)
    project.run("approval", "revoke", f"fraud@{digest}", "--why", "too early\x1b[2J", env=GRACE)
    refused = project.deploy(digest, code=3)
    assert "it was revoked by grace" in refused.err
    status = project.run("approval", "status", f"fraud@{digest}", code=3, env=GRACE).out
    assert "too early\\x1b[2J" in status
    assert "\x1b" not in status


def test_a_deadline_that_is_over_is_not_met_and_the_delayed_job_keeps_the_rejection(project: Project) -> None:
    digest, over = project.judged("one"), now(-1)
    assert f"was to be approved until {over}" in project.approve(digest, "--until", over, code=3).err
    rejected = project.run("approval", "expire", f"fraud@{digest}", "--until", over, env=JOB).out
    assert rejected == f"fraud@{digest[:19]} is rejected for production: nobody approved it until {over}\n"
    assert "it was rejected at" in project.deploy(digest, code=3).err
    again = project.run("approval", "expire", f"fraud@{digest}", "--until", over, env=JOB).out
    assert again == f"somebody decided about fraud@{digest[:19]} for production in time\n"
    early = project.run("approval", "expire", f"fraud@{digest}", "--until", now(3600), code=2, env=JOB)
    assert "may be approved until" in early.err


def test_an_approval_that_expired_deploys_nothing(project: Project) -> None:
    project.configure({**APPROVAL, "expires": "1s"})
    digest = project.judged("one")
    expires = project.approve(digest, "--json").json["expires"]
    while now() <= expires:
        pass
    assert f"by grace expired at {expires}" in project.deploy(digest, code=3).err


def test_what_speaks_against_an_approval_is_said_at_once(project: Project) -> None:
    digest = project.judged("one", outcome=Outcome.FAIL, author="mallory")
    mallory = {**JOB, "GITLAB_USER_LOGIN": "mallory", "CI_COMMIT_REF_PROTECTED": "false", "CI_COMMIT_REF_NAME": "x\x07"}
    error = project.approve(digest, "--json", code=3, env=mallory).json["error"]
    assert error["message"].splitlines()[1:] == [
        f"  the newest verdict about fraud@{digest[:19]} is fail: metrics.auc",
        "  'x\\x07' is not protected, and only jobs on protected branches and tags approve",
        "  'mallory' is not among those who may approve",
        "  'mallory' started the pipeline that judged the model, and `four_eyes` wants somebody else",
    ]


def test_a_pipeline_of_a_branch_that_is_not_protected_deploys_nothing(project: Project) -> None:
    digest = project.judged("one")
    project.approve(digest)
    refused = project.deploy(digest, code=3, env={**GRACE, "CI_COMMIT_REF_PROTECTED": "false"})
    assert "is not protected" in refused.err


def test_where_no_approval_is_asked_for_none_is_given(project: Project) -> None:
    digest = project.judged("one")
    refused = project.approve(digest, "-e", "staging", code=2)
    assert "nothing asks for an approval of fraud for 'staging'" in refused.err
    assert "say which fraud" in project.run("approve", "fraud", code=2, env=GRACE).err


def test_gitlab_is_asked_who_runs_the_job(project: Project, gitlab: FakeGitLab) -> None:
    digest = project.judged("one")
    assert project.approve(digest, "--json", env=of(gitlab)).json["confirmed"] is True


def test_whoever_overrides_the_variable_that_says_who_they_are_approves_nothing(
    project: Project, gitlab: FakeGitLab
) -> None:
    digest = project.judged("one")
    gitlab.promotions.runs = {"id": 66, "username": "mallory"}
    refused = project.approve(digest, code=3, env=of(gitlab))
    assert "GitLab says that 'mallory' runs this job, and the variables say 'grace'" in refused.err
    assert project.store.records("fraud", digest, "approval") == ()
    assert JOB_TOKEN not in refused.err + refused.out


def test_a_gitlab_that_cannot_be_reached_is_worth_a_retry_and_one_that_does_not_tell_is_not(
    project: Project, gitlab: FakeGitLab
) -> None:
    digest = project.judged("one")
    project.approve(digest, code=4, env=of(gitlab, CI_SERVER_URL="http://127.0.0.1:9"))
    gitlab.status = 404
    told = project.approve(digest, env=of(gitlab))
    assert "answered 404 to whose job this is; GITLAB_USER_LOGIN counts" in told.err


def test_members_of_a_group_may_approve(project: Project, gitlab: FakeGitLab) -> None:
    project.configure({"groups": ["acme/mlops"]})
    digest = project.judged("one")
    job = of(gitlab, MLGITLAB_GITLAB_TOKEN=TOKEN)
    unknown = project.approve(digest, code=3, env=job)
    assert "acme/mlops: GitLab at" in unknown.err
    gitlab.promotions.members = {"acme/mlops": {17: "blocked"}}
    assert "neither by name nor in acme/mlops" in project.approve(digest, code=3, env=job).err
    gitlab.promotions.members = {"acme/mlops": {18: "active"}}
    assert "neither by name nor in acme/mlops" in project.approve(digest, code=3, env=job).err
    gitlab.promotions.members = {"acme/mlops": {17: "active"}}
    done = project.approve(digest, env=job)
    assert "is approved for production by grace" in done.out
    assert TOKEN not in done.out + done.err


def test_a_sweep_tells_jobs_that_wait_too_long_to_reject_and_no_other(project: Project, gitlab: FakeGitLab) -> None:
    gitlab.promotions.wait(1, "fraud:production:approve", now(-3 * 86400))
    gitlab.promotions.wait(2, "fraud:production:approve", now(-86400))
    gitlab.promotions.wait(3, "fraud:production:rollback", now(-9 * 86400))
    gitlab.promotions.wait(4, "other:production:approve", now(-9 * 86400))
    job = of(gitlab, MLGITLAB_GITLAB_TOKEN=TOKEN)
    told = project.run("approval", "expire", "--sweep", env=job).out
    assert "fraud:production:approve waited since" in told
    assert gitlab.promotions.played == {1: [{"key": "MLGITLAB_DECISION", "value": "reject"}]}
    # What the job does then: it rejects, whoever it belongs to, and fails.
    digest = project.judged("one")
    project.approve(digest, code=3, env={**GRACE, "MLGITLAB_DECISION": "reject"})
    assert "it was rejected by grace" in project.deploy(digest, code=3).err
    assert project.run("approval", "expire", "--sweep", env=job).out == "nothing waits too long\n"


def test_a_sweep_goes_on_where_gitlab_refuses_one(project: Project, gitlab: FakeGitLab) -> None:
    for number in (1, 2):
        gitlab.promotions.wait(number, "fraud:production:approve", now(-3 * 86400))
    gitlab.promotions.unplayable.add(1)
    done = project.run("approval", "expire", "--sweep", "--json", code=4, env=of(gitlab, MLGITLAB_GITLAB_TOKEN=TOKEN))
    assert "fraud:production:approve: GitLab at" in done.json["refused"][0]
    assert [*gitlab.promotions.played] == [2]


def test_a_sweep_needs_a_token_and_either_sweeps_or_looks_at_one_model(project: Project) -> None:
    assert "a sweep needs a token" in project.run("approval", "expire", "--sweep", code=2, env=GRACE).err
    assert "either MODEL@DIGEST or --sweep" in project.run("approval", "expire", code=2, env=GRACE).err


def test_on_premium_what_people_say_of_the_deployment_is_the_agreement(project: Project, gitlab: FakeGitLab) -> None:
    project.configure({**APPROVAL, "deployment": True})
    digest = project.judged("one")
    deployment = gitlab.promotions.deploy(5, "production/fraud", now(), 44, status="running")
    gitlab.promotions.deploy(6, "production/fraud", now(), 45, status="running")
    job = of(gitlab, CI_JOB_ID="44", GITLAB_USER_LOGIN="ada")
    assert "nobody approved this deployment" in project.approve(digest, "--deployment", code=3, env=job).err
    deployment["approvals"] = [
        {"user": {"id": 1, "username": "ada"}, "status": "approved"},
        {"user": {"id": 17, "username": "grace"}, "status": "approved"},
    ]
    made = project.approve(digest, "--deployment", "--json", env=job).json
    assert (made["by"], made["user"], made["confirmed"]) == ("grace", "17", True)
    # The job may run again after the time limit, to finish a deployment that was interrupted.
    again = project.approve(digest, "--deployment", "--until", now(-1), "--json", env=job).json
    assert again == made
    project.deploy(digest)
    deployment["approvals"].append({"user": {"id": 3, "username": "eve"}, "status": "rejected"})
    other = project.judged("two", digest)
    assert "is rejected in GitLab by 'eve'" in project.approve(other, "--deployment", code=3, env=job).err


def test_on_premium_a_sweep_rejects_deployments_that_wait_too_long(project: Project, gitlab: FakeGitLab) -> None:
    project.configure({**APPROVAL, "deployment": True})
    late = gitlab.promotions.deploy(5, "production/fraud", now(-3 * 86400), 44)
    young = gitlab.promotions.deploy(6, "production/fraud", now(), 45)
    other = gitlab.promotions.deploy(7, "production/other", now(-3 * 86400), 46)
    job = of(gitlab, MLGITLAB_GITLAB_TOKEN=TOKEN)
    assert "the deployment to production/fraud is rejected" in project.run("approval", "expire", "--sweep", env=job).out
    assert (late["status"], young["status"], other["status"]) == ("failed", "blocked", "blocked")
    assert late["approvals"][0]["comment"] == "mlgitlab: nobody approved it in time"


def test_a_release_links_the_evidence_of_what_is_deployed_and_of_nothing_else(
    project: Project, gitlab: FakeGitLab
) -> None:
    page = "https://gitlab.example/team/models/-"
    digest = project.judged("one", job=f"{page}/jobs/4", pipeline=f"{page}/pipelines/1")
    job = of(gitlab, CI_JOB_URL=f"{page}/jobs/9", CI_PIPELINE_URL=f"{page}/pipelines/2", CI_COMMIT_SHA="a" * 40)
    release = ("deploy", "release", f"fraud@{digest}")
    assert "fraud@production is nothing" in project.run(*release, code=3, env=job).err
    project.approve(digest, env=job)
    project.deploy(digest)
    tag = f"production-fraud-{digest[7:19]}"
    assert project.run(*release, env=job).out == f"release {tag}\n"
    made = gitlab.promotions.releases[tag]
    assert made["ref"] == "a" * 40
    assert {link["name"]: link["url"] for link in made["assets"]["links"]} == {
        "Report of the gates": f"{page}/jobs/4/artifacts/file/.mlgitlab/fraud/gate/report.html",
        "Approval 1": f"{page}/jobs/9",
        "Pipeline that judged it": f"{page}/pipelines/1",
        "Pipeline that deployed it": f"{page}/pipelines/2",
    }
    assert "Approved by `grace`" in made["description"]
    assert project.run(*release, env=job).out == f"release {tag} was there already\n"
    assert "in a GitLab job" in project.run(*release, code=2, env=GRACE).err


def test_the_shorthand_names_people(tmp_path: Path) -> None:
    project = Project(tmp_path, approval={"users": ["grace"]}, production=STAGING)
    digest = project.judged("one")
    project.approve(digest)
    project.deploy(digest)
