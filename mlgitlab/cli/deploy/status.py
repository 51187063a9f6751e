"""`mlgitlab deploy status`."""

from __future__ import annotations

import click

from mlgitlab.cli.deploy.report import status
from mlgitlab.cli.deploy.shared import Place, place_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option


@click.command("status")
@click.argument("model")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, as_json: bool) -> None:
    """Show which models answer, which are ready, where the pointer stands, and what is under way."""
    click.echo(status(place.opened(around, model), as_json=as_json))
