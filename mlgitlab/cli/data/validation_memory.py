"""What the store remembers of validations: only passes, by everything that they depended on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options
from mlgitlab.cli.project.fingerprints import fingerprints_of
from mlgitlab.cli.project.head import read_project
from mlgitlab.cli.project.webs import Webs
from mlgitlab.config.schema import StepKind
from mlgitlab.errors import MlgitlabError, WorldError
from mlgitlab.jobs.data.validation import Verdict
from mlgitlab.jobs.data.validation_key import KIND
from mlgitlab.jobs.data.validation_reports import as_data, from_data
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A pass that was given before: the verdict, when, and in which pipeline (its address; empty on a laptop)."""

    verdict: Verdict
    at: str
    pipeline: str


def recall(store: Store, key: str) -> Remembered | None:
    """The pass under a key; None where there is none, or the store cannot be asked, which is said."""
    try:
        fact = store.fact(KIND, key)
    except MlgitlabError as error:
        warn(f"the store was not asked: {error.message}; validating")
        return None
    if fact is None:
        return None
    report = fact.get("report")
    verdict = from_data(report) if isinstance(report, Mapping) else None
    if verdict is None or not verdict.passed:
        return None
    return Remembered(verdict=verdict, at=str(fact.get("at", "")), pipeline=str(fact.get("pipeline", "")))


def remember(store: Store, key: str, verdict: Verdict, around: Surroundings) -> None:
    """Note a pass. A store that cannot be reached costs the next pipeline another validation, and no more."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    pipeline = around.environ.get("CI_PIPELINE_URL", "")
    try:
        store.note(KIND, key, {"at": now, "pipeline": pipeline, "report": as_data(verdict)})
    except WorldError as error:
        warn(f"the result was not noted: {error.message}")


def pipelines(around: Surroundings, config: str, names: set[str]) -> Mapping[str, str]:
    """The fingerprint of each dataset's validation step.

    Datasets whose fingerprint nobody can tell are left out: nothing of theirs is remembered.
    """
    options = Options(repo="", config=config)
    try:
        request, repository = wiring.start(around, options)
        project = read_project(request, repository)
        steps = {spec.id: spec.owner for spec in project.steps.values() if spec.kind is StepKind.DATA}
        wanted = [step for step, owner in steps.items() if owner in names]
        found = fingerprints_of(request, project, Webs(repository, request.cache)).of(wanted)
    except MlgitlabError as error:
        warn(f"nothing is remembered: {error.message}")
        return {}
    known = {}
    for step in wanted:
        owner = steps[step]
        # The data itself is known: its digest is part of the key, wherever it lies.
        own = {f"dataset {owner} lies outside git", f"datasets.{owner}.path names no file in git"}
        unknown = [what for what in found[step].unknown if what not in own]
        if unknown:
            warn(f"{owner}: nothing is remembered: {', '.join(unknown)}")
        else:
            known[owner] = found[step].value
    return known


def warn(text: str) -> None:
    """A line for people on stderr."""
    from mlgitlab.paths import printable  # noqa: PLC0415 (beside its one use)

    click.echo(f"{click.style('warning:', fg='yellow')} {printable(text)}", err=True)
