"""`mlgitlab runner check`."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.errors import ExitCode, Problem
from mlgitlab.runner import keys
from mlgitlab.runner.config_file import parsed


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
@click.pass_obj
def command(around: Surroundings, files: Sequence[str], as_json: bool) -> int:
    """Hold each FILE against the keys and types that gitlab-runner has.

    A config.toml, or values of the Helm chart (.yml, .yaml), whose `runners.config` is checked. gitlab-runner itself
    ignores what it does not know. Exit codes: 0 all is known, 3 something is not.
    """
    found: list[Problem] = []
    for name in files:
        text, where = world.configuration(around, name)
        found += keys.problems(parsed(text, where), where)
    if as_json:
        facts = [{"where": problem.where, "what": problem.what, "hint": problem.hint} for problem in found]
        click.echo(json.dumps({"gitlab_runner": keys.version(), "problems": facts}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, found)) or f"gitlab-runner {keys.version()} knows every key")
    return ExitCode.NO if found else ExitCode.YES
