"""`mlgitlab deploy retire`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.deploy.shared import Place, place_options, require_protected
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.jobs.deploy.run import retire
from mlgitlab.store import digests


@click.command("retire")
@click.argument("model")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, as_json: bool) -> None:
    """Stop the model before MODEL's last deployment, and give back what it holds.

    Until `rollback.window` is over since the switch, the exit code is 3, and it stays ready. A rollback is possible
    afterwards, too: then the model is loaded again.
    """
    here = place.opened(around, model)
    require_protected(here.task, around.environ)
    stopped = retire(here.task, here.tools)
    if as_json:
        click.echo(json.dumps({"stopped": list(stopped)}, indent=2))
    else:
        click.echo(f"stopped: {', '.join(map(digests.short, stopped)) or 'nothing'}")
