"""A verdict in the terminal, in the colours of its outcomes."""

from __future__ import annotations

import shutil
import sys

import click

from mlgitlab.jobs.gate import report
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import Verdict

_COLORS = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INCONCLUSIVE: "yellow"}
# A job's log is no terminal, and GitLab shows lines of this length without breaking them.
LOG_WIDTH = 120


def text(verdict: Verdict) -> str:
    """The verdict for `click.echo`, which takes the colours away where they do not belong."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else LOG_WIDTH
    return report.terminal(verdict, width, lambda line, outcome: click.style(line, fg=_COLORS[outcome], bold=True))
