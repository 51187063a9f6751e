"""The commands of `mlgitlab deploy`, with a real nginx and real models behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import gitlab_api, nginx_host, nginx_project
from tests.load import load
from tests.nginx_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with nginx_project.project(tmp_path) as made:
        yield made


def test_the_first_model_is_tested_and_answers_and_a_second_run_changes_nothing(project: Project) -> None:
    digest = project.permitted("one")
    done = project.run("run", f"fraud@{digest}", "--json")
    assert done.json["status"] == "live"
    assert project.host.send("ada").version == digest
    assert project.run("run", f"fraud@{digest}").out.endswith("answers in production already\n")
    status = project.run("status", "fraud", "--json").json
    assert (status["traffic"]["live"], status["warm"], status["pointer"]) == (digest, [digest], digest)
    entries = project.run("history", "fraud", "--json").json["deployments"][0]["entries"]
    assert [entry["kind"] for entry in entries] == [
        "begun", "placing", "placed", "tested", "routing", "routed", "passed", "settling", "settled",
    ]  # fmt: skip


def test_a_model_that_is_not_what_it_says_gets_no_traffic(project: Project) -> None:
    digest = project.permitted("one", version="sha256:" + "0" * 64)
    done = project.run("run", f"fraud@{digest}", check=3)
    assert "synthetic.version: fail, 0 of 1 answered by the candidate" in done.err
    assert project.host.send("ada").status == 503


def test_one_command_goes_back_without_loading_the_model_again(project: Project) -> None:
    first = project.permitted("first")
    project.run("run", f"fraud@{first}")
    second = project.permitted("second", first)
    project.configure(strategy="replace", criteria=None)
    project.run("run", f"fraud@{second}")
    pid = (project.host.folder / "slots/blue/pid").read_text("ascii")
    assert "there is nothing to watch" in project.run("watch", "fraud", check=2).err
    done = project.run("rollback", "fraud", "--why", "it is worse")
    assert done.out == f"{first[:19]} answers again; the model before was ready\n"
    assert (project.host.folder / "slots/blue/pid").read_text("ascii") == pid
    assert project.host.send("ada").version == first
    shown = project.run("history", "fraud").out.splitlines()
    assert shown[-1].endswith(f"  replace, before {first[:19]}: {second[:19]} is reverted: it is worse")
    assert project.run("status", "fraud").out.splitlines()[2] == f"fraud@production: {first[:19]}"


def test_a_branch_that_is_not_protected_deploys_nothing(project: Project) -> None:
    digest = project.permitted("one")
    job = {"GITLAB_CI": "true", "CI_COMMIT_REF_NAME": "feature"}
    for argv in (("run", f"fraud@{digest}"), ("watch", "fraud"), ("rollback", "fraud")):
        done = project.run(*argv, check=3, environ=job)
        assert "'feature' is not protected, and only protected branches and tags deploy to production" in done.err
    project.run("run", f"fraud@{digest}", environ={**job, "CI_COMMIT_REF_PROTECTED": "true"})


def test_a_model_without_a_verdict_is_refused(project: Project) -> None:
    digest = project.push("one")
    done = project.run("run", f"fraud@{digest}", "--json", check=3)
    assert "holds no verdict about" in done.json["error"]["message"]
    assert project.run("history", "fraud").out == "nothing was deployed here yet\n"


def test_a_failed_deployment_opens_an_issue_with_the_evidence(project: Project) -> None:
    project.configure(incident={"labels": ["incident", "fraud"]})
    digest = project.permitted("one", version="wrong")
    with gitlab_api.serve() as gitlab:
        job = {"MLGITLAB_GITLAB_TOKEN": gitlab_api.TOKEN, "CI_SERVER_URL": gitlab.url, "CI_PROJECT_ID": "group/project"}
        done = project.run("run", f"fraud@{digest}", "--json", check=3, environ=job)
        assert done.json["issue"] == f"{gitlab.url}/group/project/-/issues/1"
        (issue,) = gitlab.issues
        assert issue["title"] == f"Deployment of fraud@{digest[:19]} to production: reverted"
        assert (issue["labels"], issue["confidential"]) == (["incident", "fraud"], True)
        assert "`0 of 1 answered by the candidate; 1: wrong`" in str(issue["description"])
        assert gitlab_api.TOKEN not in done.err
        entries = project.run("history", "fraud", "--json").json["deployments"][-1]["entries"]
        assert (entries[-1]["kind"], entries[-1]["why"]) == ("incident", done.json["issue"])
        gitlab.status = 403
        done = project.run("run", f"fraud@{digest}", check=3, environ=job)
        assert "no issue was opened: GitLab at" in done.err


def test_requests_are_recorded_masked_and_replayed(project: Project) -> None:
    record = {"consent": "DPIA 17", "mask": ["body.amount", "query.token"], "sample": "100%"}
    project.configure(record=record)
    first = project.permitted("first", prediction=0.5)
    project.run("run", f"fraud@{first}")
    with load(project.host.port, threads=2) as users:
        project.run("record", "fraud", "--requests", "20", "--for", "20s", "--output", "kept.jsonl")
    assert users.failed == []
    lines = [json.loads(line) for line in (project.root / "kept.jsonl").read_text("utf-8").splitlines()]
    assert lines == [
        {"id": str(number + 1), "method": "POST", "path": "/predict", "body": {"amount": 0}} for number in range(20)
    ]
    assert (project.root / "kept.jsonl").stat().st_mode & 0o777 == 0o600
    assert project.run("status", "fraud", "--json").json["traffic"]["shadow"] == ""
    same, other = project.push("same", prediction=0.5), project.push("other", prediction=0.9)
    assert project.run("replay", f"fraud@{same}", "kept.jsonl", "--json").json["same"] == 20
    project.configure(strategy="shadow", criteria={"agreement": "90%", "tolerance": 0.1})
    done = project.run("replay", f"fraud@{other}", "kept.jsonl", check=3)
    assert "0 of 20 answers are the same: 0.00 % (0.00 to 16.11)" in done.out


def test_nothing_is_recorded_without_consent(project: Project) -> None:
    done = project.run("record", "fraud", "--output", "kept.jsonl", check=2)
    assert "nobody has consented" in done.err


def test_a_shadow_is_compared_with_the_live_model_answer_by_answer(project: Project) -> None:
    first = project.permitted("first", prediction=0.5)
    project.run("run", f"fraud@{first}")
    criteria = {"min_requests": 20, "agreement": "80%", "tolerance": 0.1}
    project.configure(strategy="shadow", shadow="50%", criteria=criteria, synthetic=None)
    good = project.permitted("good", first, prediction=0.55)
    bad = project.permitted("bad", first, prediction=0.7)
    with load(project.host.port, threads=2):
        assert project.run("run", f"fraud@{good}", "--json").json["status"] == "shadowed"
        found = project.run("agreement", "fraud", "--json").json
        assert found["pairs"] == found["same"] > 20
        assert found["largest_difference"] == pytest.approx(0.05)
        assert "agreement" in project.run("run", f"fraud@{bad}", check=3).out
    assert project.run("agreement", "fraud", check=3).out.startswith(f"{bad[:19]} beside {first[:19]}: fail")
    assert project.host.send("ada").version == first
