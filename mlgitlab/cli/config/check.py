"""`mlgitlab config check`: the project's own training configurations, held against their schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.config.settings import Outcome, check_entries, check_files
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option
from mlgitlab.errors import ExitCode, Problem, UsageError
from mlgitlab.jobs.settings.junit import junit
from mlgitlab.paths import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The command line."""

    names: tuple[str, ...]
    file: tuple[str, ...]
    schema: str
    path: tuple[str, ...]
    repo: str
    config: str
    junit: str
    as_json: bool


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--file", multiple=True, metavar="FILE", help="Check this file, without mlgitlab.yml; needs --schema.")
@click.option(
    "--schema", default="", metavar="SCHEMA", help="Its JSON Schema, or file.py:Model, or package.module:Model."
)
@click.option("--path", multiple=True, metavar="KEY", help="With --file: a key whose value is a path that must exist.")
@click.option("--repo", default="", metavar="DIR", help="The repository.")
@click.option("--config", default="", metavar="FILE", help="The configuration, instead of mlgitlab.yml.")
@click.option("--junit", default="", metavar="FILE", help="Write the outcome as JUnit XML, too.")
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> int:  # noqa: ANN401 (click's own types are in _Given)
    """Validate the training configurations that `configs` of mlgitlab.yml declares, or those called NAME.

    Files are read as YAML, JSON or TOML; Hydra composes what it is to compose. Each is held against its JSON Schema,
    pydantic model or dataclass, and paths must exist in the repository. Everything wrong is told at once: exit code 3,
    or 2 where mlgitlab.yml or a schema is wrong itself.
    """
    asked = _Given(**given)
    found = _check(around, asked)
    if asked.junit:
        wiring.write(around, {asked.junit: junit(found.checked)})
    click.echo(_as_json(found) if asked.as_json else "\n".join(_text(found)))
    if found.wrong:
        return ExitCode.USAGE
    return ExitCode.NO if any(each.problems for each in found.checked) else ExitCode.YES


def _check(around: Surroundings, asked: _Given) -> Outcome:
    if asked.file:
        if asked.names or not (asked.schema or asked.path):
            raise UsageError("--file goes with --schema or --path, and without names")
        return check_files(around, asked.file, asked.schema, asked.path)
    if asked.schema or asked.path:
        raise UsageError("--schema and --path say what is wrong with a --file", "name one")
    return check_entries(around, Options(repo=asked.repo, config=asked.config, no_cache=True), asked.names)


def _text(found: Outcome) -> Iterator[str]:
    for each in found.checked:
        yield from _lines(each.problems)
    yield from _lines(found.wrong)
    count = sum(len(each.problems) for each in found.checked)
    files = len(found.checked)
    counted = f"{files} configuration{'' if files == 1 else 's'} checked, {count} problem{'' if count == 1 else 's'}"
    if found.wrong:
        counted += f"; not everything could be checked: {len(found.wrong)} above are about mlgitlab.yml or a schema"
    yield click.style(counted, fg="red" if count or found.wrong else "green")


def _lines(problems: Sequence[Problem]) -> Iterator[str]:
    return (printable(str(problem)) for problem in problems)


def _as_json(found: Outcome) -> str:
    def facts(problem: Problem) -> dict[str, str]:
        return {"where": problem.where, "what": problem.what, "hint": problem.hint}

    checked = [
        {"entry": each.entry, "name": each.name, "problems": [facts(problem) for problem in each.problems]}
        for each in found.checked
    ]
    return json.dumps({"checked": checked, "wrong": [facts(problem) for problem in found.wrong]}, indent=2)
