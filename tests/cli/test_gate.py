"""`mlgitlab gate` as people and jobs run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlgitlab.jobs.gate import verdict_json
from mlgitlab.jobs.gate.verdict import KIND
from mlgitlab.store import collecting, garbage
from tests.gates import EVALUATE, Project, ruling

GATE = ".mlgitlab/fraud/gate"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose first model was trained and evaluated; tests work on copies."""
    project = Project(tmp_path_factory.mktemp("made") / "r")
    project.candidate(800)
    return project


@pytest.fixture
def project(made: Project, tmp_path: Path) -> Project:
    """A copy of the project."""
    return made.copy(tmp_path / "r")


def test_the_first_model_of_a_name_passes_by_rules_that_need_no_other(project: Project) -> None:
    digest = project.digest

    found = project.verdict(code=0)

    assert (found["outcome"], found["compared"], found["candidate"]) == ("pass", "bootstrap", digest)
    assert ruling(found, "data.held_out")["outcome"] == "pass"
    (kept,) = project.store.records("fraud", digest, KIND)
    assert verdict_json.read(kept, "fraud", digest).rules == found["rules"]
    assert {each.name for each in (project.folder / GATE).iterdir()} == {
        "verdict.json", "junit.xml", "metrics.txt", "note.md", "report.html",
    }  # fmt: skip


def test_a_first_model_that_no_rule_says_yes_to_does_not_pass(tmp_path: Path) -> None:
    project = Project(tmp_path / "r", rules="{metrics: {accuracy: {margin: 0.05}}}")
    project.candidate(800)
    found = project.verdict(code=3)
    assert found["outcome"] == "inconclusive"
    assert "nobody said yes" in ruling(found, "data.rules")["why"]


def test_a_model_that_is_worse_than_production_fails_and_one_that_is_better_passes(project: Project) -> None:
    production = project.digest
    project.promote(production)

    worse = project.candidate(650)
    found = project.verdict(code=3)
    assert (found["outcome"], found["candidate"], found["production"]) == ("fail", worse, production)
    assert [each["dataset"] for each in found["sets"]] == ["late"]
    assert "<failure" in (project.folder / GATE / "junit.xml").read_text()
    assert 'gate_verdict{model="fraud",step="gate"} 0.0' in (project.folder / GATE / "metrics.txt").read_text()

    project.candidate(860)
    assert project.verdict(code=0)["outcome"] == "pass"
    # Each verdict belongs to one model, which is named by its digest.
    assert project.verdict(code=0)["outcome"] == "pass"
    assert project.run("gate", f"fraud@{worse}", "--json", code=3).json["candidate"] == worse


def test_production_judged_again_is_no_pass_and_no_failure(project: Project) -> None:
    project.promote(project.digest)
    found = project.verdict(code=0)
    assert (found["outcome"], found["compared"]) == ("inconclusive", "identical")
    done = project.run("gate", "fraud")
    assert "nothing to promote" in done.out


def test_production_that_breaks_a_rule_is_a_failure_also_where_it_is_the_candidate(project: Project) -> None:
    project.promote(project.candidate(400))
    found = project.verdict(code=3)
    assert (found["outcome"], found["compared"]) == ("fail", "identical")


def test_without_predictions_of_the_candidate_or_of_production_nothing_passes(project: Project) -> None:
    production = project.train(810)
    assert "was it evaluated?" in ruling(project.verdict(code=3), "data.predictions")["why"]
    project.run("evaluate", "fraud")
    project.promote(production)
    project.change({"models/fraud/evaluate.py": EVALUATE.replace("rows =", "assert skill > 850\n    rows =")})
    project.candidate(900)
    # Production's own answers are on the same rows: those count.
    assert project.verdict(code=0)["outcome"] == "pass"
    project.change({"data/late.csv": "id\nother\n"})
    project.run("evaluate", "fraud")
    found = project.verdict(code=3)
    assert found["outcome"] == "inconclusive"
    assert "nothing to compare with" in ruling(found, "data.predictions")["why"]


def test_no_rows_are_no_pass(project: Project) -> None:
    project.change({"models/fraud/evaluate.py": EVALUATE.replace("range(1000)", "range(0)")})
    project.candidate(900)
    assert "no rows to judge by" in ruling(project.verdict(code=3), "data.predictions")["why"]


def test_rows_that_the_model_was_trained_on_are_refused(project: Project) -> None:
    train = (project.folder / "models/fraud/train.py").read_text()
    project.change({"models/fraud/train.py": train.replace("e1", "r5")})
    project.candidate(900)
    found = project.verdict(code=3)
    assert found["outcome"] == "fail"
    assert "1 of its 1000 rows are among those that were trained on: r5" in ruling(found, "data.held_out")["why"]


def test_data_that_was_trained_on_is_refused_by_name_and_under_another_name(project: Project) -> None:
    config = (project.folder / "mlgitlab.yml").read_text()
    project.change({"mlgitlab.yml": config.replace("datasets: [early]", "datasets: [early, late]")})
    project.candidate(900)
    assert "declares the dataset late" in ruling(project.verdict(code=3), "data.held_out")["why"]
    project.change({"mlgitlab.yml": config, "data/late.csv": "id\ne1\n"})
    project.candidate(910)
    assert "is what the training read as data/early.csv" in ruling(project.verdict(code=3), "data.held_out")["why"]


