"""What a plan costs, by the runs that a real store holds, and what its budget says to that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result
from tests.commands import Done, mlgitlab
from tests.repositories import Repo
from tests.stores import write_files

CONFIG = """\
version: 1
ignore: ["*.md", plan.json, mlgitlab-child.yml, .gitignore]
gpus: {a100: {tags: [gpu, a100]}}
costs: {per_gpu_hour: {a100: 3.40}}
budgets: {merge_request: {max_gpu_hours: 4, label: ml::budget-ok}}
profiles: {merge_request: {steps: [train]}}
models:
  fraud: {paths: models/fraud, train: {command: python train.py, outputs: out/fraud, gpu: a100, timeout: 12h}}
  churn: {paths: models/churn, train: {command: python train.py, outputs: out/churn}}
"""
MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "1",
    "CI_DEFAULT_BRANCH": "main",
    "CI_SERVER_VERSION": "18.6",
}


class Project:
    """A repository whose last commit changes fraud, and a store with runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo.create(folder / "repo")
        ignored = ".mlgitlab*\nplan.json\n*-child.yml\n"
        files = {"mlgitlab.yml": CONFIG, "models/fraud/x.py": "", "models/churn/x.py": "", ".gitignore": ignored}
        self.base = self.repo.commit("one", files)
        self.head = self.repo.commit("two", {"models/fraud/x.py": "x = 1\n"})
        self.store = Store(bucket=FolderBucket(folder / "store"), files=LocalFiles())

    def ran(self, *hours: float, step: str = "fraud:train") -> None:
        """Runs of a step that lasted so long."""
        for number, duration in enumerate(hours):
            files = write_files(self.folder / "made", {"weights": f"{step} {number}".encode()})
            digest = self.store.push("fraud", files).digest
            record = {"step": step, "run": {"seconds": duration * 3600}}
            self.store.record("fraud", digest, "provenance", record)
            result = Result(
                step=step, fingerprint=f"{number:064x}", model="fraud", digest=digest, commit="c" * 40, at="2030-01-31"
            )
            self.store.keep_result(result)

    def run(self, *argv: str, check: int = 0, store: str = "", **environ: str) -> Done:
        address = store or str(self.folder / "store")
        return mlgitlab(*argv, cwd=self.repo.folder, environ={"MLGITLAB_STORE": address, **environ}, check=check)

    def merge_request(self, *argv: str, check: int = 0, **environ: str) -> Done:
        shas = {"CI_COMMIT_SHA": self.head, "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base}
        return self.run("generate", *argv, check=check, **MERGE_REQUEST, **shas, **environ)

    @property
    def laptop(self) -> Any:
        return self.run("preview", "--json", "--base", self.base).json


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_earlier_runs_say_what_a_training_takes(project: Project) -> None:
    project.ran(3.0, 3.2, 4.0)
    plan = project.merge_request("--json").json
    said = "this change starts 1 training, about 3.2 GPU hours (90 % under 4.0), 11 EUR; it saves 1 training"
    assert plan["costs"]["text"] == said
    assert plan["costs"]["steps"][0]["runs"] == 3
    assert plan["costs"]["budget"]["state"] == "within"
    assert f"Costs     {said}" in project.run("preview", "--base", project.base).out
    explained = project.run("explain", "fraud:train", "--base", project.base).out
    assert "it takes about 3.2 GPU hours (90 % under 4.0), 11 EUR, by its last 3 runs" in explained


def test_runs_of_another_step_say_nothing(project: Project) -> None:
    project.ran(1.0, step="fraud:smoke")
    assert project.laptop["costs"]["gpu_hours"] == {"median": 0, "p90": 0, "unknown_at_most": 12}


def test_the_last_ten_runs_count(project: Project) -> None:
    project.ran(*[1.0] * 12)
    assert project.laptop["costs"]["steps"][0]["runs"] == 10


def test_over_the_budget_there_is_no_pipeline_until_a_label_allows_it(project: Project) -> None:
    project.ran(3.0, 4.1)
    done = project.merge_request(check=3)
    assert "the change is over budget: 4.1 GPU hours, and budgets.merge_request allows 4" in done.err
    assert "add the label ml::budget-ok" in done.err
    assert not (project.repo.folder / "mlgitlab-child.yml").exists()

    plan = project.merge_request("--json", CI_MERGE_REQUEST_LABELS="bug, ml::budget-ok").json
    assert plan["costs"]["budget"]["state"] == "confirmed"
    assert [step["id"] for step in plan["steps"] if step["selected"]] == ["fraud:train"]


def test_a_pipeline_that_somebody_started_by_hand_has_no_budget(project: Project) -> None:
    ci = {**MERGE_REQUEST, "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_SHA": project.head, "CI_COMMIT_BRANCH": "topic"}
    del ci["CI_MERGE_REQUEST_IID"]
    plan = project.run("generate", "--json", "--profile", "merge_request", "--base", project.base, check=0, **ci).json
    assert [step["id"] for step in plan["steps"] if step["selected"]] == ["fraud:train"]
    assert plan["costs"]["budget"] is None


def test_a_laptop_shows_the_plan_and_what_the_merge_request_would_need(project: Project) -> None:
    budget = project.laptop["costs"]["budget"]
    assert (budget["state"], budget["gpu_hours"]) == ("over", 12)
    other = project.run("preview", "--json", "--base", project.base, "--profile", "default_branch").json
    assert other["costs"]["budget"] is None


@pytest.mark.parametrize("argv", [["--no-ask-store"], []], ids=["not asked", "out of reach"])
def test_a_store_that_does_not_answer_is_said_once_and_the_time_limit_counts(project: Project, argv: list[str]) -> None:
    done = project.run("preview", "--json", "--base", project.base, *argv, store="s3://bucket")
    plan = done.json
    assert plan["costs"]["gpu_hours"]["unknown_at_most"] == 12
    assert len(plan["notes"]) == 1


def test_what_was_altered_in_the_store_is_said_and_the_time_limit_counts(project: Project) -> None:
    project.ran(1.0)
    for record in project.folder.glob("store/models/fraud/*/provenance/*.json"):
        record.chmod(0o644)
        record.write_text("{}")
    plan = project.laptop
    assert plan["costs"]["gpu_hours"]["unknown_at_most"] == 12
    assert any("how long earlier runs took is not known" in note for note in plan["notes"])


def test_the_same_plan_costs_the_same_bytes(project: Project) -> None:
    project.ran(3.0, 3.2, 3.9)
    assert len({project.merge_request("--json").out for _ in range(3)}) == 1


def test_without_these_keys_nothing_of_it_is_loaded(project: Project) -> None:
    plain = CONFIG.replace("costs:", "#").replace("budgets:", "#")
    project.repo.commit("three", {"mlgitlab.yml": plain})
    code = (
        "import sys\nfrom mlgitlab.cli.main import main\n"
        f"assert main(['preview', '--repo', {str(project.repo.folder)!r}, '--json', '--base', {project.base!r}]) == 0\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project.folder)
    loaded = set(done.stderr.split())
    assert "mlgitlab.planning.plan" in loaded
    assert not {name for name in loaded if "costs_" in name or name.endswith(("fleet", "spending", "runners"))} - {
        "mlgitlab.config.fleet",
        "mlgitlab.config.spending",
    }
    assert '"costs": null' in done.stdout
