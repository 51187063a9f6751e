"""`mlgitlab gate judge`: a verdict on one model, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, some_options
from mlgitlab.cli.wiring import evaluate as files
from mlgitlab.errors import ExitCode
from mlgitlab.jobs.train.provenance import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The command line."""

    model: str
    reference: str
    base: tuple[str, ...]
    store: str
    as_json: bool


@click.command("judge")
@click.argument("model", metavar="MODEL[@DIGEST]")
@click.option("--reference", default="", metavar="FILE", help="The model.json that names the model to judge.")
@click.option(
    "--base", multiple=True, metavar="REV", help="A commit whose rules count as well, where they ask for more."
)
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@some_options("repo", "config", "cache", "no_cache")
@json_option
@click.pass_obj
def command(around: Surroundings, /, options: Options, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Given)
    """Judge MODEL by its gates, beside the model in production, and keep the verdict with it.

    MODEL is the one that was trained here (`.mlgitlab/MODEL/train.json`), or the one that --reference or a digest
    names; `mlgitlab evaluate` comes first. Reports are written to `.mlgitlab/MODEL/gate/`.

    Exit codes: 0 pass (or the model is in production already, and nothing fails), 2 usage or configuration, 3 fail or
    inconclusive, 4 the store or git cannot be reached.
    """
    asked = Given(**given)
    files.require_numpy()
    from mlgitlab.cli.gate import written  # noqa: PLC0415 (with numpy)
    from mlgitlab.cli.gate.case import Called, court_of  # noqa: PLC0415
    from mlgitlab.jobs.gate.deciding import Occasion, decide  # noqa: PLC0415

    called = Called(model=asked.model, reference=asked.reference, store=asked.store, as_json=asked.as_json)
    court, digest, smoke = court_of(around, options, called)
    bound = court.rules(asked.base)
    subject, tools = court.subject, court.tools
    occasion = Occasion.of(around.environ, utc(tools.clock.now()), subject.source.commit, subject.source.branch)
    with court.case(digest, smoke=smoke) as case:
        verdict = decide(case, bound, occasion)
        written.keep(tools, case, verdict)
    written.reports(around, tools, verdict)
    for line in written.told(verdict, as_json=asked.as_json):
        click.echo(line)
    return ExitCode.YES if written.lets_go_on(verdict) else ExitCode.NO