def test_a_change_cannot_switch_off_the_rule_that_judges_it(project: Project) -> None:
    project.promote(project.digest)
    config = (project.folder / "mlgitlab.yml").read_text()
    base = project.change({"mlgitlab.yml": config.replace("margin: 0.05", "margin: 0.5")})
    project.candidate(650)

    assert project.verdict(code=0)["weakened"] == []
    found = project.verdict("--base", base, code=3)
    assert found["weakened"] == ["metrics.accuracy was changed: margin 0.05 -> 0.5"]
    assert found["outcome"] == "fail"

    project.change({"mlgitlab.yml": config.partition("    gates:")[0]})
    project.candidate(660)
    assert "has no gates" in project.run("gate", "fraud", code=2).err
    assert project.verdict("--base", base, code=3)["weakened"] == ["metrics.accuracy was taken out"]


def test_a_change_cannot_choose_another_evaluation_set(project: Project) -> None:
    config = (project.folder / "mlgitlab.yml").read_text()
    easy = config.replace("datasets: {late", "datasets: {easy: data/easy.csv, late").replace("[late]", "[easy]")
    code = (project.folder / "models/fraud/evaluate.py").read_text()
    base = project.change({
        "mlgitlab.yml": easy, "data/easy.csv": "id\nx\n", "models/fraud/evaluate.py": code.replace('"late"', '"easy"'),
    })  # fmt: skip
    project.candidate(860)
    assert project.verdict(code=0)["outcome"] == "pass"
    found = project.verdict("--base", base, code=3)
    assert found["weakened"] == ["metrics.accuracy is judged with other held_out"]
    assert ruling(found, "data.predictions")["dataset"] == "late"


def test_a_change_cannot_stop_saying_which_rows_were_trained_on(project: Project) -> None:
    config = (project.folder / "mlgitlab.yml").read_text()
    base = project.change({"mlgitlab.yml": config.replace(", trained_on: out/rows.txt", "")})
    project.candidate(860)
    assert project.verdict(code=0)["outcome"] == "pass"
    found = project.verdict("--base", base, code=3)
    assert found["weakened"] == ["evaluate.predictions.trained_on was taken out"]
    assert ruling(found, "data.held_out")["outcome"] == "inconclusive"


def test_a_base_that_is_not_there_is_no_reason_to_judge_by_less(project: Project) -> None:
    assert "is not in the clone" in project.run("gate", "fraud", "--base", "1" * 40, code=4).err


def test_an_advisory_rule_is_reported_and_stops_nobody(tmp_path: Path) -> None:
    rules = "{metrics: {accuracy: {at_least: 0.6}, recall: {at_least: 0.99, advisory: true}}}"
    project = Project(tmp_path / "r", rules=rules)
    project.candidate(800)
    found = project.verdict(code=0)
    assert (ruling(found, "metrics.recall")["outcome"], ruling(found, "metrics.recall")["mandatory"]) == ("fail", False)


def test_rules_that_only_advise_pass_nobody(tmp_path: Path) -> None:
    project = Project(tmp_path / "r", rules="{metrics: {accuracy: {at_least: 0.6, advisory: true}}}")
    project.candidate(800)
    assert "no rule counts" in ruling(project.verdict(code=3), "data.rules")["why"]


def test_a_metric_of_the_projects_own_is_loaded_from_its_file(tmp_path: Path) -> None:
    rules = "{metrics: {right: {entry: 'metrics/own.py:right', direction: higher, at_least: 0.7}}}"
    project = Project(tmp_path / "r", rules=rules)
    own = "def right(truth, predicted, scores, weight):\n    return float((truth == predicted).mean())\n"
    project.change({"metrics/own.py": own})
    project.candidate(800)
    found = ruling(project.verdict(code=0), "metrics.right")
    assert found["candidate"] == 0.8
    project.change({"metrics/own.py": "raise SystemError('\\x1b[2J')\n"})
    done = project.run("gate", "fraud", code=2)
    assert "cannot be loaded" in done.err
    assert "\x1b[2J" not in done.err


def test_a_drill_goes_red_for_a_gate_that_nothing_fails(project: Project) -> None:
    found = project.run("gate", "drill", "fraud", "--json").json
    assert {each["seen"] for each in found["trials"]} == {"caught"}
    assert {each["fault"] for each in found["trials"]} == {
        "labels flipped", "an answer that is no number", "no rows", "evaluation set leaked by its rows",
        "evaluation set declared for training",
    }  # fmt: skip
    config = (project.folder / "mlgitlab.yml").read_text()
    project.change({"mlgitlab.yml": config.replace("margin: 0.05, at_least: 0.6", "at_least: 0.0")})
    done = project.run("gate", "drill", "fraud", code=3)
    assert "missed" in done.out
    assert "<failure" in (project.folder / ".mlgitlab/fraud/drill/junit.xml").read_text()
    assert not project.store.records("fraud", project.digest, KIND)


def test_a_drill_without_predictions_is_refused(project: Project) -> None:
    project.train(820)
    assert "evaluate it first: mlgitlab evaluate fraud" in project.run("gate", "drill", "fraud", code=3).err


def test_what_a_verdict_rests_on_outlives_every_clean_up(project: Project) -> None:
    first = project.digest
    project.candidate(500)  # nobody judges it, and nobody misses it
    project.promote(first)
    candidate = project.candidate(860)
    project.verdict(code=0)
    store = project.store
    (compared,) = store.records("fraud", candidate, "compared")
    attached = json.loads(json.dumps(compared["attachments"]))
    assert len(attached) == 2

    later = garbage.Rules(now=4_000_000_000.0, keep=0, older_than=0.0, moves=0)
    doomed = {blob.key.rpartition("/")[2] for blob in collecting.look(store.bucket, later, 2).blobs}

    assert doomed
    assert not doomed & {each["sha256"] for each in attached.values()}
