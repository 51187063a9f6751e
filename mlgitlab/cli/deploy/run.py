"""`mlgitlab deploy run`."""

from __future__ import annotations

import click

from mlgitlab.cli.deploy.report import ended
from mlgitlab.cli.deploy.shared import Place, place_options, require_protected
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.kubernetes import gpus
from mlgitlab.jobs.deploy.run import deploy
from mlgitlab.jobs.deploy.sagemaker import requests
from mlgitlab.store.naming import resolve


@click.command("run")
@click.argument("model")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, *, as_json: bool) -> int:
    """Bring MODEL@DIGEST (or MODEL@POINTER) to an environment.

    The model is verified, placed without traffic and tested; then it gets traffic step by step, and is judged at each.
    What fails goes back by itself. A run that was interrupted is finished by running it again, or taken back by
    `mlgitlab deploy rollback`. Before each step its verdict is read again.

    Exit codes: 0 it answers, or did already; 2 usage or configuration; 3 not permitted, or gone back; 4 the place or
    the store cannot be reached: everything stays as it is, run it again.
    """
    name, at, _ = model.partition("@")
    if not at:
        raise UsageError(f"say which {name}", f"{name}@sha256:0123456789ab, or a pointer such as {name}@candidate")
    here = place.opened(around, name)
    require_protected(here.task, around.environ)
    _, digest = resolve(here.tools.store, model)
    if needs := gpus.stated(here.task.settings) or requests.stated(here.task.settings):
        here.tools.tell(needs)
    return ended(here, digest, deploy(here.task, here.tools, digest), as_json=as_json)
