"""A pipeline past the limit: each part runs by itself, with the artifacts that its jobs pass to each other.

gitlab-ci-local knows no needs from another pipeline, so the child that starts the parts is held
against GitLab's schema elsewhere, and the parts run here one after the other, as their waves would.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.gitlab_ci_local import run
from tests.commands import mlgitlab
from tests.repositories import Repo

pytestmark = pytest.mark.e2e

MODEL = (
    "{paths: NAME, train: {command: 'mkdir -p out && echo NAME > out/NAME', outputs: out/NAME}, evaluate: cat out/NAME}"
)
CONFIG = "\n".join([
    "version: 1",
    "gitlab: {max_jobs: 4}",
    "quality: {lint: echo checked}",
    "models:",
    *(f"  {name}: {MODEL.replace('NAME', name)}" for name in "abc"),
])  # fmt: skip


def test_the_parts_of_a_split_pipeline_run(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo").write({"mlgitlab.yml": CONFIG})
    repo.commit("first")
    plan = mlgitlab("generate", "--all", "--profile", "default_branch", "--json", cwd=repo.folder).json

    _, *parts = plan["output"]
    ran = [run(repo.folder, {"CI_PIPELINE_SOURCE": "parent_pipeline"}, file=part) for part in parts]

    assert [(found.exit_code, found.failed) for found in ran] == [(0, ())] * 3, [found.output for found in ran]
    jobs = {job for found in ran for job in found.passed}
    assert jobs == {step["id"] for step in plan["steps"] if step["selected"]}
