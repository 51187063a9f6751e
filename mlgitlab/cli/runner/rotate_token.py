"""`mlgitlab runner rotate-token`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner.options import file_option, number_of, url_option
from mlgitlab.cli.stores import utc_now
from mlgitlab.cli.wiring import runner as world
from mlgitlab.runner.registering import rotate


@click.command("rotate-token")
@click.argument("runner")
@url_option
@file_option
@json_option
@click.pass_obj
def command(around: Surroundings, runner: str, url: str, file: str, as_json: bool) -> None:
    """Give RUNNER a new token, and write it into this host's config.toml.

    RUNNER is a number, or a name in config.toml. The old token is worth nothing from then on; gitlab-runner reads the
    new one by itself. The token is shown nowhere.
    """
    config = world.config_toml(around, file)
    number = number_of(config, url, runner)
    rotate(number, url, world.api(around, url), config, at=utc_now())
    facts = {"id": number, "config": config.where, "rotated": True}
    click.echo(json.dumps(facts, indent=2) if as_json else f"runner {number} has a new token, in {config.where}")
