"""`mlgitlab deploy record`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlgitlab.cli.deploy.shared import Place, place_options, require_protected
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import deploy as wiring
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.recording import record


@click.command("record")
@click.argument("model")
@click.option("--requests", "count", default=1000, type=click.IntRange(min=1), metavar="N", help="How many to keep.")
@click.option("--for", "time", default="10m", metavar="TIME", help="How long to wait for them. Default: 10m.")
@click.option("--output", required=True, metavar="FILE", help="Where to write them, as JSON lines.")
@place_options
@json_option
@click.pass_obj
def command(
    around: Surroundings, place: Place, *, model: str, count: int, time: str, output: str, as_json: bool
) -> None:
    """Keep requests to MODEL for a replay: a copy of each goes to this command, the answers stay as they are.

    Only where `record` in the configuration says who consented. What it masks is masked before anything is written;
    headers are left out unless it names them, and requests that are no JSON are left out whole.
    """
    here = place.opened(around, model)
    require_protected(here.task, around.environ)
    try:
        seconds = float(Duration.parse(time).seconds)
    except ValueError as error:
        raise UsageError(f"--for: expected {error}") from None
    recorded = record(here.task, here.tools, wiring.copies(here.tools.target), count, seconds)
    content = "".join(json.dumps(line) + "\n" for line in recorded.lines).encode()
    wiring.write_private(Path(around.cwd, output), content)
    facts = {"requests": len(recorded.lines), "dropped": recorded.dropped, "file": output}
    dropped = f"; {recorded.dropped} were no JSON, and are not in it" if recorded.dropped else ""
    click.echo(json.dumps(facts, indent=2) if as_json else f"{len(recorded.lines)} requests in {output}{dropped}")
