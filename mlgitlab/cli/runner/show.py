"""`mlgitlab runner show`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner import report
from mlgitlab.cli.runner.options import file_option, number_of, url_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.errors import UsageError


@click.command("show")
@click.argument("runner")
@url_option
@file_option
@json_option
@click.pass_obj
def command(around: Surroundings, runner: str, url: str, file: str, as_json: bool) -> None:
    """Show what GitLab knows of RUNNER: a number, or a name in this host's config.toml."""
    number = number_of(world.config_toml(around, file), url, runner)
    found = world.api(around, url).get(number)
    if found is None:
        raise UsageError(f"{url} has no runner {number}, or the token may not see it")
    click.echo(json.dumps(report.facts(found), indent=2) if as_json else "\n".join(report.details(found)))
