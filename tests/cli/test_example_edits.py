"""What the README of each example promises for an edit is what `mlgitlab preview` says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.example_repository import EXAMPLES, ExampleRepository

MLGITLAB = Path(sys.executable).with_name("mlgitlab")
CHECKS = {"quality:lint", "quality:tests"}

# example, file, text in it, what replaces that, the steps of a merge request
EDITS = [
    pytest.param("monorepo", "README.md", "# A", "# The", set(), id="README"),
    pytest.param(
        "monorepo",
        "models/churn/params.yaml",
        "seed: 5",
        "seed: 6",
        {"quality:configs", "churn:smoke"},
        id="a parameter of one model",
    ),
    pytest.param(
        "monorepo",
        "libs/features/numbers.py",
        "np.clip(values, low, high)",
        "np.clip(values, low, high) + 0.0",
        {"fraud:smoke", "student:smoke", *CHECKS},
        id="a library file four imports below two models",
    ),
    pytest.param(
        "monorepo",
        "libs/features/encoding.py",
        "astype(float)",
        "astype(np.float32)",
        {"churn:smoke", *CHECKS},
        id="a library file that one model imports",
    ),
    pytest.param(
        "monorepo",
        "libs/training/network.py",
        "1 / (1 +",
        "1.0 / (1 +",
        {"fraud:smoke", "student:smoke", "churn:smoke", *CHECKS},
        id="a library file that every model imports",
    ),
    pytest.param(
        "monorepo",
        "data/transactions.csv",
        "\n4",
        "\n5",
        {"data:transactions", "fraud:smoke", "student:smoke"},
        id="a table that two models read",
    ),
    pytest.param(
        "monorepo",
        "libs/tests/test_features.py",
        "(99, 1.0)",
        "(98, 1.0)",
        CHECKS,
        id="a test",
    ),
    pytest.param(
        "monorepo",
        "models/fraud/train.py",
        "0.01",
        "0.02",
        {"quality:lint", "fraud:smoke", "student:smoke"},
        id="the training of a model that another learns from",
    ),
    pytest.param("single-model", "README.md", "# One", "# A", set(), id="README of the single model"),
    pytest.param(
        "single-model",
        "params.yaml",
        "0.3",
        "0.4",
        {"quality:tests", "quality:configs", "diabetes:smoke"},
        id="the one model's parameter",
    ),
    pytest.param(
        "single-model",
        "features.py",
        "raw[:, 0]",
        "raw[:, 1]",
        {"quality:tests", "diabetes:smoke"},
        id="a file that the one training imports",
    ),
    pytest.param(
        "single-model", "tests/test_training.py", "0.8 *", "0.7 *", {"quality:tests"}, id="a test of the one model"
    ),
    pytest.param(
        "single-model",
        "requirements.txt",
        "numpy==2.3.5",
        "numpy==2.3.4",
        {"quality:tests", "diabetes:smoke"},
        id="a requirement",
    ),
]


@pytest.mark.parametrize(("example", "path", "old", "new", "expected"), EDITS)
def test_an_edit_runs_what_the_readme_says(
    tmp_path: Path, example: str, path: str, old: str, new: str, expected: set[str]
) -> None:
    repository = ExampleRepository(example, tmp_path / "repository")
    repository.git("switch", "--quiet", "--create", "edit")
    repository.replace(path, old, new)
    repository.commit("Edit")

    plan = _preview(repository.folder, "--as", "merge_request")

    assert {step["id"] for step in plan["steps"] if step["selected"]} == expected


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_the_configuration_of_an_example_has_no_problem(tmp_path: Path, example: str) -> None:
    repository = ExampleRepository(example, tmp_path / "repository")
    done = subprocess.run([MLGITLAB, "lint"], cwd=repository.folder, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.startswith("0 errors, 0 warnings"), done.stdout + done.stderr


def _preview(folder: Path, *argv: str) -> dict[str, list[dict[str, object]]]:
    done = subprocess.run(
        [MLGITLAB, "preview", "--format", "json", *argv], cwd=folder, stdout=subprocess.PIPE, check=True
    )
    plan: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return plan
