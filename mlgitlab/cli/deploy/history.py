"""`mlgitlab deploy history`."""

from __future__ import annotations

import click

from mlgitlab.cli.deploy.report import history
from mlgitlab.cli.deploy.shared import Place, place_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.jobs.deploy.run import record_of


@click.command("history")
@click.argument("model")
@click.option("--all", "everything", is_flag=True, help="Every entry, not only how each deployment ended.")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, everything: bool, as_json: bool) -> None:
    """Show all deployments of MODEL to an environment, the newest last: who, when, what, and how it ended."""
    here = place.opened(around, model)
    click.echo(history(record_of(here.task, here.tools), everything=everything, as_json=as_json))
