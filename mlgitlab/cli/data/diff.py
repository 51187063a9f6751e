"""`mlgitlab data diff`: two profiles, two schemas, or a schema and a profile."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.data.diff_report import Shown, of_fit, of_profiles, of_schemas
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option
from mlgitlab.config.wording import quoted
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.jobs.data.diff_fit import fit
from mlgitlab.jobs.data.diff_schemas import compare_schemas
from mlgitlab.jobs.data.drift import Limits, compare
from mlgitlab.jobs.data.profile import Profile
from mlgitlab.jobs.data.profile_json import from_json, looks_like_profile
from mlgitlab.jobs.data.validation_yaml import WrittenSchema, read_schema
from mlgitlab.paths import normalise, show

Side = Profile | WrittenSchema
_LIMITS = Limits()


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--psi", type=click.FloatRange(min=0), default=_LIMITS.psi, show_default=True, help="Largest PSI.")
@click.option(
    "--nulls",
    type=click.FloatRange(min=0, max=1),
    default=_LIMITS.nulls,
    show_default=True,
    help="Largest rise of a column's share of missing values.",
)
@click.option(
    "--min-rows",
    type=click.IntRange(min=1),
    default=_LIMITS.min_rows,
    show_default=True,
    help="With fewer rows nothing is said about distributions.",
)
@click.option("--column", "columns", multiple=True, metavar="COLUMN", help="Only this column of two profiles.")
@click.option("--markdown", is_flag=True, help="Print a table for a merge request.")
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 (click's options)
    around: Surroundings,
    old: str,
    new: str,
    psi: float,
    nulls: float,
    min_rows: int,
    columns: tuple[str, ...],
    markdown: bool,
    as_json: bool,
) -> int:
    """Compare OLD with NEW: profiles (JSON), pandera schemas (YAML), or one of each.

    Two profiles: which columns drifted. Two schemas: what was tightened and loosened, and whether rows that are valid
    under one are valid under the other. A schema and a profile: whether the schema fits the data. Either may be
    REV:PATH, such as main:schemas/fraud.yml.

    Exit codes: 0, or 3 where a column drifted or cannot be judged, or the schema does not fit.
    """
    limits = Limits(psi=psi, nulls=nulls, min_rows=min_rows, columns=columns)
    shown = _compared(_side(around, old), _side(around, new), limits)
    click.echo(shown.json if as_json else shown.markdown if markdown else shown.text)
    return ExitCode.YES if shown.passed else ExitCode.NO


# What `data profile` reads and no profile or schema is called; `.json` may be either.
_TABLES = (".csv", ".tsv", ".parquet", ".pq", ".jsonl", ".ndjson", ".arrow", ".feather")


def _compared(old: Side, new: Side, limits: Limits) -> Shown:
    if isinstance(old, Profile):
        return of_profiles(compare(old, new, limits)) if isinstance(new, Profile) else of_fit(fit(new, old))
    if isinstance(new, Profile):
        return of_fit(fit(old, new))
    return of_schemas(compare_schemas(old, new))


def _side(around: Surroundings, given: str) -> Side:
    content = _content(around, given)
    if given.lower().endswith(_TABLES):
        hint = f"make its profile first: mlgitlab data profile {shlex.quote(show(given))} -o FILE.json"
        raise UsageError(f"{quoted(given)} holds rows, and profiles or schemas are compared", hint)
    if looks_like_profile(content):
        return from_json(content, given)
    return read_schema(content, given)


def _content(around: Surroundings, given: str) -> bytes:
    """A file that is there, else a file of a commit."""
    rev, colon, path = given.partition(":")
    if given == "-" or not colon or Path(around.cwd, given).is_file():
        return wiring.content_of(around, given)
    _, repository = wiring.start(around, Options(no_cache=True))
    commit = repository.resolve(rev)
    if commit is None:
        raise UsageError(f"{quoted(given)} is no file here, and {quoted(rev)} is no commit of this repository")
    files = repository.snapshot(commit).read([normalise(path)])
    return _single(files.values(), f"commit {commit[:12]} has no {show(path)}")


def _single(contents: Iterable[bytes], otherwise: str) -> bytes:
    for content in contents:
        return content
    raise UsageError(otherwise, "the path starts at the repository's root")
