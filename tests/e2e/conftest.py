"""What every end-to-end test needs: a machine that can run pipelines."""

from __future__ import annotations

import os

import pytest

from scripts import gitlab_ci_local


@pytest.fixture(autouse=True)
def _a_machine_that_runs_pipelines() -> None:
    """Skip with the reason on a laptop; in CI the same is a failure, or green would mean nothing."""
    missing = gitlab_ci_local.lacking()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"pipelines cannot be run: {missing}")
    if missing:
        pytest.skip(f"pipelines cannot be run: {missing}")
