"""`mlgitlab metrics diff`: the numbers of two files, commits or models, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.metrics.numbers import format_option, load
from mlgitlab.cli.options import Options, json_option
from mlgitlab.cli.stores import Chosen, store_options
from mlgitlab.cli.wiring import numbers as disk
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.diff import Row, compare
from mlgitlab.jobs.metrics.diff_text import Told, as_json, as_markdown, as_table
from mlgitlab.jobs.metrics.reading import read_file, read_folder
from mlgitlab.jobs.metrics.record import KIND, latest
from mlgitlab.jobs.metrics.runs import Files
from mlgitlab.jobs.metrics.sides import InCommit, OfModel, OnDisk, Side, side_of
from mlgitlab.paths import normalise, show
from mlgitlab.store import digests
from mlgitlab.store.library import Store
from mlgitlab.store.naming import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The command line."""

    old: str
    new: str
    only: tuple[str, ...]
    higher: tuple[str, ...]
    lower: tuple[str, ...]
    markdown: bool
    format: str | None
    as_json: bool


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--only", multiple=True, metavar="GLOB", help="Only metrics like this: val.*")
@click.option("--higher", multiple=True, metavar="GLOB", help="Of these metrics, more is better.")
@click.option("--lower", multiple=True, metavar="GLOB", help="Of these metrics, less is better.")
@click.option("--markdown", is_flag=True, help="Print a table for a merge request.")
@format_option
@store_options
@json_option
@click.pass_obj
def command(around: Surroundings, /, chosen: Chosen, **given: Any) -> None:  # noqa: ANN401 (click's own types are in _Given)
    """Compare the numbers of OLD with those of NEW.

    Each is a file or an MLflow run's folder; COMMIT:PATH, such as main:metrics.json; model:NAME@DIGEST or
    model:NAME@POINTER; or production:NAME. This says what changed, and is no gate: the exit code is 0.
    """
    asked = _Given(**given)
    sides = [side_of(text, exists=disk.exists(around, text)) for text in (asked.old, asked.new)]
    before, after = (_numbers(around, side, asked.format, chosen) for side in sides)
    rows = compare(before, after, asked.only, asked.higher, asked.lower)
    if not rows:
        patterns = " or ".join(map(quoted, asked.only))
        raise UsageError(f"no metric is like {patterns}", f"there are: {_some({**before, **after})}")
    told = Told(old=asked.old, new=asked.new, rows=rows)
    if asked.as_json:
        click.echo(as_json(told))
    elif asked.markdown:
        click.echo("\n".join(as_markdown(told)))
    else:
        head, *lines = as_table(told)
        styles = [None, *(_color(row) for row in rows), _color(*rows)]
        colored = [click.style(line, fg=color) if color else line for line, color in zip(lines, styles, strict=True)]
        click.echo("\n".join([head, *colored]))


def _numbers(around: Surroundings, side: Side, given: str | None, chosen: Chosen) -> Mapping[str, float]:
    match side:
        case OnDisk():
            return load(around, side.path, given).metrics
        case InCommit():
            return _in_commit(around, side, given)
        case OfModel():
            return _of_model(chosen.open(around), side.name)


def _in_commit(around: Surroundings, side: InCommit, given: str | None) -> Mapping[str, float]:
    where = f"{side.rev}:{side.path}"
    _, repository = wiring.start(around, Options(no_cache=True))
    commit = repository.resolve(side.rev)
    if commit is None:
        raise UsageError(f"{quoted(where)} is no file here, and {quoted(side.rev)} is no commit of this repository")
    snapshot = repository.snapshot(commit)
    path = normalise(side.path)
    if path in snapshot.entries():
        return read_file(where, snapshot.read([path])[path], given).metrics
    below = [name for name in snapshot.entries() if name.startswith(f"{path}/")]
    if not below:
        raise UsageError(f"commit {commit[:12]} has no {show(path)}", "the path starts at the repository's root")
    contents = snapshot.read(below)
    return read_folder(where, Files({name.removeprefix(f"{path}/"): each for name, each in contents.items()})).metrics


def _of_model(store: Store, name: str) -> Mapping[str, float]:
    model, digest = resolve(store, name)
    found = latest(store.records(model, digest, KIND))
    if not found:
        raise UsageError(
            f"{store.address} has no metrics of {model}@{digests.short(digest)}",
            "`mlgitlab metrics report --record` keeps them",
        )
    return found


def _color(*rows: Row) -> str | None:
    """Red for what is worse or no finite number, green for what is better."""
    if any(not row.is_finite for row in rows):
        return "red"
    if len(rows) != 1 or rows[0].better is None:
        return None
    return "green" if rows[0].better else "red"


def _some(names: Mapping[str, float]) -> str:
    listed = ", ".join(show(name) for name in sorted(names)[:10])
    return f"{listed}, ..." if len(names) > 10 else listed
