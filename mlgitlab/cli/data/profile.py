"""`mlgitlab data profile`: a dataset in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.data.profiling import Asked, config_option, format_option, profile, sensitive_option
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.jobs.data.profile import ColumnProfile, Kind, Profile
from mlgitlab.jobs.data.profile_json import from_json, to_json
from mlgitlab.jobs.data.profile_making import BINS
from mlgitlab.paths import printable, show

_SHOWN = 3  # categories


@click.command("profile")
@click.argument("data", metavar="DATASET|PATH")
@click.option("-o", "--output", default="", metavar="FILE", help="Write the profile as JSON: a baseline.")
@click.option(
    "--bins",
    type=click.IntRange(min=2, max=200),
    default=BINS,
    show_default=True,
    help="Bins of a column of numbers that a comparison uses.",
)
@click.option("--like", default="", metavar="FILE", help="Count over the bins and categories of this profile.")
@sensitive_option
@format_option
@config_option
@json_option
@click.pass_obj
def command(around: Surroundings, /, output: str, bins: int, like: str, as_json: bool, **given: Any) -> None:  # noqa: ANN401 (click's own types are in Asked)
    """Count what each column of a dataset holds: missing and different values, ranges, bins, categories.

    The profile that -o writes is a baseline: commit it, name it as the dataset's `drift`, and `data validate` compares
    the data with it. Sensitive columns show no values. docs/data-profiles.md says what is exact.
    """
    baseline = from_json(wiring.content_of(around, like), like) if like else None
    found = profile(around, Asked(**given), bins, baseline)
    content = to_json(found)
    if output:
        wiring.write(around, {output: content})
        click.echo(f"{show(output)}: {found.rows} rows, {len(found.columns)} columns", err=True)
    if as_json:
        click.echo(content, nl=False)
    elif not output:
        click.echo("\n".join(text(found)))


def text(found: Profile) -> Iterator[str]:
    """The profile for people: a line for each column."""
    yield f"{found.rows} rows, {len(found.columns)} columns"
    for column in found.columns:
        parts = [str(column.kind), f"{column.missing:.1%} missing", *_distinct(column), *_values(column)]
        yield f"  {click.style(printable(column.name), bold=True)}: {', '.join(parts)}"


def _distinct(column: ColumnProfile) -> Iterator[str]:
    if column.distinct is not None:
        yield f"{'' if column.distinct_exact else 'about '}{column.distinct} different"


def _values(column: ColumnProfile) -> Iterator[str]:
    if column.sensitive:
        yield "sensitive"
    if column.infinite:
        yield f"{column.infinite} infinite"
    if column.least is not None and column.greatest is not None and column.kind in (Kind.INTEGER, Kind.NUMBER):
        yield f"{column.least:g} to {column.greatest:g}"
        if column.mean is not None:
            yield f"mean {column.mean:g}"
    if column.categories and column.categories.rows:
        listed = [f"{printable(repr(value))} {rows}" for value, rows in column.categories.rows[:_SHOWN]]
        yield "; ".join(listed)
