"""`mlgitlab deploy watch`."""

from __future__ import annotations

import click

from mlgitlab.cli.deploy.report import watched
from mlgitlab.cli.deploy.shared import Place, place_options, require_protected
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.jobs.deploy.run import watch


@click.command("watch")
@click.argument("model")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, as_json: bool) -> int:
    """Judge the live MODEL by the same criteria for as long as `rollback.watch` says; a failure goes back.

    The time counts from the switch; the model before, in the hour before the deployment, is what it is compared with.

    Exit codes: 0 it is good; 3 it failed and is gone back, or nobody could tell.
    """
    here = place.opened(around, model)
    require_protected(here.task, around.environ)
    outcome, deployed = watch(here.task, here.tools)
    return watched(here, outcome, deployed, as_json=as_json)
