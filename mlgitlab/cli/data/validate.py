"""`mlgitlab data validate`: whether datasets are what their schemas and baselines say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.data.validation import Settings, Task
from mlgitlab.cli.data.validation_memory import Remembered, pipelines, recall, remember
from mlgitlab.cli.data.validation_report import Progress, text
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import config_here, open_store, project_root
from mlgitlab.cli.wiring import validation as world
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Config, Engine
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.jobs.data.validation import Verdict
from mlgitlab.jobs.data.validation_overrides import refuse_overrides
from mlgitlab.jobs.data.validation_reports import as_data
from mlgitlab.paths import show
from mlgitlab.store.library import Store

FOLDER = ".mlgitlab/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line. Empty means not given."""

    datasets: tuple[str, ...]
    schema: str
    format: str
    engine: str | None
    report_dir: str
    max_failures: int
    chunk_rows: int
    whole_limit: int
    everything: bool
    again: bool
    store: str
    no_store: bool
    config: str
    as_json: bool


@click.command("validate")
@click.argument("datasets", nargs=-1, metavar="DATASET...")
@click.option("--all", "everything", is_flag=True, help="Every dataset that has a schema or a baseline.")
@click.option("--schema", default="", metavar="FILE", help="Take DATASET as a path or address, with this schema.")
@click.option("--format", default="", help="csv, tsv, parquet, jsonl, json or arrow, whatever the names say.")
@click.option("--engine", type=click.Choice([str(each) for each in Engine]), help="What runs the checks.")
@click.option("--report-dir", default="", metavar="DIR", help=f"Default: {FOLDER}/DATASET at the project's root.")
@click.option(
    "--max-failures",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Rows shown for each failing check.",
)
@click.option(
    "--chunk-rows", type=click.IntRange(min=1), default=100_000, show_default=True, help="Rows in memory at a time."
)
@click.option(
    "--whole-limit",
    type=click.IntRange(min=0),
    default=512,
    show_default=True,
    metavar="MIB",
    help="Memory for the rows of checks that need all of them at once.",
)
@click.option("--again", is_flag=True, help="Validate, whatever the store remembers.")
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@click.option("--no-store", is_flag=True, help="Neither ask the store nor tell it.")
@click.option("--config", default="", metavar="FILE", help="The configuration. Default: mlgitlab.yml.")
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Asked)
    """Check every row of each DATASET of mlgitlab.yml.

    Reports (JUnit, Code Quality, HTML, OpenMetrics, JSON) are written whatever the answer is. A pass is remembered in
    the store, and the same data is not read again. docs/data.md says what is checked, and how.

    Exit codes: 0 valid, 2 usage, configuration or schema, 3 not valid, 4 the data cannot be reached.
    """
    asked = Asked(**given)
    refuse_overrides(around.environ)
    tasks = _tasks(around, asked)
    for task in tasks:
        _ = task.loaded  # a wrong schema is said before anything is read
    store = _store(around, asked, tasks)
    known = pipelines(around, asked.config, {task.dataset for task in tasks}) if store else {}
    answers = [_answer(around, asked, task, store, known.get(task.dataset, "")) for task in tasks]
    if asked.as_json:
        click.echo(json.dumps([each.facts() for each in answers], indent=2))
    return ExitCode.YES if all(each.verdict.passed for each in answers) else ExitCode.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    verdict: Verdict
    remembered: Remembered | None
    folder: str

    def facts(self) -> dict[str, Any]:
        before = self.remembered
        known = {"at": before.at, "pipeline": before.pipeline} if before else None
        return {**as_data(self.verdict), "remembered": known, "reports": show(self.folder)}

    @property
    def before(self) -> str:
        """When and where a remembered pass was given."""
        if self.remembered is None:
            return ""
        where = f" by {self.remembered.pipeline}" if self.remembered.pipeline else ""
        return f"validated before{where} at {self.remembered.at}: nothing was read for the checks"


