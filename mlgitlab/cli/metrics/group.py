"""`mlgitlab metrics`: the numbers of a training, for GitLab and for people."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "report": "Turn files of numbers into the metrics report that GitLab shows in a merge request.",
    "diff": "Compare the numbers of two files, commits or models.",
    "curves": "Draw the series of a training's log as SVG.",
}


@click.group("metrics", cls=LazyGroup, modules="mlgitlab.cli.metrics.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Report, compare and draw the numbers that a training or an evaluation writes.

    A file of numbers is JSON, JSON lines, YAML, CSV or OpenMetrics text by the end of its name, or the folder of an
    MLflow run.
    """
