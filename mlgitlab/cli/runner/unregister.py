"""`mlgitlab runner unregister`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner.options import file_option, number_of, url_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.runner.registering import unregister


@click.command("unregister")
@click.argument("runner")
@url_option
@file_option
@json_option
@click.pass_obj
def command(around: Surroundings, runner: str, url: str, file: str, as_json: bool) -> None:
    """Delete RUNNER in GitLab, and take it out of this host's config.toml.

    RUNNER is a number, or a name in config.toml. A second call, or one for a runner that is gone already, changes
    nothing and is no fault.
    """
    config = world.config_toml(around, file)
    number = number_of(config, url, runner)
    there = unregister(number, url, world.api(around, url), config)
    facts = {"id": number, "config": config.where, "was_in_config": there}
    also = f", and taken out of {config.where}" if there else f"; {config.where} does not have it"
    click.echo(json.dumps(facts, indent=2) if as_json else f"runner {number} is deleted{also}")
