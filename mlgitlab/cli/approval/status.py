"""`mlgitlab approval status`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.approval import shared
from mlgitlab.cli.approval.shared import Meant, meant_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.errors import ExitCode, RefusedError
from mlgitlab.jobs.approval import evidence
from mlgitlab.jobs.approval.approve import Subject
from mlgitlab.jobs.approval.permit import ApprovalPermit
from mlgitlab.store import digests
from mlgitlab.store.library import Store


@click.command("status")
@click.argument("model", metavar="MODEL@DIGEST")
@meant_options
@json_option
@click.pass_obj
def command(around: Surroundings, meant: Meant, *, model: str, as_json: bool) -> int:
    """Show every decision about MODEL@DIGEST for an environment, and whether it may be deployed there now.

    Exit codes: 0 it is approved, 3 it is not.
    """
    store, subject = meant.opened(around, model)
    found = evidence.about(evidence.decisions(store, subject.model, subject.digest), subject.environment)
    against = _against(store, subject)
    if as_json:
        told = {
            "model": subject.model,
            "digest": subject.digest,
            "environment": subject.environment,
            "approved": not against,
            "why_not": against or None,
            "decisions": [shared.facts(each) for each in found],
        }
        click.echo(json.dumps(told, indent=2))
    else:
        for each in found:
            click.echo(f"{each.at}  ", nl=False)
            shared.decided(each, as_json=False)
        named = f"{subject.model}@{digests.short(subject.digest)}"
        click.echo(against or f"{named} may be deployed to {subject.environment}, as far as approvals go")
    return ExitCode.NO if against else ExitCode.YES


def _against(store: Store, subject: Subject) -> str:
    permit = ApprovalPermit(store=store, settings={subject.model: subject.settings}, at=wiring.clock().now())
    try:
        permit.check(subject.model, subject.digest, subject.environment)
    except RefusedError as error:
        return error.message
    return ""
