"""The dataset that a command line names, and its profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from mlgitlab.cli.data.validation import Settings, Task
from mlgitlab.cli.data.validation_report import Progress
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.stores import config_here, project_root
from mlgitlab.cli.wiring import profiles as world
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.data.profile import Profile
from mlgitlab.jobs.data.profile_counts import Like, like
from mlgitlab.jobs.data.profile_making import BINS, profile_of
from mlgitlab.jobs.data.validation_verdict import check_sensitive
from mlgitlab.paths import show

_ROWS = 100_000  # in memory at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line. `data`: a dataset of mlgitlab.yml, or a path or address. Empty means not given."""

    data: str
    format: str = ""
    sensitive: tuple[str, ...] = ()
    config: str = ""


format_option = click.option(
    "--format", default="", help="csv, tsv, parquet, jsonl, json or arrow, whatever the names say."
)
sensitive_option = click.option(
    "--sensitive",
    multiple=True,
    metavar="COLUMN",
    help="Show no value of this column; `*` for all. Added to those of mlgitlab.yml.",
)
config_option = click.option("--config", default="", metavar="FILE", help="The configuration. Default: mlgitlab.yml.")


def profile(around: Surroundings, asked: Asked, bins: int = BINS, baseline: Profile | None = None) -> Profile:
    """Read all rows, and count; RefusedError where there are none, or no table."""
    config = config_here(around, asked.config)
    task = _task(around, asked, config)
    table = task.table
    for name in world.skipped(table):
        click.echo(f"mlgitlab: {show(name)} is of no known format, and left out", err=True)
    if task.sensitive:
        check_sensitive(task.sensitive, table.rows.names, task.dataset)
    progress = Progress(task.dataset, "read")
    try:
        counted, rows = world.count(table, like(baseline) if baseline else Like(), progress)
    finally:
        progress.done()
    if not rows:
        raise RefusedError(f"{show(task.path)} holds no rows", "an empty dataset has no profile: was it fetched?")
    return profile_of(counted, rows, bins=bins, sensitive=task.sensitive, like=baseline, texts=world.texts(table))


def _task(around: Surroundings, asked: Asked, config: Config | None) -> Task:
    """The dataset of that name, else the data at that path."""
    settings = Settings(samples=0, chunk=_ROWS, whole=0)
    dataset = config.datasets.get(Name(asked.data)) if config else None
    if dataset is None:
        _there(around, asked.data, config)
        return Task(
            dataset=Path(asked.data.rstrip("/")).name.partition(".")[0] or "data",
            path=asked.data,
            schema="",
            root=Path(around.cwd),
            format=asked.format,
            sensitive=asked.sensitive,
            settings=settings,
            around=around,
            config=config,
        )
    if not dataset.path:
        raise UsageError(f"datasets.{asked.data} has no path", "give it one, or name the data's path here")
    return Task(
        dataset=asked.data,
        path=dataset.path,
        schema="",
        root=Path(project_root(around)),
        format=asked.format or dataset.format or "",
        sensitive=(*dataset.sensitive, *asked.sensitive),
        settings=settings,
        around=around,
        config=config,
    )


def _there(around: Surroundings, given: str, config: Config | None) -> None:
    """A word that is neither a dataset nor a file is most likely a misspelt dataset."""
    looks_like_path = "/" in given or "." in given or any(mark in given for mark in "*?[")
    if looks_like_path or Path(around.cwd, given).exists():
        return
    names = list(map(str, config.datasets)) if config else []
    hint = suggestion(given, names, "datasets") if names else "there is no mlgitlab.yml here"
    raise UsageError(f"{show(given)!r} is no dataset of mlgitlab.yml, and no file", hint)
