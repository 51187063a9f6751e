"""`mlgitlab metrics curves`: the series of a training's log, drawn."""

from __future__ import annotations

import json

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.metrics.numbers import format_option, load
from mlgitlab.cli.options import json_option
from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.curves import page
from mlgitlab.jobs.metrics.curves.charts import charts
from mlgitlab.paths import printable


@click.command("curves")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", default="curves.html", show_default=True, metavar="FILE", help="An .html or .svg file.")
@click.option("--only", multiple=True, metavar="GLOB", help="Only series like this: *loss")
@click.option("--log", is_flag=True, help="Logarithmic value axes.")
@click.option("--title", default="Learning curves", show_default=True, help="What the page is called.")
@format_option
@json_option
@click.pass_obj
def command(
    around: Surroundings,
    /,
    files: tuple[str, ...],
    output: str,
    only: tuple[str, ...],
    log: bool,
    title: str,
    as_json: bool,
    **given: str | None,
) -> None:
    """Draw the series in FILE... as an HTML page or an SVG, without scripts, for light and dark screens.

    Series that differ in `train` and `val` alone share a chart, and so do those of one name from several files.
    """
    write = {"html": page.html, "svg": page.svg}.get(output.rpartition(".")[2].lower())
    if write is None:
        raise UsageError(f"--output {output!r} must end in .html or .svg")
    found = {file: load(around, file, given["format"]).series for file in files}
    drawn = charts(found, only)
    if not drawn:
        names = sorted({name for series in found.values() for name in series})
        hint = (
            f"there are: {', '.join(map(printable, names[:10]))}"
            if names
            else "a series is a list, or a column of a log"
        )
        raise UsageError("there is no series to draw", hint)
    wiring.write(around, {output: write(drawn, title, log=log)})
    if as_json:
        facts = [{"title": chart.title, "series": {line.label: line.count for line in chart.lines}} for chart in drawn]
        click.echo(json.dumps({"output": output, "charts": facts}, indent=2))
        return
    lines = sum(len(chart.lines) for chart in drawn)
    click.echo(f"{printable(output)}: {lines} series in {len(drawn)} chart{'' if len(drawn) == 1 else 's'}")
