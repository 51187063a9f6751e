"""`mlgitlab metrics report`: files of numbers as the report that GitLab's merge request shows."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.metrics.numbers import format_option, load_all
from mlgitlab.cli.metrics.sources import Asked, Found, from_files, keep, stored
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options
from mlgitlab.cli.wiring import numbers as disk
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.openmetrics import plain, write
from mlgitlab.jobs.metrics.report import OF, samples
from mlgitlab.paths import printable, show
from mlgitlab.store.reference import Reference

_MOST_SHOWN = 5
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TAKEN = ("model", "step", OF)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The command line."""

    files: tuple[str, ...]
    output: str
    format: str | None
    model: str
    step: str
    label: tuple[str, ...]
    reference: str
    production: bool
    record: bool
    if_any: bool
    as_json: bool


@click.command("report")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-o", "--output", default="metrics.txt", show_default=True, metavar="FILE|-", help="Where to write it.")
@format_option
@click.option("--model", default="", metavar="MODEL", help="The model; becomes a label of each metric.")
@click.option("--step", default="", metavar="STEP", help="The step that wrote the numbers; becomes a label, too.")
@click.option("--label", multiple=True, metavar="NAME=TEXT", help="One more label, such as dataset=holdout.")
@click.option("--reference", default="", metavar="FILE", help="The model.json that names the stored model.")
@click.option("--production", is_flag=True, help="Show the numbers of the model in production beside them.")
@click.option("--record", is_flag=True, help="Keep the numbers in the store, with the model of --reference.")
@click.option("--if-any", is_flag=True, help="Where the store has no numbers yet, write an empty report.")
@store_options
@json_option
@click.pass_obj
def command(around: Surroundings, /, chosen: Chosen, **given: Any) -> None:  # noqa: ANN401 (click's own types are in _Given)
    """Write the numbers of FILE... as OpenMetrics text, for GitLab's `artifacts:reports:metrics`.

    Without a FILE the numbers are those that the store has of the model of --reference, or else of the model in
    production: a pipeline that did not train still has something to compare with.
    """
    options = _Given(**given)
    asked, files = _asked(around, options, chosen), options.files
    if options.record and not (files and asked.digest):
        raise UsageError("--record needs files of numbers, and --reference for the model that they are about")
    if not (files or asked.model):
        raise UsageError("there is nothing to report", "name a file of numbers, or --model or --reference")
    found = (
        from_files(asked, load_all(around, files, options.format), production=options.production)
        if files
        else stored(asked, if_any=options.if_any)
    )
    content = write(samples(found.own, found.production, asked.every_label))
    if options.output == "-":
        click.echo(content.decode(), nl=False)
    else:
        wiring.write(around, {options.output: content})
    if options.record:
        keep(asked, found.own)
    _tell(found, options.output, as_json=options.as_json)


def _asked(around: Surroundings, given: _Given, chosen: Chosen) -> Asked:
    model, digest = given.model, ""
    if given.reference:
        read = Reference.read(disk.content(around, given.reference), given.reference)
        if model and model != read.model:
            raise UsageError(f"--model {quoted(model)}, and {show(given.reference)} is about {quoted(read.model)}")
        model, digest = read.model, read.digest
    store = cache(lambda: chosen.open(around))
    return Asked(model=model, step=given.step, digest=digest, store=store, labels=_labels(given.label))


def _labels(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not _LABEL.fullmatch(name) or name in _TAKEN:
            hint = f"a name of letters, digits and _, and none of {', '.join(_TAKEN)}"
            raise UsageError(f"--label {quoted(text)} is not NAME=TEXT", hint)
        found[name] = value
    return found


def _tell(found: Found, output: str, *, as_json: bool) -> None:
    """What was written, and loudly what was not or is no finite number. Beside a report on standard output: aside."""
    broken = sorted(name for name, value in found.own.items() if not math.isfinite(value))
    if as_json:
        facts = {
            "output": output,
            "metrics": {name: plain(value) for name, value in found.own.items()},
            "production": {name: plain(value) for name, value in found.production.items()},
            "carried": found.carried,
            "not_finite": broken,
            "ignored": [{"name": each.name, "why": each.why} for each in found.ignored],
            "remarks": list(found.remarks),
        }
        click.echo(json.dumps(facts, indent=2), err=output == "-")
        return
    carried = " of the stored model" if found.carried else ""
    own = f"{len(found.own)} metric{'' if len(found.own) == 1 else 's'}{carried}"
    lines = [f"{printable(output)}: {own}, {len(found.production)} of production's"]
    if broken:
        lines.append(click.style(f"not finite: {', '.join(map(printable, broken))}", fg="red", bold=True))
    shown_ = [f"{printable(each.name)} ({each.why})" for each in found.ignored[:_MOST_SHOWN]]
    more = f" and {len(found.ignored) - _MOST_SHOWN} more" if len(found.ignored) > _MOST_SHOWN else ""
    lines += [f"no numbers: {', '.join(shown_)}{more}"] if shown_ else []
    lines += [click.style(remark, fg="yellow") for remark in found.remarks]
    click.echo("\n".join(lines), err=output == "-")
