"""`mlgitlab preview`: the plan on a laptop, without writing anything."""

from __future__ import annotations

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, planning_options
from mlgitlab.cli.planning import report
from mlgitlab.cli.planning.asking import stores_of
from mlgitlab.cli.planning.flow import survey
from mlgitlab.cli.planning.output import produce
from mlgitlab.cli.planning.settling import settle
from mlgitlab.errors import ExitCode


@click.command("preview")
@planning_options
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "mermaid", "yaml"]),
    default="text",
    show_default=True,
    help="What to print: the plan for people, plan.json, a graph, or the child pipeline.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 5 when something would run, 0 when nothing would.")
@json_option
@click.pass_obj
def command(around: Surroundings, options: Options, shape: str, detailed_exitcode: bool, as_json: bool) -> int:
    """Show what would run and why, and what would not and why not.

    On a laptop, uncommitted and untracked files count. --as shows what another kind of pipeline would do.
    """
    request, repository = wiring.start(around, options)
    stores = stores_of(around, request)
    found = settle(survey(request, repository, stores), around, stores)
    made = produce(found, wiring.job_templates(found), "mlgitlab-child.yml")
    match "json" if as_json else shape:
        case "json":
            click.echo(made.plan, nl=False)
        case "yaml":
            click.echo("---\n".join(content.decode() for content in made.pipelines.values()), nl=False)
        case "mermaid":
            click.echo(report.mermaid(made.document))
        case _:
            click.echo(report.text(made.document))
    return ExitCode.WORK if detailed_exitcode and found.plan.selected else ExitCode.YES
