"""The gates of the example with three models see every fault that is planted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.example_repository import ExampleRepository
from tests.commands import mlgitlab

FAULTS = {
    "labels flipped",
    "an answer that is no number",
    "no rows",
    "evaluation set leaked by its rows",
    "forbidden pickle",
    "a file that is not what it is called",
    "format that is not allowed",
}
MORE = {"fraud": {"evaluation set declared for training", "grown in size"}, "churn": set[str]()}


@pytest.mark.parametrize(("model", "dataset"), [("fraud", "transactions-late"), ("churn", "")])
def test_every_planted_fault_is_seen(tmp_path: Path, model: str, dataset: str) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    for argv in (("train", model), ("evaluate", model, *(("--dataset", dataset) if dataset else ())), ("gate", model)):
        mlgitlab(*argv, cwd=repository.folder, environ=environ)

    found = mlgitlab("gate", "drill", model, "--json", cwd=repository.folder, environ=environ).json

    assert {each["fault"] for each in found["trials"]} == FAULTS | MORE[model]
    assert {each["seen"] for each in found["trials"]} == {"caught"}
