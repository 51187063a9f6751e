"""Pipelines that share a store: what one has trained, the next takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.example_repository import ExampleRepository
from scripts.gitlab_ci_local import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_the_second_pipeline_trains_nothing_and_says_whose_result_it_reuses(tmp_path: Path) -> None:
    repository = ExampleRepository("single-model", tmp_path / "repository")
    store = {"MLGITLAB_STORE": str(tmp_path / "store")}

    first = run(repository.folder, store)
    assert first.succeeded, first.output
    made = json.loads((first.artifacts("diabetes:train") / ".mlgitlab/diabetes/train.json").read_text("utf-8"))
    assert not made["reused"]

    second = run(repository.folder, store)
    assert second.succeeded, second.output
    assert "diabetes:train" in first.passed
    assert "diabetes:train" not in second.passed
    assert "diabetes:evaluate" in second.passed
    assert f"the store has its result: {made['digest'][:19]} of commit {made['commit'][:12]}" in second.output


def test_a_job_reuses_what_was_not_there_yet_when_the_pipeline_was_planned(tmp_path: Path) -> None:
    repository = ExampleRepository("single-model", tmp_path / "repository")
    first = run(repository.folder, {"MLGITLAB_STORE": str(tmp_path / "store")})
    assert first.succeeded, first.output
    generated = repository.folder / ".gitlab-ci.yml"
    text = generated.read_text("utf-8")
    # A generate job that does not ask: the training job itself finds the result.
    script = (repository.folder / ".gitlab/mlgitlab.yml").read_text("utf-8")
    (repository.folder / ".gitlab/mlgitlab.yml").write_text(
        script.replace("mlgitlab generate ", "mlgitlab generate --no-ask-store "), "utf-8"
    )
    assert text
    repository.commit("Ask nobody")

    second = run(repository.folder, {"MLGITLAB_STORE": str(tmp_path / "store"), "CI_COMMIT_BEFORE_SHA": "0" * 40})

    assert second.succeeded, second.output
    assert "diabetes:train" in second.passed
    assert "nothing is trained; reused the result of commit" in second.output
