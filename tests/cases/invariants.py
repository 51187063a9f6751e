"""What holds for every outcome, whatever the story."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from scripts.references import PROMOTION_SCHEMA
from tests.cases.telling import Outcome
from tests.gitlab_schema import problems

_KEYWORDS = frozenset({"workflow", "stages"})
_OWN_JOBS = "mlgitlab:"


def broken(outcome: Outcome) -> list[str]:
    """Every rule that the outcome breaks, in words."""
    jobs = {name: _jobs(text) for name, text in outcome.pipelines.items()}
    if outcome.plan.get("phase") == "promotion":
        return [*_common(outcome, jobs), *_wrong_promotion(outcome.plan, jobs)]
    return [*_common(outcome, jobs), *_wrong_jobs(outcome.plan, jobs), *_leaked_names(outcome)]


def _common(outcome: Outcome, jobs: dict[str, dict[str, Any]]) -> list[str]:
    return [
        *(f"{name}: {problem}" for name, text in outcome.pipelines.items() for problem in problems(text)),
        *(problem for name, found in jobs.items() for problem in _wrong_needs(name, found)),
    ]


def _wrong_promotion(plan: Any, jobs: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The plan is as its schema has it and names every job, and no job of a model goes without its digest."""
    schema = json.loads(PROMOTION_SCHEMA.read_text("utf-8"))
    yield from (error.message for error in Draft202012Validator(schema).iter_errors(plan))
    found = {name: body for each in jobs.values() for name, body in each.items()}
    if [*found] != plan["jobs"]:
        yield f"the jobs are {[*found]}, and the plan names {plan['jobs']}"
    digests = {each["model"]: each["digest"] for each in plan["promotions"]}
    for name, body in found.items():
        model, _, kind = (*name.split(":"), "", "")[:3]
        if kind in ("approve", "deploy", "rollback", "expire") and digests[model] not in body["script"][-1]:
            yield f"{name} does not say which {model}"


def _jobs(text: str) -> dict[str, Any]:
    return {name: body for name, body in yaml.safe_load(text).items() if name not in _KEYWORDS}


def _wrong_jobs(plan: Any, jobs: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The jobs are the selected steps, each once, and there is always one."""
    found = [name for each in jobs.values() for name in each if not name.startswith(_OWN_JOBS)]
    selected = [step["id"] for step in plan["steps"] if step["selected"]]
    if sorted(found) != sorted(selected):
        yield f"the jobs are {sorted(found)}, and the plan selects {sorted(selected)}"
    yield from (f"{name} holds no job" for name, each in jobs.items() if not each)
    unexplained = [
        step["id"] for step in plan["steps"] if not (step["reasons"] if step["selected"] else step["skipped"])
    ]
    yield from (f"nothing explains {id_}" for id_ in unexplained)


def _wrong_needs(file: str, jobs: dict[str, Any]) -> Iterator[str]:
    for name, body in jobs.items():
        for need in body.get("needs", ()):
            needed = need if isinstance(need, str) else need.get("job") if "pipeline" not in need else None
            if needed and needed not in jobs:
                yield f"{file}: {name} needs {needed}, which is not there"


def _leaked_names(outcome: Outcome) -> Iterator[str]:
    """A file name that could act on a terminal, a shell or YAML stands nowhere as it is."""
    texts = {"the log": outcome.log, **outcome.files}
    for name, text in texts.items():
        yield from (f"{name} holds {char!r}" for char in sorted(set(text)) if not (char.isprintable() or char == "\n"))
    values = {value for text in outcome.pipelines.values() for value in _texts(_jobs(text))}
    for file in outcome.plan["changes"]["files"]:
        raw = base64.b64decode(file["path_base64"]).decode("utf-8", "surrogateescape") if "path_base64" in file else ""
        if raw:
            yield from (f"{name} holds {raw!r}" for name, text in texts.items() if raw in text)
        if raw or not file["path"].replace("/", "").replace(".", "").replace("_", "").replace("-", "").isalnum():
            yield from (f"a job holds {file['path']!r}" for value in values if (raw or file["path"]) in value)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from (*_texts(key), *_texts(value))
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node
