"""What `mlgitlab runner pause` and `resume` share: all but which of the two it is."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner import report
from mlgitlab.cli.runner.options import file_option, number_of, url_option
from mlgitlab.cli.wiring import runner as world


def pausing(name: str, does: str, said: str, *, paused: bool) -> click.Command:
    """The command of that name. does: its help; said: what is true of the runner afterwards."""

    @click.command(name, help=f"{does}\n\nRUNNER is a number, or a name in this host's config.toml.")
    @click.argument("runner")
    @url_option
    @file_option
    @json_option
    @click.pass_obj
    def command(around: Surroundings, runner: str, url: str, file: str, as_json: bool) -> None:
        number = number_of(world.config_toml(around, file), url, runner)
        found = world.api(around, url).pause(number, paused=paused)
        click.echo(json.dumps(report.facts(found), indent=2) if as_json else f"runner {number} {said}")

    return command
