"""`mlgitlab metrics` as a job and a person call it, with a store in a folder."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.commands import mlgitlab
from tests.repositories import Repo


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Repo.create(tmp_path / "project").commit("first", {"metrics.json": '{"auc": 0.9, "loss": 0.5}', "a.md": "x"})
    return tmp_path / "project"


def store(project: Path, content: str) -> Path:
    """Push a model, and say where its reference is."""
    (project / "out").mkdir(exist_ok=True)
    (project / "out" / "model.bin").write_text(content)
    reference = project / f"{content}.json"
    mlgitlab("model", "push", "fraud", "out", "--reference", str(reference), cwd=project)
    return reference


def in_production(project: Path, auc: str, loss: str = "0.5") -> Path:
    reference = store(project, f"model-{auc}")
    (project / "old.json").write_text(f'{{"auc": {auc}, "loss": {loss}}}')
    mlgitlab(
        "metrics", "report", "old.json", "-o", "old.txt", "--step", "evaluate",
        "--reference", str(reference), "--record", cwd=project,
    )  # fmt: skip
    digest = json.loads(reference.read_text())["digest"]
    mlgitlab("model", "tag", "fraud", digest, "production", "--force", cwd=project)
    return reference


def samples(file: Path) -> dict[tuple[str, str], float]:
    """Value by name and whose it is."""
    families = text_string_to_metric_families(file.read_text())  # type: ignore[no-untyped-call]
    return {(one.name, one.labels.get("of", "")): one.value for family in families for one in family.samples}


def test_a_report_of_files_needs_no_repository(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"val": {"auc": 0.9}, "loss": NaN, "name": "x"}')
    done = mlgitlab("metrics", "report", "m.json", "--label", "dataset=a b", cwd=tmp_path)
    assert samples(tmp_path / "metrics.txt")["val_auc", ""] == 0.9
    assert 'val_auc{dataset="a b"} 0.9' in (tmp_path / "metrics.txt").read_text()
    assert done.out.splitlines() == [
        "metrics.txt: 2 metrics, 0 of production's",
        "not finite: loss",
        "no numbers: name (the text 'x')",
    ]
    assert not (tmp_path / ".mlgitlab").exists()


def test_a_report_on_standard_output_is_the_report_alone(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("epoch,loss\n1,0.9\n2,0.5\n")
    done = mlgitlab("metrics", "report", "m.csv", "-o", "-", cwd=tmp_path)
    assert done.out == "# TYPE loss gauge\nloss 0.5\n# EOF\n"
    assert mlgitlab("metrics", "report", "m.csv", "--json", cwd=tmp_path).json["metrics"] == {"loss": 0.5}


def test_an_mlflow_folder_is_a_file_of_numbers(tmp_path: Path) -> None:
    run = tmp_path / "mlruns" / "0" / "abc"
    (run / "metrics" / "val").mkdir(parents=True)
    (run / "metrics" / "val" / "loss").write_text("1 0.9 0\n2 0.5 1\n")
    (run / "meta.yaml").write_text("lifecycle_stage: active\n")
    assert mlgitlab("metrics", "report", "mlruns", "--json", cwd=tmp_path).json["metrics"] == {"val/loss": 0.5}


def test_production_stands_beside_the_new_numbers(project: Path) -> None:
    in_production(project, "0.8")
    (project / "metrics.json").write_text('{"auc": 0.9, "loss": 0.5, "new": 1}')
    new = store(project, "new")
    mlgitlab(
        "metrics", "report", "metrics.json", "--step", "evaluate", "--reference", str(new), "--production", "--record",
        cwd=project,
    )  # fmt: skip
    assert samples(project / "metrics.txt") == {
        ("auc", ""): 0.9,
        ("auc", "production"): 0.8,
        ("auc_delta", ""): 0.1,
        ("loss", ""): 0.5,
        ("loss", "production"): 0.5,
        ("loss_delta", ""): 0.0,
        ("new", ""): 1.0,
    }


def test_a_pipeline_that_did_not_train_has_the_numbers_of_production(project: Path) -> None:
    in_production(project, "0.8", "NaN")
    mlgitlab("metrics", "report", "--model", "fraud", "--step", "evaluate", cwd=project)
    found = samples(project / "metrics.txt")
    assert found["auc", ""] == found["auc", "production"] == 0.8
    assert math.isnan(found["loss", ""])
    mlgitlab("metrics", "report", "--model", "fraud", "--step", "smoke", cwd=project, check=2)


def test_a_pinned_model_without_numbers_is_told_and_production_stands_in(project: Path) -> None:
    in_production(project, "0.8")
    pinned = store(project, "pinned")
    done = mlgitlab("metrics", "report", "--reference", str(pinned), "--step", "evaluate", cwd=project)
    assert "these are production's" in done.out


def test_numbers_that_come_again_after_others_are_the_newest(project: Path) -> None:
    reference = in_production(project, "0.8")
    for number in (0.9, 0.8, 0.7):
        (project / "again.json").write_text(f'{{"auc": {number}}}')
        mlgitlab(
            "metrics", "report", "again.json", "--reference", str(reference), "--step", "evaluate", "--record",
            cwd=project,
        )  # fmt: skip
    assert (
        mlgitlab("metrics", "diff", "old.json", "production:fraud", "--json", cwd=project).json["metrics"][0]["new"]
        == 0.7
    )


def test_without_production_the_report_is_written_and_says_so(project: Path) -> None:
    done = mlgitlab("metrics", "report", "metrics.json", "--model", "fraud", "--production", cwd=project)
    assert "no numbers of fraud in production are in the store" in done.out
    assert samples(project / "metrics.txt").keys() == {("auc", ""), ("loss", "")}


@pytest.mark.parametrize(
    "argv",
    [
        ("metrics.json", "--record"),
        ("metrics.json", "--production"),
        (),
        ("gone.json",),
        ("a.md",),
        ("metrics.json", "--label", "of=x"),
        ("metrics.json", "--label", "a-b=x"),
        ("metrics.json", "--reference", "metrics.json"),
    ],
)
def test_a_report_that_cannot_be_made_is_a_usage_error_and_leaves_no_file(project: Path, argv: tuple[str, ...]) -> None:
    done = mlgitlab("metrics", "report", *argv, cwd=project, check=2)
    assert done.err.startswith("error: ")
    assert not (project / "metrics.txt").exists()


def test_files_commits_and_models_are_compared(project: Path) -> None:
    reference = in_production(project, "0.8")
    (project / "metrics.json").write_text('{"auc": 0.95, "loss": NaN}')
    digest = json.loads(reference.read_text())["digest"]
    sides = ["HEAD:metrics.json", "production:fraud", "model:fraud@production", f"model:fraud@{digest[:19]}"]
    found = [
        mlgitlab("metrics", "diff", side, "metrics.json", "--json", cwd=project).json["metrics"][0] for side in sides
    ]
    assert [each["old"] for each in found] == [0.9, 0.8, 0.8, 0.8]
    shown = mlgitlab("metrics", "diff", "HEAD:metrics.json", "metrics.json", "--higher", "auc", cwd=project).out
    assert [line.split() for line in shown.splitlines()[2:4]] == [
        ["auc", "0.9", "0.95", "+0.05", "+5.6", "better"],
        ["loss", "0.5", "NaN", "NOT", "FINITE"],
    ]
    markdown = mlgitlab("metrics", "diff", "HEAD:metrics.json", "metrics.json", "--markdown", cwd=project).out
    assert "| auc | 0.9 | 0.95 | +0.05 | +5.6 |  |" in markdown


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("gone.json", "cannot read"),
        ("nowhere:metrics.json", "no commit of this repository"),
        ("HEAD:gone.json", "has no gone.json"),
        ("production:fraud", "holds no model fraud"),
        ("model:fr/aud", "names no model"),
    ],
)
def test_a_side_that_cannot_be_read_is_a_usage_error(project: Path, old: str, message: str) -> None:
    assert message in mlgitlab("metrics", "diff", old, "metrics.json", cwd=project, check=2).err


def test_a_pattern_that_means_no_metric_is_a_usage_error(project: Path) -> None:
    done = mlgitlab("metrics", "diff", "metrics.json", "metrics.json", "--only", "acu", cwd=project, check=2)
    assert "there are: auc, loss" in done.err


def test_curves_are_the_same_bytes_for_the_same_series(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("epoch,train_loss,val_loss\n1,1,2\n2,0.5,nan\n3,0.25,1\n")
    for name in ("a.svg", "b.svg", "a.html"):
        done = mlgitlab("metrics", "curves", "log.csv", "-o", name, "--log", cwd=tmp_path)
        assert done.out == f"{name}: 2 series in 1 chart\n"
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "1 not finite" in (tmp_path / "a.html").read_text()
    said = json.loads(mlgitlab("metrics", "curves", "log.csv", "-o", "c.svg", "--json", cwd=tmp_path).out)
    assert [chart["series"] for chart in said["charts"]] == [{"train_loss": 3, "val_loss": 3}]


@pytest.mark.parametrize(("file", "output"), [("log.csv", "curves.png"), ("one.json", "curves.svg")])
def test_what_cannot_be_drawn_is_a_usage_error(tmp_path: Path, file: str, output: str) -> None:
    (tmp_path / "log.csv").write_text("epoch,loss\n1,1\n")
    (tmp_path / "one.json").write_text('{"loss": 1}')
    mlgitlab("metrics", "curves", file, "-o", output, cwd=tmp_path, check=2)
    assert not (tmp_path / output).exists()
