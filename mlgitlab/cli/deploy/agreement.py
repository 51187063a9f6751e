"""`mlgitlab deploy agreement`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.deploy.shared import Place, place_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.jobs.deploy.comparison import Comparison
from mlgitlab.jobs.deploy.run import record_of
from mlgitlab.jobs.deploy.target import Seen


@click.command("agreement")
@click.argument("model")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, as_json: bool) -> int:
    """Compare the answers of the live model with those of its last shadow, request by request.

    Predictions are compared by `criteria.tolerance`; the share that agrees must be `criteria.agreement`, if that is
    set. Exit codes: 0 they agree; 3 they do not, or nobody can tell.
    """
    here = place.opened(around, model)
    found = record_of(here.task, here.tools).shadow()
    if found is None:
        raise UsageError(f"{model} in {place.environment} has had no shadow", "declare `shadow`, and deploy")
    traffic, since, until = found
    seen = here.tools.target.observe(since, until or here.tools.clock.now().timestamp())
    sides = (seen.get(traffic.live, Seen()), seen.get(traffic.shadow, Seen()))
    compared = Comparison.of(traffic.live, traffic.shadow, sides, here.task.settings.criteria)
    click.echo(json.dumps(compared.facts(), indent=2) if as_json else "\n".join(compared.lines()))
    return ExitCode.YES if compared.outcome == "pass" else ExitCode.NO
