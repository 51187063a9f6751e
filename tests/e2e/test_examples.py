"""The examples, run for real: parent, child, training and all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.example_repository import ExampleRepository
from scripts.gitlab_ci_local import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

PARENT = {"mlgitlab-generate", "mlgitlab-run"}
MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}


def test_the_first_pipeline_of_the_single_model_trains_and_evaluates_it(tmp_path: Path) -> None:
    repository = ExampleRepository("single-model", tmp_path / "repository")

    found = run(repository.folder)

    assert found.succeeded, found.output
    checks = {"quality:tests", "quality:configs"}
    assert set(found.passed) == {*PARENT, *checks, "diabetes:train", "diabetes:evaluate"}
    model = json.loads((found.artifacts("diabetes:train") / "model/diabetes.json").read_text("utf-8"))
    assert len(model["weights"]) == 13
    metrics = (found.artifacts("diabetes:evaluate") / ".mlgitlab/diabetes/evaluate-metrics.txt").read_text("utf-8")
    (r2,) = (line for line in metrics.splitlines() if line.startswith("r2"))
    assert float(r2.split()[-1]) > 0.4


def test_a_change_of_one_model_of_the_monorepo_trains_that_model_alone(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    repository.replace("models/churn/params.yaml", "inverse_penalty: 1.0", "inverse_penalty: 0.5")
    repository.commit("Penalise churn more")

    found = run(repository.folder, {**repository.push(), "MLGITLAB_STORE": str(tmp_path / "store")})

    assert found.succeeded, found.output
    carried = "mlgitlab:metrics"  # production's numbers, for models that this pipeline does not evaluate
    assert set(found.passed) == {*PARENT, "quality:configs", "churn:train", "churn:evaluate", "churn:gate", carried}
    said = json.loads((found.artifacts("churn:gate") / ".mlgitlab/churn/gate/verdict.json").read_text("utf-8"))
    assert (said["model"], said["outcome"]) == ("churn", "pass")


def test_a_merge_request_that_edits_a_library_smokes_the_models_that_import_it(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    repository.git("switch", "--quiet", "--create", "library")
    repository.replace("libs/features/numbers.py", "np.clip(values, low, high)", "np.clip(values, low, high) + 0.0")
    repository.commit("Change a function four imports below fraud")

    found = run(repository.folder, MERGE_REQUEST)

    assert found.succeeded, found.output
    assert {job for job in found.passed if job.endswith((":smoke", ":train"))} == {"fraud:smoke", "student:smoke"}
    assert (found.artifacts("student:smoke") / "out/student/model.npz").exists()


def test_a_change_of_the_readme_runs_nothing_and_says_so(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    repository.replace("README.md", "# A repository", "# An example repository")
    repository.commit("Say that it is an example")

    found = run(repository.folder, repository.push())

    assert found.succeeded, found.output
    assert set(found.passed) == {*PARENT, "mlgitlab:nothing-to-do"}
    assert "Nothing to do" in found.output


def test_a_changed_table_is_validated_and_its_reports_are_kept(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    repository.replace("data/customers.csv", "\n59,plus,", "\n59,gold,")
    repository.commit("Sell a plan that the schema does not know")

    found = run(repository.folder, repository.push())

    assert set(found.failed) == {"data:customers"}
    assert "churn:train" not in found.passed
    report = (found.artifacts("data:customers") / ".mlgitlab/data/customers/junit.xml").read_text("utf-8")
    assert "gold" in report


def test_a_failing_job_of_the_child_turns_the_run_red(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    repository.replace("models/churn/train.py", "settings = params", "raise SystemExit(7)\n    settings = params")
    repository.commit("Break churn")

    found = run(repository.folder, repository.push())

    assert not found.succeeded
    assert "churn:train" in found.failed
    assert "churn:evaluate" not in found.passed
