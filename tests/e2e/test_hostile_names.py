"""File names are anybody's text: what is in one must never run, in no job of parent or child."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from scripts.example_repository import ExampleRepository
from scripts.gitlab_ci_local import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "first\ntouch pwned\n",
    "{{ 7 * 7 }}",
    "%PATH% ${PATH} $[[ inputs.stage ]]",
    "- rm\n  script: [touch pwned]",
    "*",
    "-rf",
)


def test_no_name_in_a_change_is_executed(tmp_path: Path) -> None:
    repository = ExampleRepository("monorepo", tmp_path / "repository")
    for name in HOSTILE:
        (repository.folder / "models/churn" / name).write_text("x\n", "utf-8")
    repository.commit("Add files that nobody would add")

    found = run(repository.folder, repository.push())

    assert found.succeeded, found.output
    assert "churn:train" in found.passed
    plan = json.loads((found.artifacts("mlgitlab-generate") / "plan.json").read_text("utf-8"))
    assert {_name(file) for file in plan["changes"]["files"]} == {f"models/churn/{name}" for name in HOSTILE}
    assert [path for path in tmp_path.rglob("*") if path.name.startswith("pwned")] == []


def _name(file: dict[str, str]) -> str:
    """The name as git has it: `path` is for people, and leaves the exact bytes to `path_base64` where it must."""
    return base64.b64decode(file["path_base64"]).decode() if "path_base64" in file else file["path"]
