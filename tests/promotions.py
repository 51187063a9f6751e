"""A project with judged models in a store, and the real commands that promote, approve and deploy them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND, Verdict
from mlgitlab.jobs.gate.verdict_json import content
from mlgitlab.store.library import Store
from tests.commands import Done, mlgitlab
from tests.deployments import MODEL, new_store, push, verdict
from tests.repositories import Repo

APPROVAL: dict[str, Any] = {"users": ["grace", "Ada"], "four_eyes": True, "within": "2 days", "expires": "1 day"}
STAGING = {"target": "pointer", "strategy": "replace"}
# What GitLab tells the jobs of a promotion, which run on the protected default branch.
JOB = {
    "GITLAB_CI": "true",
    "CI": "true",
    "CI_COMMIT_BRANCH": "main",
    "CI_DEFAULT_BRANCH": "main",
    "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_REF_PROTECTED": "true",
    "CI_PIPELINE_SOURCE": "push",
    "CI_PIPELINE_CREATED_AT": "2026-01-01T12:00:00Z",
    "CI_PIPELINE_ID": "7",
    "CI_SERVER_VERSION": "18.4.0",
}
GRACE = {**JOB, "GITLAB_USER_LOGIN": "grace", "GITLAB_USER_ID": "17"}


def configuration(store: Path, approval: Mapping[str, Any] | None = None, **environments: Mapping[str, Any]) -> str:
    """The text of mlgitlab.yml; JSON is YAML."""
    model: dict[str, Any] = {
        "train": "true",
        "paths": "fraud",
        "deploy": environments or {"staging": STAGING, "production": STAGING},
    }
    if approval is not None:
        model["approval"] = dict(approval)
    return json.dumps({"version": 1, "models": {MODEL: model}, "store": f"file://{store}", "gitlab": {"tier": "free"}})


class Project:
    """A repository with a store beside it."""

    def __init__(self, folder: Path, approval: Mapping[str, Any] | None = None, **environments: Any) -> None:
        self.repo = Repo.create(folder / "repository")
        self.models = folder / "models"
        settings = configuration(folder / "store", APPROVAL if approval is None else approval, **environments)
        self.repo.commit("first", {"mlgitlab.yml": settings, "fraud/train.py": ""})

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.repo.folder

    @property
    def store(self) -> Store:
        """Its store."""
        return new_store(self.models.parent / "store")

    def configure(self, approval: Mapping[str, Any] | None, **environments: Any) -> None:
        """Commit another configuration."""
        self.repo.commit(
            "configure", {"mlgitlab.yml": configuration(self.models.parent / "store", approval, **environments)}
        )

    def push(self, name: str) -> str:
        """Store a model: its digest."""
        return push(self.store, self.models, name)

    def judged(self, name: str, production: str = "", outcome: Outcome = Outcome.PASS, **changed: Any) -> str:
        """Store a model and a verdict about it, of now, by a pipeline of ada's on a protected branch: its digest."""
        digest = self.push(name)
        self.judge(digest, production, outcome, **changed)
        return digest

    def judge(self, digest: str, production: str = "", outcome: Outcome = Outcome.PASS, **changed: Any) -> None:
        """Keep a verdict about a model."""
        self.keep(
            replace(
                verdict(digest, production, outcome), **{"protected": True, "author": "ada", "at": now(), **changed}
            )
        )

    def keep(self, found: Verdict) -> None:
        """Keep a verdict as it is."""
        self.store.record(MODEL, found.candidate, KIND, content(found))

    def point(self, environment: str, digest: str) -> None:
        """Let an environment stand at a model."""
        self.run("model", "tag", MODEL, digest, environment, "--force")

    def run(self, *argv: str, code: int | None = 0, env: Mapping[str, str] | None = None) -> Done:
        """One command, which must end with that code."""
        return mlgitlab(*argv, cwd=self.folder, environ=env, check=code)

    def approve(self, digest: str, *argv: str, code: int = 0, env: Mapping[str, str] = GRACE) -> Done:
        """`mlgitlab approve` in a job."""
        return self.run("approve", f"{MODEL}@{digest}", *argv, code=code, env=env)

    def deploy(self, digest: str, code: int = 0, env: Mapping[str, str] = GRACE) -> Done:
        """`mlgitlab deploy run` in a job."""
        return self.run("deploy", "run", f"{MODEL}@{digest}", code=code, env=env)

    def generate(self, code: int = 0, env: Mapping[str, str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The plan and the pipeline of a promotion."""
        sha = {"CI_COMMIT_SHA": self.repo.git("rev-parse", "HEAD")}
        done = self.run("generate", "--phase", "promotion", "--json", code=code, env={**JOB, **sha, **(env or {})})
        return done.json, yaml.safe_load((self.folder / "mlgitlab-child.yml").read_text("utf-8"))


def now(seconds: float = 0) -> str:
    """The time so many seconds from now, as documents have it."""
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
