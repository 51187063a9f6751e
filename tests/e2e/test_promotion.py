"""A promotion's pipeline as a runner runs it: nothing enters production before a person plays the job that approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.gitlab_ci_local import run
from tests.promotions import APPROVAL, Project, now

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e
CHILD = "mlgitlab-child.yml"


def test_a_model_enters_production_once_a_person_has_approved_it(tmp_path: Path) -> None:
    project = Project(tmp_path, approval={**APPROVAL, "within": "7 days"})
    digest = project.judged("one")
    project.generate(env={"CI_PIPELINE_CREATED_AT": now()})
    approve, deploy = "fraud:production:approve", "fraud:production:deploy"

    refused = run(project.folder, _job("mallory"), file=CHILD, manual=[approve])
    assert approve in refused.failed, refused.output
    assert deploy not in (*refused.passed, *refused.failed), refused.output
    assert "'mallory' is not among those who may approve" in refused.output
    assert project.store.pointer("fraud", "production") is None

    # gitlab-ci-local does not delay the job that rejects what nobody approved in time: it sees that it is too early.
    played = run(project.folder, _job("grace"), file=CHILD, manual=[approve])
    assert played.failed == (), played.output
    assert "may be approved until" in played.output
    assert {"fraud:staging:deploy", approve, deploy} <= {*played.passed}, played.output
    assert f"fraud@{digest[:19]} is approved for production by grace" in played.output
    pointer = project.store.pointer("fraud", "production")
    assert pointer
    assert pointer.digest == digest


def _job(login: str) -> dict[str, str]:
    """What GitLab tells jobs of a protected branch, and of who plays them."""
    return {"CI_COMMIT_REF_PROTECTED": "true", "GITLAB_USER_LOGIN": login, "GITLAB_USER_ID": "17"}
