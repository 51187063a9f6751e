"""`mlgitlab runner list`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner import report
from mlgitlab.cli.runner.options import owner_options, url_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.runner import tags
from mlgitlab.runners import Owner


@click.command("list")
@url_option
@owner_options
@click.option("--tag", multiple=True, metavar="TAG", help="Only runners with this tag. Can be repeated.")
@json_option
@click.pass_obj
def command(around: Surroundings, url: str, owner: Owner, tag: tuple[str, ...], as_json: bool) -> None:
    """List the runners that may take jobs of a project or a group, or all of the instance.

    With state, the refs that they take jobs of, tags and description. Needs the scope read_api and the role Maintainer
    of the project or Owner of the group.
    """
    found = world.api(around, url).visible(owner, tags.checked(tag))
    if as_json:
        click.echo(json.dumps({"runners": [report.facts(runner) for runner in found]}, indent=2))
    else:
        click.echo("\n".join(report.lines(found)) if found else "there is no such runner")
