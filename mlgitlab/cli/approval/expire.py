"""`mlgitlab approval expire`: what nobody approved in time is rejected, and with a token no longer waits."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.approval import shared
from mlgitlab.cli.approval.shared import Meant, meant_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.config.schema import Config
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.jobs.approval.approve import reject_late
from mlgitlab.jobs.approval.approver import Approver
from mlgitlab.jobs.approval.sweeping import Late, late, sweep
from mlgitlab.paths import printable
from mlgitlab.planning.promotion import approve_job, gitlab_name
from mlgitlab.store import digests


@click.command("expire")
@click.argument("model", metavar="[MODEL@DIGEST]", default="")
@click.option("--until", default="", metavar="TIME", help="When it was to be approved: 2030-01-31T12:00:00Z.")
@click.option("--sweep", "sweeping", is_flag=True, help="End all jobs and deployments in GitLab that wait too long.")
@meant_options
@json_option
@click.pass_obj
def command(around: Surroundings, meant: Meant, *, model: str, until: str, sweeping: bool, as_json: bool) -> int:
    """Record that nobody approved MODEL@DIGEST for an environment in time; nothing, where somebody did.

    --sweep, with a token in MLGITLAB_GITLAB_TOKEN, looks at all of the project instead: approve jobs that have waited
    for longer than `approval.within` are played and told to reject, since GitLab cannot cancel a job that waits for a
    person; on Premium, blocked deployments are rejected.
    """
    if sweeping == bool(model):
        raise UsageError("either MODEL@DIGEST or --sweep", "--sweep looks at all that waits in GitLab")
    if sweeping:
        return _sweep(around, meant.configured(around), as_json=as_json)
    if not until:
        raise UsageError("--until is missing", "the generated job has it: when the promotion was to be approved")
    store, subject = meant.opened(around, model)
    # Nobody decides here: the time does.
    nobody = Approver.of(around.environ, "")
    made = reject_late(store, subject, nobody, wiring.clock().now(), until)
    if made:
        shared.decided(made, as_json=as_json)
    elif as_json:
        click.echo(json.dumps(None))
    else:
        named = f"{subject.model}@{digests.short(subject.digest)}"
        click.echo(f"somebody decided about {named} for {subject.environment} in time")
    return ExitCode.YES


def _sweep(around: Surroundings, config: Config, *, as_json: bool) -> int:
    gitlab = wiring.gitlab(around.environ)
    if gitlab is None:
        raise UsageError("a sweep needs a token", "set MLGITLAB_GITLAB_TOKEN in a job; docs/approval.md says of whom")
    jobs: dict[str, float] = {}
    environments: dict[str, float] = {}
    for name, model in config.models.items():
        for environment in model.approval.environments if model.approval else ():
            assert model.approval
            seconds = float(model.approval.within.seconds)
            jobs[approve_job(name, environment)] = seconds
            if model.approval.deployment:
                environments[gitlab_name(name, environment, model.deploy.get(environment))] = seconds  # type: ignore[call-overload]  # Name is str at run time
    blocked = gitlab.blocked() if environments else ()
    found = late(gitlab.waiting(), blocked, jobs, environments, wiring.clock().now())
    refused = sweep(gitlab, found)
    _tell(found, refused, as_json=as_json)
    return ExitCode.WORLD if refused else ExitCode.YES


def _tell(found: Late, refused: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        told = {
            "jobs": [{"id": each.id, "name": each.name, "since": each.since} for each in found.jobs],
            "refused": [*refused],
            "deployments": [{"id": each.id, "environment": each.environment} for each in found.deployments],
        }
        click.echo(json.dumps(told, indent=2))
        return
    for each in refused:
        click.echo(f"mlgitlab: GitLab refused: {printable(each)}", err=True)
    for job in found.jobs:
        click.echo(f"{printable(job.name)} waited since {printable(job.since)}: it is told to reject")
    for deployment in found.deployments:
        click.echo(f"the deployment to {printable(deployment.environment)} is rejected")
    if not (found.jobs or found.deployments):
        click.echo("nothing waits too long")
