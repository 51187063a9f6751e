"""`mlgitlab approve`: a person's agreement to exactly one model in one environment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import click

from mlgitlab.cli import signatures
from mlgitlab.cli.approval import shared
from mlgitlab.cli.approval.shared import Meant, meant_options
from mlgitlab.cli.gate.report import text
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import project_root
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.errors import ExitCode
from mlgitlab.jobs.approval import evidence
from mlgitlab.jobs.approval.approve import Subject, approve_any, withdraw
from mlgitlab.jobs.approval.candidates import facts
from mlgitlab.jobs.approval.sweeping import DECISION, REJECT
from mlgitlab.store.library import Store

_INSTEAD = "rejected instead of approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The command line, besides what is meant."""

    model: str
    until: str
    deployment: bool
    reject: bool
    why: str
    as_json: bool


@click.command("approve")
@click.argument("model", metavar="MODEL@DIGEST")
@click.option("--until", default="", metavar="TIME", help="Refuse after this moment: 2030-01-31T12:00:00Z.")
@click.option("--deployment", is_flag=True, help="Take the approvals of this job's deployment in GitLab (Premium).")
@click.option("--reject", is_flag=True, help="Say no instead.")
@click.option("--why", default="", metavar="TEXT", help="Of --reject: kept in the record.")
@meant_options
@json_option
@click.pass_obj
def command(around: Surroundings, /, meant: Meant, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Given)
    """Approve MODEL@DIGEST for an environment, in a GitLab job: show the comparison, then keep who agreed to what.

    Refused, with every reason, unless the newest verdict about exactly this model passes by comparison with the model
    in production now, is young enough, and whoever runs the job may approve; where `store.signing` names a key, the
    model's provenance must be signed. The record holds both digests, the
    person, and when it expires; nothing changes it afterwards.

    Exit codes: 0 approved; 2 usage or configuration; 3 refused or rejected; 4 the store or GitLab cannot be reached.
    """
    asked = Given(**given)
    store, subject = meant.opened(around, asked.model)
    now, groups = wiring.clock().now(), wiring.gitlab(around.environ)
    if asked.reject or around.environ.get(DECISION) == REJECT:
        made = withdraw(store, subject, shared.approver(around), now, asked.why or _INSTEAD, reject=True)
        shared.decided(made, as_json=asked.as_json)
        return ExitCode.NO
    signed = signatures.permit(store, meant.configured(around), signatures.on_disk(project_root(around)))
    subject = replace(subject, signed=signed)
    if not asked.as_json:
        _compare(store, subject)
    if asked.deployment and (earlier := shared.given(store, subject, now)):
        # The job runs again, to finish a deployment that was interrupted: people have agreed to it in time.
        shared.decided(earlier, as_json=asked.as_json)
        return ExitCode.YES
    if asked.deployment:
        people = shared.agreed(around, meant.configured(around), subject)
    else:
        people = (shared.approver(around),)
    made = approve_any(store, subject, people, now, until=asked.until, groups=groups)
    shared.decided(made, as_json=asked.as_json)
    return ExitCode.YES


def _compare(store: Store, subject: Subject) -> None:
    """What the person agrees to, and where the report is."""
    found = evidence.gather(store, subject.model, subject.digest, protected=subject.settings.protected)
    click.echo(text(found.judged.verdict))
    if report := facts(found.judged).report(subject.model):
        click.echo(f"report: {report}")
    click.echo()
