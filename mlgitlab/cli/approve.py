"""`mlgitlab approve`: a person's agreement to exactly one model in one environment."""

from __future__ import annotations

import click

from mlgitlab.cli import approving
from mlgitlab.cli.approving import Meant, meant_options
from mlgitlab.cli.gate_report import text
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.errors import ExitCode
from mlgitlab.jobs.approval import evidence
from mlgitlab.jobs.approval.approve import approve, withdraw
from mlgitlab.jobs.approval.sweeping import DECISION, REJECT
from mlgitlab.paths import printable


@click.command("approve")
@click.argument("model", metavar="MODEL@DIGEST")
@click.option("--until", default="", metavar="TIME", help="Refuse after this moment: 2030-01-31T12:00:00Z.")
@click.option("--reject", is_flag=True, help="Say no instead.")
@click.option("--why", default="", metavar="TEXT", help="Kept in the record.")
@meant_options
@json_option
@click.pass_obj
def command(
    around: Surroundings, meant: Meant, *, model: str, until: str, reject: bool, why: str, as_json: bool
) -> int:
    """Approve MODEL@DIGEST for an environment, in a GitLab job: show the comparison, then keep who agreed to what.

    Refused, with every reason, unless the newest verdict about exactly this model passes by comparison with the model
    in production now, is young enough, and whoever runs the job may approve. The record holds both digests, the
    person, and when it expires; nothing changes it afterwards.

    Exit codes: 0 approved; 2 usage or configuration; 3 refused or rejected; 4 the store or GitLab cannot be reached.
    """
    store, subject = meant.opened(around, model)
    person, now = approving.approver(around), wiring.clock().now()
    if reject or around.environ.get(DECISION) == REJECT:
        made = withdraw(store, subject, person, now, why or "rejected instead of approved", reject=True)
        approving.decided(made, as_json=as_json)
        return ExitCode.NO
    if not as_json:
        found = evidence.gather(store, subject.model, subject.digest, protected=subject.settings.protected)
        verdict = found.judged.verdict
        click.echo(text(verdict))
        if verdict.job:
            click.echo(f"report: {printable(verdict.job)}/artifacts/browse")
        click.echo()
    made = approve(store, subject, person, now, until=until, groups=wiring.gitlab(around.environ))
    approving.decided(made, as_json=as_json)
    return ExitCode.YES
