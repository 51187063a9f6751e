"""The pipeline of a promotion: what each job holds, in which order, and that GitLab takes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config
from mlgitlab.errors import ConfigError
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline
from mlgitlab.pipeline.promotion import NOTHING, compose, degraded
from mlgitlab.pipeline.promotion_jobs import Makings
from mlgitlab.planning.promotion import Candidate, Found, Place, Promotions, plan
from tests.gitlab_schema import problems

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
POINTER = {"target": "pointer", "strategy": "replace"}
COMMAND = {
    "target": "command",
    "strategy": "canary",
    "criteria": {"error_rate": {"at_most": "1%"}},
    "command": {"standing": "./standing", "place": "./place", "route": "./route", "observe": "./observe"},
}
UNTIL = "2030-01-31T12:00:00Z"


def config(
    approval: dict[str, Any] | list[str] | None = None,
    tier: str = "free",
    version: str = "18.4",
    **environments: dict[str, Any],
) -> Config:
    model: dict[str, Any] = {"train": "x", "deploy": environments or {"staging": POINTER, "production": COMMAND}}
    model |= {"approval": approval} if approval is not None else {}
    written = {
        "version": 1,
        "models": {"fraud": model},
        "store": {"url": "s3://bucket/$HOME", "id_token": {"aud": "https://gitlab.example"}},
        "gitlab": {"tier": tier, "version": version},
        "defaults": {"tags": ["docker"], "image": "python:3.12"},
    }
    return parse(json.dumps(written).encode(), "mlgitlab.yml").config


def planned(settings: Config, candidate: str = ONE, **places: Place) -> Promotions:
    found = Found(candidates=(Candidate(digest=candidate),), places=places)
    return plan(settings, {"fraud": found}, "", {"fraud": UNTIL})


def composed(settings: Config, promotions: Promotions | None = None) -> dict[str, Any]:
    """The pipeline as GitLab reads it, once our rules and GitLab's schema have nothing against it."""
    instance = Instance.of(settings.gitlab)
    makings = Makings(
        config=settings,
        instance=instance,
        templates=JinjaJobTemplates({}, shipped_folder()),
        store="s3://bucket/$HOME",
    )
    made = compose(promotions or planned(settings), makings, ("header",))
    check(made, instance)
    text = emit(made).decode()
    assert problems(text) == []
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_each_environment_follows_the_one_before_once_that_is_good() -> None:
    jobs = composed(config(["grace"]))
    assert list(jobs)[2:] == [
        "fraud:staging:deploy",
        "fraud:staging:rollback",
        "fraud:production:approve",
        "fraud:production:expire",
        "fraud:production:deploy",
        "fraud:production:watch",
        "fraud:production:rollback",
    ]
    assert jobs["stages"] == ["staging", "production"]
    assert jobs["fraud:staging:deploy"]["needs"] == []
    assert jobs["fraud:production:approve"]["needs"] == ["fraud:staging:deploy"]
    assert jobs["fraud:production:deploy"]["needs"] == ["fraud:production:approve"]
    assert jobs["fraud:production:watch"]["needs"] == ["fraud:production:deploy"]


def test_the_digest_stands_in_every_line_and_the_time_limit_beside_it() -> None:
    jobs = composed(config(["grace"]))
    approve, deploy = jobs["fraud:production:approve"], jobs["fraud:production:deploy"]
    named = f"fraud@{ONE} --environment production"
    assert approve["script"] == [f"mlgitlab approve {named} --until {UNTIL}"]
    assert deploy["script"] == [f"mlgitlab deploy run {named}"]
    assert jobs["fraud:production:expire"]["script"] == [f"mlgitlab approval expire {named} --until {UNTIL}"]


def test_an_approval_waits_for_a_person_blocks_what_follows_and_is_ended_by_a_delayed_job() -> None:
    jobs = composed(config({"users": ["grace"], "within": "2 days"}))
    approve, expire = jobs["fraud:production:approve"], jobs["fraud:production:expire"]
    assert (approve["when"], approve["allow_failure"]) == ("manual", False)
    assert approve["manual_confirmation"].startswith("Approve fraud@sha256:111111111111 for production? Read")
    assert (expire["when"], expire["start_in"], expire["allow_failure"]) == ("delayed", "2 days 1 minute", True)
    assert expire["needs"] == []


