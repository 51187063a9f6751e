"""`mlgitlab approval revoke`."""

from __future__ import annotations

import click

from mlgitlab.cli.approval import shared
from mlgitlab.cli.approval.shared import Meant, meant_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.jobs.approval.approve import withdraw


@click.command("revoke")
@click.argument("model", metavar="MODEL@DIGEST")
@click.option("--why", default="", metavar="TEXT", help="Kept in the record.")
@meant_options
@json_option
@click.pass_obj
def command(around: Surroundings, meant: Meant, *, model: str, why: str, as_json: bool) -> None:
    """Take every approval of MODEL@DIGEST for an environment back. Anybody with access to the store may.

    A deployment that is under way refuses its next step, and goes back.
    """
    store, subject = meant.opened(around, model)
    made = withdraw(store, subject, shared.approver(around), wiring.clock().now(), why, reject=False)
    shared.decided(made, as_json=as_json)
