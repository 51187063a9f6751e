"""`mlgitlab evaluate` as people and jobs run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from mlgitlab.jobs.gate.record import KIND, kept
from mlgitlab.jobs.metrics.record import KIND as METRICS
from mlgitlab.jobs.metrics.record import newest
from tests.gates import EVALUATE, Project
from tests.repositories import ISOLATED


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a model in production, and a better one that was trained since; tests work on copies."""
    project = Project(tmp_path_factory.mktemp("made") / "r")
    project.promote(project.train(700))
    project.train(800)
    return project


@pytest.fixture
def project(made: Project, tmp_path: Path) -> Project:
    """A copy of the project."""
    return made.copy(tmp_path / "r")


def test_what_a_model_answers_is_kept_with_it(tmp_path: Path) -> None:
    project = Project(tmp_path / "r")
    digest = project.train()

    facts = project.run("evaluate", "fraud", "--json").json

    assert (facts["rows"], facts["compared"], facts["production"], facts["trouble"]) == (1000, "bootstrap", "", "")
    assert facts["seen"] == {"ids": 2, "shared": 0, "some": []}
    (found,) = kept(project.store.records("fraud", digest, KIND), "fraud")
    assert (found.dataset, found.set, found.rows, found.code) == ("late", facts["set"], 1000, facts["code"])
    assert list(found.data) == ["data/late.csv"]
    assert list(found.git) == ["data/late.csv"]
    place = project.store.fetch(found.digits, tmp_path / "fetched", "p.csv")
    assert place.read_bytes() == (project.folder / "p.csv").read_bytes()
    assert newest(project.store.records("fraud", digest, METRICS), "evaluate", {}) == {"accuracy": 0.8}
    report = (project.folder / ".mlgitlab/fraud/evaluate-metrics.txt").read_text()
    assert 'accuracy{model="fraud",step="evaluate"} 0.8' in report


def test_production_is_evaluated_once_and_the_candidates_files_are_put_back(project: Project) -> None:
    candidate, pointer = project.digest, project.store.pointer("fraud", "production")
    assert pointer
    production = pointer.digest

    first = project.run("evaluate", "fraud")
    second = project.run("evaluate", "fraud")

    assert "which is in production, on the same rows" in first.err
    assert "the store has the answers of" in second.err
    assert (project.folder / "out/skill.txt").read_text() == "800"
    assert '"accuracy": 0.8' in (project.folder / "metrics.json").read_text()
    assert not list((project.folder / ".mlgitlab/fraud").glob("aside*"))
    (theirs,) = kept(project.store.records("fraud", production, KIND), "fraud")
    ours = kept(project.store.records("fraud", candidate, KIND), "fraud")[0]
    assert (theirs.set, theirs.code, theirs.own, ours.own) == (ours.set, ours.code, False, True)
    report = (project.folder / ".mlgitlab/fraud/evaluate-metrics.txt").read_text()
    assert 'accuracy{model="fraud",of="production",step="evaluate"} 0.7' in report
    assert 'accuracy_delta{model="fraud",step="evaluate"} 0.1' in report


def test_other_evaluation_code_or_other_data_make_production_answer_again(project: Project) -> None:
    project.run("evaluate", "fraud")
    again = "which is in production, on the same rows"
    project.change({"models/fraud/evaluate.py": EVALUATE + "\n    print('altered')\n"})
    assert again in project.run("evaluate", "fraud").err
    project.change({"data/late.csv": "id\nr1\nr2\n"})
    assert again in project.run("evaluate", "fraud").err
    assert again not in project.run("evaluate", "fraud").err


def test_production_that_the_new_code_cannot_evaluate_is_trouble_and_the_candidate_counts(project: Project) -> None:
    picky = EVALUATE.replace("rows =", "assert skill > 750, skill\n    rows =")
    project.change({"models/fraud/evaluate.py": picky})

    facts = project.run("evaluate", "fraud", "--json").json

    assert facts["trouble"] == "the evaluation's command failed with exit code 1"
    assert (project.folder / "out/skill.txt").read_text() == "800"


def test_its_own_earlier_answers_stand_in_for_production_that_cannot_be_evaluated_any_more(tmp_path: Path) -> None:
    project = Project(tmp_path / "r")
    project.promote(project.candidate(700))
    picky = EVALUATE.replace("rows =", "assert skill > 750, skill\n    rows =")
    project.change({"models/fraud/evaluate.py": picky})
    project.train(800)

    facts = project.run("evaluate", "fraud", "--json").json

    assert (facts["trouble"], facts["reused"]) == ("", True)