def test_a_delayed_job_starts_within_a_week_as_gitlab_wants_it() -> None:
    jobs = composed(config({"users": ["grace"], "within": "7 days"}))
    assert jobs["fraud:production:expire"]["start_in"] == "7 days"


def test_a_deployment_holds_its_place_and_is_not_interrupted() -> None:
    deploy = composed(config(["grace"]))["fraud:production:deploy"]
    assert deploy["resource_group"] == "mlgitlab/production/fraud"
    assert deploy["interruptible"] is False
    assert deploy["timeout"] == "6 hours"
    assert deploy["environment"] == {"name": "production/fraud", "action": "start", "deployment_tier": "production"}
    assert deploy["id_tokens"] == {"MLGITLAB_ID_TOKEN": {"aud": "https://gitlab.example"}}
    assert deploy["retry"]["exit_codes"] == [4]
    assert deploy["variables"]["MLGITLAB_STORE"] == {"value": "s3://bucket/$HOME", "expand": False}
    assert composed(config(["grace"]))["fraud:production:watch"]["environment"]["action"] == "verify"


def test_the_model_before_is_stopped_once_the_window_is_over_if_gitlab_can_wait_so_long() -> None:
    settings = config(production=COMMAND)
    jobs = composed(settings, planned(settings, production=Place(digest=TWO)))
    retire = jobs["fraud:production:retire"]
    assert (retire["when"], retire["start_in"]) == ("delayed", "1 day 1 minute")
    assert retire["needs"] == ["fraud:production:watch"]
    assert retire["script"] == ["mlgitlab deploy retire fraud --environment production"]
    settings = config(production={**COMMAND, "rollback": {"window": "8 days"}})
    assert "fraud:production:retire" not in composed(settings, planned(settings, production=Place(digest=TWO)))


def test_the_way_back_waits_for_nothing_and_takes_over_from_whoever_is_at_work() -> None:
    rollback = composed(config(["grace"]))["fraud:production:rollback"]
    assert (rollback["when"], rollback["allow_failure"], rollback["needs"]) == ("manual", True, [])
    assert "resource_group" not in rollback
    assert rollback["script"] == [f"mlgitlab deploy rollback fraud --environment production --only {ONE} --take-over"]


def test_an_environment_is_described_to_gitlab_as_it_is_configured() -> None:
    gitlab = {
        "name": "development/fraud 1",
        "url": "https://dev.example/fraud",
        "stop": "./stop",
        "auto_stop_in": "1 week",
        "tags": ["host"],
        "variables": {"PRICE": "$5"},
    }
    jobs = composed(config(dev={**POINTER, "gitlab": gitlab}))
    deploy, stop = jobs["fraud:dev:deploy"], jobs["fraud:dev:stop"]
    assert deploy["environment"] == {
        "name": "development/fraud 1",
        "action": "start",
        "deployment_tier": "development",
        "url": "https://dev.example/fraud",
        "on_stop": "fraud:dev:stop",
        "auto_stop_in": "7 days",
    }
    assert (deploy["tags"], deploy["variables"]["PRICE"]) == (["host"], {"value": "$5", "expand": False})
    assert (stop["when"], stop["allow_failure"], stop["script"]) == ("manual", True, ["./stop"])
    assert stop["environment"] == {"name": "development/fraud 1", "action": "stop", "deployment_tier": "development"}


def test_a_release_is_made_once_the_model_is_good_where_one_is_wanted() -> None:
    jobs = composed(config(production={**COMMAND, "gitlab": {"release": True}}))
    release = jobs["fraud:production:release"]
    assert release["needs"] == ["fraud:production:watch"]
    assert release["script"] == [f"mlgitlab deploy release fraud@{ONE} --environment production"]


def test_what_nobody_has_to_approve_enters_production_by_hand() -> None:
    jobs = composed(config())
    assert "when" not in jobs["fraud:staging:deploy"]
    assert jobs["fraud:production:deploy"]["when"] == "manual"
    assert planned(config()).notes == (
        "nobody has to approve fraud for production (`models.fraud.approval`): a person starts the deployment",
    )


