"""`mlgitlab generate`: write the child pipeline and plan.json, and tell the job log what they hold."""

from __future__ import annotations

import click

from mlgitlab import paths
from mlgitlab.cli import wiring
from mlgitlab.cli.inputs import Stores, store_address
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, planning_options
from mlgitlab.cli.planning import report
from mlgitlab.cli.planning.asking import stores_of
from mlgitlab.cli.planning.flow import Survey, survey
from mlgitlab.cli.planning.output import produce
from mlgitlab.cli.planning.settling import settle
from mlgitlab.errors import UsageError

_SPOKEN = {"changed_files": "changed-files", "everything": "all"}


@click.command("generate")
@planning_options
@click.option(
    "--phase",
    type=click.Choice(("run", "promotion")),
    default="run",
    show_default=True,
    help="`promotion`: approve and deploy what the store has judged, whatever changed.",
)
@click.option(
    "--output",
    "-o",
    default="mlgitlab-child.yml",
    show_default=True,
    metavar="FILE",
    help="The child pipeline. Parts of a split one are numbered: FILE-1.yml, ...",
)
@click.option(
    "--plan",
    "plan_file",
    default="plan.json",
    show_default=True,
    metavar="FILE",
    help="The plan: every decision with its reasons.",
)
@json_option
@click.pass_obj
def command(
    around: Surroundings, /, options: Options, *, phase: str, output: str, plan_file: str, as_json: bool
) -> None:
    """Write the child pipeline for a change, or with --phase promotion that for models which passed their gates.

    In a GitLab job the kind of pipeline and its baseline come from GitLab's variables; elsewhere
    it does what a merge request to the default branch would.
    """
    if phase == "promotion":
        _promotion(around, options, (output, plan_file), as_json=as_json)
        return
    request, repository = wiring.start(around, options)
    stores = stores_of(around, request)
    found = settle(survey(request, repository, stores), around, stores)
    made = produce(found, wiring.job_templates(found), output)
    around.kept.extend((found, made))
    # The child last: where it exists, the plan and everything that it includes do, too.
    parts_first = {name: made.pipelines[name] for name in reversed(list(made.pipelines))}
    wiring.write(around, {plan_file: made.plan, **parts_first})
    if store_address(request, found.project.config):
        _enrol(found, stores)
    if as_json:
        click.echo(made.plan, nl=False)
    else:
        click.echo(report.text(made.document))
        click.echo("\n" + report.written([*made.pipelines, plan_file]))


def _promotion(around: Surroundings, options: Options, files: tuple[str, str], *, as_json: bool) -> None:
    for name in ("base", "changed_files", "everything", "profile", "param"):
        if getattr(options, name):
            raise UsageError(f"--phase promotion looks at no change: --{_SPOKEN.get(name, name)} says nothing to it")
    from mlgitlab.cli.planning import promotion  # noqa: PLC0415 (only those who promote load it)

    output, plan_file = files
    made = promotion.make(around, options, output)
    wiring.write(around, {plan_file: made.document, output: made.pipeline})
    if as_json:
        click.echo(made.document, nl=False)
    else:
        click.echo("\n".join(map(paths.printable, made.lines)))
        click.echo("\n" + report.written([output, plan_file]))


def _enrol(found: Survey, stores: Stores) -> None:
    from mlgitlab.cli.planning.evidence import enrol  # noqa: PLC0415 (only those who ask the store load it)

    if trouble := enrol(found.request, found.project, found.plan, stores):
        click.echo(f"mlgitlab: {trouble}", err=True)
