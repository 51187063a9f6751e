"""The store of a story: models with verdicts, in the order in which they were judged, one a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND
from mlgitlab.jobs.gate.verdict_json import content
from tests.deployments import new_store, verdict
from tests.stores import write_files

_JOB = "https://git.example/team/models/-/jobs/{}"


def fill(store: Path, models: Path, judged: Sequence[Mapping[str, Any]]) -> None:
    """Write the models and verdicts of a story."""
    found = new_store(store)
    named: dict[str, str] = {}
    for number, one in enumerate(judged):
        model, at = one["model"], f"2026-03-01T08:{number:02}:00Z"
        files = write_files(models / str(number), {"model.txt": str(one["name"]).encode()})
        digest = named[one["name"]] = found.push(model, files).digest
        said = verdict(digest, named.get(one.get("beside", ""), ""), Outcome(one.get("outcome", "pass")))
        facts = {"author": "ada", "protected": one.get("protected", True), "job": _JOB.format(number + 100)}
        found.record(model, digest, KIND, content(replace(said, model=model, at=at, **facts)))
        if "at" in one:
            found.move(model, one["at"], digest, seen=0, at=at, by="ada", why="the story")