def test_what_is_approved_already_needs_no_second_approval() -> None:
    settings = config(["grace"])
    promotions = planned(settings, production=Place(approved=frozenset({ONE})))
    jobs = composed(settings, promotions)
    assert "fraud:production:approve" not in jobs
    assert jobs["fraud:production:deploy"]["needs"] == ["fraud:staging:deploy"]
    assert "when" not in jobs["fraud:production:deploy"]


def test_on_premium_the_deployments_own_approvals_are_read_by_the_job_that_deploys() -> None:
    settings = config({"users": ["grace"], "deployment": True}, tier="premium")
    jobs = composed(settings)
    assert "fraud:production:approve" not in jobs
    approve, deploy = jobs["fraud:production:deploy"]["script"]
    assert approve == f"mlgitlab approve fraud@{ONE} --environment production --until {UNTIL} --deployment"
    assert deploy.startswith("mlgitlab deploy run ")
    # A deployment would have to be approved first, and the way back must not wait for that.
    assert jobs["fraud:production:rollback"]["environment"]["action"] == "access"
    assert list(degraded(planned(settings), Instance.of(settings.gitlab))) == []


def test_what_an_instance_cannot_do_is_said() -> None:
    settings = config({"users": ["grace"], "deployment": True}, version="16.11")
    jobs = composed(settings)
    assert "manual_confirmation" not in jobs["fraud:production:approve"]
    assert list(degraded(planned(settings), Instance.of(settings.gitlab))) == [
        "manual jobs start without a question: manual_confirmation came with 17.1",
        "approvals of deployments need GitLab Premium (set gitlab.tier): a manual job and its record stand in",
        "GitLab Free has no approvals of its own: the record in the store counts, and the deploy job reads it",
    ]


def test_models_that_disagree_about_the_order_share_a_stage() -> None:
    written = {
        "version": 1,
        "models": {
            "one": {"train": "x", "deploy": {"eu": POINTER, "us": POINTER}},
            "two": {"train": "x", "deploy": {"us": POINTER, "eu": POINTER}},
        },
    }
    settings = parse(json.dumps(written).encode(), "mlgitlab.yml").config
    found = {name: Found(candidates=(Candidate(digest=ONE),), places={}) for name in ("one", "two")}
    jobs = composed(settings, plan(settings, found, "", {}))
    assert jobs["stages"] == ["promotion"]
    assert jobs["two:eu:deploy"]["needs"] == ["two:us:deploy"]


def test_nothing_to_promote_is_one_cheap_job_that_says_why() -> None:
    settings = config(["grace"])
    found = Found(candidates=(Candidate(digest=ONE, why_not="the verdict is\nfail"),), places={})
    jobs = composed(settings, plan(settings, {"fraud": found}, "", {}))
    assert list(jobs)[2:] == [NOTHING]
    note = jobs[NOTHING]["variables"]["MLGITLAB_NOTE"]
    assert note == "Nothing to promote.\nfraud: sha256:111111111111: the verdict is\\x0afail"
    assert jobs[NOTHING]["variables"]["GIT_STRATEGY"] == "none"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"when": "delayed"}, "belong together"),
        ({"start_in": "1 hour"}, "belong together"),
        ({"when": "delayed", "start_in": "8 days"}, "1 second to 1 week"),
        ({"when": "delayed", "start_in": "soon"}, "1 second to 1 week"),
        ({"manual_confirmation": "Sure?"}, "needs `when: manual`"),
        ({"environment": {"name": "a;b"}}, "no environment of the name 'a;b'"),
        ({"environment": {"name": "a", "action": "begin"}}, "environment:action 'begin'"),
        ({"environment": {"name": "a", "on_stop": "b"}}, "on_stop 'b' is no job that stops 'a'"),
        ({"resource_group": "a/"}, "no resource group"),
    ],
)
def test_what_gitlab_would_refuse_is_refused(body: dict[str, Any], says: str) -> None:
    job = Job(name="x", body={"stage": "s", "script": ["true"], "timeout": "1 hour", **body})
    with pytest.raises(ConfigError, match=says):
        check(Pipeline(stages=("s",), jobs=(job,)), Instance.of(config().gitlab))
