"""`mlgitlab deploy rollback`."""

from __future__ import annotations

import click

from mlgitlab.cli.deploy.report import gone_back
from mlgitlab.cli.deploy.shared import Opened, Place, place_options, require_protected
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.run import record_of, roll_back
from mlgitlab.store import digests


@click.command("rollback")
@click.argument("model")
@click.option("--why", default="", metavar="TEXT", help="Kept in the history.")
@click.option("--only", default="", metavar="DIGEST", help="Refuse unless this is the model that goes.")
@click.option("--take-over", is_flag=True, help="Also while a deployment or a watch is at work: it stops.")
@place_options
@json_option
@click.pass_obj
def command(
    around: Surroundings, place: Place, *, model: str, why: str, only: str, take_over: bool, as_json: bool
) -> None:
    """Let the model before answer again: the one that was permitted and live before MODEL's last deployment.

    A deployment that is not finished is taken back. The model before takes over without being loaded where it is
    still ready; else its bytes are verified, and it is loaded first. Again: one further back.
    """
    here = place.opened(around, model)
    require_protected(here.task, around.environ)
    if only:
        require_last(here, only)
    said = why or f"asked for by {here.tools.by or 'somebody'}"
    deployed = roll_back(here.task, here.tools, said, take_over=take_over)
    gone_back(deployed, as_json=as_json)


def require_last(here: Opened, digest: str) -> None:
    """RefusedError where another model was deployed last: a job of an old pipeline must not take a newer model back."""
    record = record_of(here.task, here.tools)
    found = record.open or record.live
    if found is None or found.begun.candidate != digest:
        last = digests.short(found.begun.candidate) if found else "nothing"
        what = f"{last} is what would go, and not {digests.short(digest)}"
        raise RefusedError(what, f"`mlgitlab deploy rollback {here.task.model}` takes back whatever is there")
