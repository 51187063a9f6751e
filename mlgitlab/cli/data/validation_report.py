"""What a validation says on a terminal and in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import click

from mlgitlab.jobs.data.validation import Verdict
from mlgitlab.jobs.data.validation_reports import sentence, summary
from mlgitlab.paths import printable

_TERMINAL = 0.2  # seconds between two updates
_LOG = 10.0


class Progress:
    """Rows so far: on a terminal one line that is rewritten, in a log a line every ten seconds."""

    def __init__(self, dataset: str, done: str = "checked") -> None:
        self._dataset = dataset
        self._what = done
        self._rows = 0
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()

    def __call__(self, rows: int) -> None:
        """Some more rows are done."""
        self._rows += rows
        now = time.monotonic()
        if now - self._last >= (_TERMINAL if self._live else _LOG):
            self._last = now
            end = "\r" if self._live else "\n"
            click.echo(f"{self._dataset}: {self._rows:,} rows {self._what}{end}", err=True, nl=False)

    def done(self) -> None:
        """Clear the line."""
        if self._live:
            click.echo("\x1b[2K\r", err=True, nl=False)


def text(verdict: Verdict, *, before: str, folder: str) -> Iterator[str]:
    """The verdict in lines. `before` says when and where a remembered one was given."""
    mark = click.style("valid", fg="green") if verdict.passed else click.style("not valid", fg="red", bold=True)
    yield f"{printable(verdict.subject.dataset)}: {mark}: {summary(verdict)}"
    if before:
        yield f"  {before}"
    for problem in verdict.problems:
        yield f"  {click.style('fails', fg='red')} {printable(problem)}"
    for result in verdict.failures:
        yield f"  {click.style('fails', fg='red')} {printable(sentence(result))}"
        for sample in result.samples:
            yield f"        {printable(sample.file)} row {sample.row}: {printable(sample.value)}"
    for warning in verdict.warnings:
        yield f"  {click.style('warns', fg='yellow')} {printable(warning)}"
    yield f"  reports: {printable(folder)}"