def _answer(around: Surroundings, asked: Asked, task: Task, store: Store | None, pipeline: str) -> _Answer:
    """One dataset's verdict, its reports written and, as they are made, said."""
    key, before, remembered = "", {}, None
    if store is not None and pipeline and task.table_is_readable:
        before = dict(task.table.stamps())
        key = task.snapshot(pipeline).key
        remembered = None if asked.again else recall(store, key)
    if remembered:
        verdict = remembered.verdict
    else:
        progress = Progress(task.dataset)
        try:
            verdict = task.validate(progress)
        finally:
            progress.done()
        # What was written to meanwhile is not what the digest says.
        if store is not None and key and verdict.passed and task.table.stamps() == before:
            remember(store, key, verdict, around)
    folder = _folder(around, asked, task)
    wiring.write(around, {f"{folder}/{name}": content for name, content in world.reports(verdict).items()})
    answer = _Answer(verdict=verdict, remembered=remembered, folder=folder)
    if not asked.as_json:
        click.echo("\n".join(text(verdict, before=answer.before, folder=folder)))
    return answer


def _folder(around: Surroundings, asked: Asked, task: Task) -> str:
    if asked.report_dir:
        return f"{asked.report_dir}/{task.dataset}" if len(asked.datasets) > 1 or asked.everything else asked.report_dir
    root = Path(project_root(around))
    place = root / FOLDER / task.dataset
    return str(place.relative_to(around.cwd) if place.is_relative_to(around.cwd) else place)


def _store(around: Surroundings, asked: Asked, tasks: Sequence[Task]) -> Store | None:
    """None where nothing can be remembered: for a path of the command line there is no step."""
    if asked.no_store or asked.schema or not tasks:
        return None
    return open_store(around, tasks[0].config, asked.store)


def _tasks(around: Surroundings, asked: Asked) -> Sequence[Task]:
    config = config_here(around, asked.config)
    settings = Settings(samples=asked.max_failures, chunk=asked.chunk_rows, whole=asked.whole_limit << 20)
    if asked.schema:
        return [_given(around, asked, config, settings, path) for path in _one(asked)]
    if config is None:
        raise UsageError("there is no mlgitlab.yml here", "name the data and its schema: DATASET --schema FILE")
    return [_declared(around, asked, config, settings, name) for name in _names(asked, config)]


def _one(asked: Asked) -> Sequence[str]:
    if asked.everything or len(asked.datasets) != 1:
        raise UsageError("--schema is for one path or address", "datasets of mlgitlab.yml have their own schemas")
    return asked.datasets


def _names(asked: Asked, config: Config) -> Sequence[str]:
    if asked.everything == bool(asked.datasets):
        raise UsageError("which datasets?", "name some of mlgitlab.yml, or pass --all")
    checked = [name for name, dataset in config.datasets.items() if dataset.schema or dataset.drift]
    if asked.everything and not checked:
        raise UsageError("no dataset of mlgitlab.yml has a schema", "give one: datasets.NAME.schema")
    for name in asked.datasets:
        if name not in config.datasets:
            raise UsageError(
                f"mlgitlab.yml has no dataset {show(name)!r}", suggestion(name, map(str, config.datasets), "datasets")
            )
    return asked.datasets or checked


def _declared(around: Surroundings, asked: Asked, config: Config, settings: Settings, name: str) -> Task:
    dataset = config.datasets[Name(name)]
    lacking: Mapping[str, bool] = {"path": not dataset.path, "schema": not (dataset.schema or dataset.drift)}
    for key, missing in lacking.items():
        if missing:
            raise UsageError(f"datasets.{name} has no {key}", "docs/data.md shows what a dataset that is checked needs")
    return Task(
        dataset=name,
        path=dataset.path or "",
        schema=dataset.schema or "",
        root=Path(project_root(around)),
        format=asked.format or dataset.format or "",
        engine=Engine(asked.engine) if asked.engine else dataset.engine,
        sensitive=dataset.sensitive,
        drift=dataset.drift,
        settings=settings,
        around=around,
        config=config,
    )


def _given(around: Surroundings, asked: Asked, config: Config | None, settings: Settings, path: str) -> Task:
    return Task(
        dataset=Path(path.rstrip("/")).name.partition(".")[0] or "data",
        path=path,
        schema=asked.schema,
        root=Path(around.cwd),
        format=asked.format,
        engine=Engine(asked.engine) if asked.engine else Engine.POLARS,
        settings=settings,
        around=around,
        config=config,
    )
