"""plan.json is a contract: real documents against its schema, and the schema against the code's own lists."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mlgitlab.changes import ChangeKind
from mlgitlab.ci import PipelineKind
from mlgitlab.config.costs import Over
from mlgitlab.config.fleet import Missing
from mlgitlab.config.schema import StepKind, Tier
from mlgitlab.planning.baseline import Rule
from mlgitlab.planning.costs_forecast import State
from mlgitlab.planning.document import MOST_REASONS, SCHEMA_VERSION
from mlgitlab.results import Cause
from scripts.references import PLAN_SCHEMA, keys
from tests.commands import mlgitlab
from tests.gitlab_runners_api import TOKEN, serve
from tests.repositories import Repo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA: dict[str, Any] = json.loads(PLAN_SCHEMA.read_text("utf-8"))
# Objects whose keys are names of the user's.
NAMED = {"parameters"}
CONFIG = """
version: 1
ignore: ["*.md"]
unmatched: nothing
gitlab: {max_jobs: 3, tier: free}
costs: {per_gpu_hour: {t4: 0.5}}
budgets: {merge_request: 0.1}
runners: warn
parameters: {epochs: {type: integer, default: 3}}
models:
  fraud:
    paths: models/fraud
    gpu: t4
    train: {command: python models/fraud/train.py, outputs: [out/]}
    evaluate: {command: python models/fraud/evaluate.py, metrics: metrics.txt}
  churn: {paths: models/churn, models: [fraud], train: {command: "mkdir -p out; echo x > out/churn", outputs: [out/]}}
quality: {lint: ruff check .}
"""
HOSTILE = "models/fraud/$(x)\n\x1b[31m\udcff.bin"


def strict(node: Any) -> Any:
    """The schema without room for keys that it does not name."""
    if isinstance(node, dict):
        closed = {"additionalProperties": False} if "properties" in node else {}
        return {**closed, **{key: strict(value) for key, value in node.items()}}
    return [strict(item) for item in node] if isinstance(node, list) else node


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Documents that use, between them, every key there is."""
    folder: Path = tmp_path_factory.mktemp("plans")
    repo = Repo.create(folder / "repo")
    names = [f"models/fraud/part_{number}.py" for number in range(30)]
    train = "".join(f"import part_{number}\n" for number in range(30))
    code = {
        "models/fraud/train.py": train,
        "models/fraud/evaluate.py": "",
        "models/churn/train.py": "",
        **dict.fromkeys(names, ""),
        "told.py": "",
        "to\\ld.py": "",
    }
    repo.commit("one", {"mlgitlab.yml": CONFIG, HOSTILE: "0123456789" * 9, **code})
    repo.branch("work").move(HOSTILE, f"{HOSTILE}2")
    repo.commit(
        "two",
        {
            **dict.fromkeys(names, "x = 1\n"),
            "told.py": "# x\n",
            "to\\ld.py": "# x\n",
            "README.md": "x",
            "other.bin": "x",
            "back\\slash.md": "x",
            "o\\ther": "x",
        },
    )
    repo.write({"models/churn/new.py": ""})
    runs = (
        ("--profile", "default_branch"),
        ("--as", "merge_request"),
        ("--as", "schedule", "--gitlab-version", "17.11"),
        ("--base", "main", "--head", "work"),
    )
    found = [mlgitlab("preview", "--json", *argv, cwd=repo.folder).json for argv in runs]
    store = {"MLGITLAB_STORE": str(folder / "store")}
    mlgitlab("train", "churn", cwd=repo.folder, environ=store)
    pinned = ("preview", "--json", "--base", "main", "--profile", "default_branch")
    with serve() as fake:
        fake.add(tag_list=["gpu", "gpu:t4"], paused=True)
        asked = {"CI_SERVER_URL": fake.url, "CI_PROJECT_PATH": "group/project", "MLGITLAB_GITLAB_TOKEN": TOKEN}
        found.append(mlgitlab("preview", "--json", "--check-runners", cwd=repo.folder, environ=asked).json)
    return [*found, mlgitlab(*pinned, cwd=repo.folder, environ=store).json]


def test_real_documents_hold_what_the_schema_names_and_nothing_else(documents: list[Any]) -> None:
    validator = jsonschema.Draft202012Validator(strict(SCHEMA))
    faults = [f"{error.json_path}: {error.message}" for found in documents for error in validator.iter_errors(found)]
    assert faults == []


def test_every_key_that_is_documented_occurs(documents: list[Any]) -> None:
    documented = {path for path, _ in keys(SCHEMA, SCHEMA["$defs"])}
    assert {key for found in documents for key in _keys(found)} == documented


def _keys(node: Any, path: str = "") -> Iterator[str]:
    for name, value in node.items() if isinstance(node, dict) else ():
        shown = "NAME" if path in NAMED else name
        here = f"{path}.{shown}" if path else shown
        yield here
        yield from _keys(value, here)
    for item in node if isinstance(node, list) else ():
        yield from _keys(item, f"{path}[]")


def test_a_key_that_nobody_documented_is_found(documents: list[Any]) -> None:
    odd = deepcopy(documents[0])
    odd["steps"][0]["surprise"] = 1
    assert not jsonschema.Draft202012Validator(strict(SCHEMA)).is_valid(odd)
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(odd), "a reader of an older release accepts new keys"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("schema_version", [SCHEMA_VERSION]),
        ("pipeline.kind", list(PipelineKind)),
        ("pipeline.tier", ["", *Tier]),
        ("baseline.rule", list(Rule)),
        ("changes.files[].kind", list(ChangeKind)),
        ("steps[].step", list(StepKind)),
        ("steps[].reasons[].cause", list(Cause)),
        ("costs.budget.over", list(Over)),
        ("costs.budget.state", list(State)),
        ("runners.missing", list(Missing)),
    ],
)
def test_the_schema_lists_the_values_that_the_code_knows(key: str, values: list[object]) -> None:
    found = dict(keys(SCHEMA, SCHEMA["$defs"]))[key]
    assert found.get("enum", [found.get("const")]) == values


def test_the_schema_allows_as_many_reasons_as_are_written() -> None:
    assert dict(keys(SCHEMA, SCHEMA["$defs"]))["steps[].reasons"]["maxItems"] == MOST_REASONS
