"""`mlgitlab deploy replay`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlgitlab.cli.deploy.shared import Place, place_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import deploy as wiring
from mlgitlab.cli.wiring import store as disk
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.jobs.deploy import questions
from mlgitlab.jobs.deploy.comparison import Comparison, replay
from mlgitlab.store.naming import resolve


@click.command("replay")
@click.argument("model")
@click.argument("file")
@click.option(
    "--against", default="", metavar="DIGEST|POINTER", help="The other model. Default: that of the environment."
)
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, *, model: str, file: str, against: str, as_json: bool) -> int:
    """Ask MODEL@DIGEST and the current model the requests of FILE, here, and compare their answers.

    Both are fetched from the store, verified and started by `nginx.serve` on ports of their own, in a folder that is
    deleted afterwards; nothing of the environment is touched. The share of equal answers must be
    `criteria.agreement`, if that is set. Exit codes: 0 they agree; 3 they do not, or nobody can tell.
    """
    name = model.partition("@")[0]
    here = place.opened(around, name)
    cases = questions.read(disk.read_file(Path(around.cwd, file)), file)
    _, candidate = resolve(here.tools.store, model)
    _, current = resolve(here.tools.store, f"{name}@{against or place.environment}")
    if candidate == current:
        raise UsageError("a model would be compared with itself", "name another with --against")
    with wiring.trial(here.task, around.environ) as target:
        for digest in (current, candidate):
            here.tools.store.pull(name, digest, target.room(digest))
            target.place(digest)
        sides = replay(target, current, candidate, cases)
    compared = Comparison.of(current, candidate, sides, here.task.settings.criteria)
    click.echo(json.dumps(compared.facts(), indent=2) if as_json else "\n".join(compared.lines()))
    return ExitCode.YES if compared.outcome == "pass" else ExitCode.NO