def test_production_may_have_left_its_files_elsewhere_and_said_less_of_itself(tmp_path: Path) -> None:
    project = Project(tmp_path / "r")
    (project.folder / "old").mkdir()
    (project.folder / "old/s.txt").write_text("700")
    pushed = project.run("model", "push", "fraud", "old", "--json").json
    (project.folder / "old/s.txt").unlink()
    (project.folder / "old").rmdir()
    project.promote(pushed["digest"])
    either = "p = 'out/skill.txt' if __import__('os').path.exists('out/skill.txt') else 'old/s.txt'\n"
    evaluate = either + dedent(EVALUATE).replace('"out/skill.txt"', "p")
    project.change({"models/fraud/evaluate.py": evaluate})
    project.train(800)

    facts = project.run("evaluate", "fraud", "--json").json

    assert facts["trouble"] == ""
    assert not (project.folder / "old").exists()
    assert (project.folder / "out/skill.txt").read_text() == "800"


def test_a_model_whose_files_git_tracks_here_is_not_put_in_place(tmp_path: Path) -> None:
    project = Project(tmp_path / "r")
    pushed = project.run("model", "push", "fraud", "models/fraud/train.py", "--json").json
    project.promote(pushed["digest"])
    project.train(800)
    facts = project.run("evaluate", "fraud", "--json").json
    assert "has files that git tracks here: models/fraud/train.py" in facts["trouble"]
    assert project.repo.git("status", "--short") == ""


def test_an_evaluation_that_leaves_nothing_to_judge_fails_and_says_why(tmp_path: Path) -> None:
    project = Project(tmp_path / "r", evaluate="open('p.csv', 'w').write('id,truth,said,sex\\na,1,1,f\\na,0,x,m\\n')")
    project.train()
    done = project.run("evaluate", "fraud", code=3)
    assert "p.csv holds no predictions that could be judged" in done.err
    assert "1 ids come more than once: 'a'" in done.err


def test_predictions_of_an_earlier_run_are_not_mistaken_for_new_ones(project: Project) -> None:
    project.run("evaluate", "fraud")
    project.change({"models/fraud/evaluate.py": "pass\n"})
    assert "the predictions 'p.csv' are not there" in project.run("evaluate", "fraud", code=3).err


def test_files_that_git_tracks_are_not_deleted(project: Project) -> None:
    (project.folder / "p.csv").write_text("precious")
    project.repo.git("add", "--force", "p.csv")
    assert "git tracks what the evaluation writes: p.csv" in project.run("evaluate", "fraud", code=2).err
    assert (project.folder / "p.csv").read_text() == "precious"


def test_exactly_the_files_of_the_candidate_are_evaluated(project: Project) -> None:
    (project.folder / "out/skill.txt").write_text("1000")
    (project.folder / "out/more.txt").write_text("left over")
    project.run("evaluate", "fraud")
    assert (project.folder / "out/skill.txt").read_text() == "800"
    assert not (project.folder / "out/more.txt").exists()


def test_a_run_that_was_killed_between_the_models_leaves_nothing_that_a_later_one_trips_over(tmp_path: Path) -> None:
    slow = EVALUATE + "\n    if skill == 700: print('now', flush=True); __import__('time').sleep(60)\n"
    project = Project(tmp_path / "r", evaluate=slow)
    project.promote(project.train(700))
    candidate = project.train(800)
    environ = {"PATH": os.environ["PATH"], **ISOLATED}
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "evaluate", "fraud"],
        cwd=project.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("now"):
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert (project.folder / "out/skill.txt").read_text() == "700"

    project.change({"models/fraud/evaluate.py": EVALUATE})
    time.sleep(0.1)
    project.run("evaluate", "fraud")

    assert project.digest == candidate
    assert (project.folder / "out/skill.txt").read_text() == "800"
    assert not (project.folder / ".mlgitlab/fraud/aside").exists()


def test_a_signal_puts_everything_back_and_is_passed_on(tmp_path: Path) -> None:
    slow = EVALUATE + "\n    if skill == 700: print('now', flush=True); __import__('time').sleep(60)\n"
    project = Project(tmp_path / "r", evaluate=slow)
    project.promote(project.train(700))
    project.train(800)
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "evaluate", "fraud"],
        cwd=project.folder,
        env={"PATH": os.environ["PATH"], **ISOLATED},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("now"):
            break
    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    assert process.wait() == 128 + signal.SIGTERM
    process.stdout.close()
    assert (project.folder / "out/skill.txt").read_text() == "800"


def test_what_is_asked_for_and_not_there_is_named(tmp_path: Path) -> None:
    project = Project(tmp_path / "r")
    assert "there is no .mlgitlab/fraud/train.json" in project.run("evaluate", "fraud", code=2).err
    assert "did you mean `fraud`" in project.run("evaluate", "frod@production", code=2).err.replace("'", "`")
    project.train()
    assert "has no dataset 'later'" in project.run("evaluate", "fraud", "--dataset", "later", code=2).err
