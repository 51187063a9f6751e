"""From a training to a verdict: what one pipeline promotes, the next is compared with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.example_repository import ExampleRepository
from scripts.gitlab_ci_local import Run, run
from tests.commands import mlgitlab

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def verdict(found: Run) -> dict[str, Any]:
    """What the gate's job left."""
    path = found.artifacts("diabetes:gate") / ".mlgitlab/diabetes/gate/verdict.json"
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_second_model_is_judged_beside_the_first_and_the_gates_are_tried(tmp_path: Path) -> None:
    repository = ExampleRepository("single-model", tmp_path / "repository")
    store = {"MLGITLAB_STORE": str(tmp_path / "store")}

    first = run(repository.folder, store)
    assert first.succeeded, first.output
    assert "diabetes:gate" in first.passed
    bootstrap = verdict(first)
    assert (bootstrap["outcome"], bootstrap["compared"]) == ("pass", "bootstrap")

    production = bootstrap["candidate"]
    mlgitlab("model", "tag", "diabetes", production, "production", "--force", cwd=repository.folder, environ=store)
    repository.replace("params.yaml", "alpha: 0.3", "alpha: 0.4")
    repository.commit("Penalise more")
    second = run(repository.folder, {**store, "CI_PIPELINE_SOURCE": "schedule"})

    found = verdict(second)
    assert (found["compared"], found["production"]) == ("production", production)
    # On a machine that others keep busy, speed cannot be told, and the gate must say so; nothing else may be open.
    open_ = {each["rule"] for each in found["rulings"] if each["outcome"] != "pass"}
    assert open_ <= {"inference.latency_p50.max_ratio"}, second.output
    assert found["outcome"] == ("inconclusive" if open_ else "pass")
    assert second.succeeded is not bool(open_), second.output
    assert {"diabetes:evaluate", "diabetes:drill"} <= set(second.passed)
    assert ("diabetes:gate" in second.passed) is not bool(open_)
    assert found["candidate"] != production
    mae = next(each for each in found["rulings"] if each["rule"] == "metrics.mae" and each["production"])
    assert mae["interval"]
    left = found_in(second, "gate")
    assert {"report.html", "junit.xml", "metrics.txt", "note.md", "verdict.json"} <= left
    drill = second.artifacts("diabetes:drill") / ".mlgitlab/diabetes/drill/drill.json"
    trials = json.loads(drill.read_text("utf-8"))["trials"]
    assert {each["seen"] for each in trials} == {"caught"}
    assert {each["rule"].partition(".")[0] for each in trials} == {
        "metrics", "fairness", "inference", "size", "format", "data",
    }  # fmt: skip


def found_in(done: Run, kind: str) -> set[str]:
    """Names of the files that a job left."""
    return {path.name for path in (done.artifacts(f"diabetes:{kind}") / f".mlgitlab/diabetes/{kind}").iterdir()}
