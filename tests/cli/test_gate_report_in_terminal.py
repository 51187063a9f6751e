"""A verdict in a terminal: colours where somebody sees them, the same words everywhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from mlgitlab.cli.gate.report import LOG_WIDTH, text
from mlgitlab.jobs.gate import report
from tests.verdicts import EVERY, failing

ROOT = Path(__file__).parent.parent.parent
# As a command prints it: `main` makes such a context, and takes the colours away for NO_COLOR.
PROGRAM = """
import os, click
from mlgitlab.cli.gate.report import text
from tests.verdicts import failing
with click.Context(click.Command("x"), color=False if os.environ.get("NO_COLOR") else None):
    click.echo(text(failing()))
"""


def on_a_terminal(**environ: str) -> str:
    """What somebody would see who runs it by hand."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=theirs, stdin=theirs, env={**os.environ, **environ}
    )
    os.close(theirs)
    content = b""
    try:
        while chunk := os.read(mine, 65536):
            content += chunk
    except OSError:  # Linux says so when the last writer is gone
        pass
    finally:
        os.close(mine)
    assert process.wait() == 0
    return content.decode()


@pytest.mark.parametrize("name", EVERY)
def test_colours_change_no_word(name: str) -> None:
    verdict = EVERY[name]()
    assert click.unstyle(text(verdict)) == report.terminal(verdict, LOG_WIDTH)


def test_there_are_colours_on_terminals_alone_and_never_against_the_readers_wish() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    piped = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, env=environ, check=True)
    assert "\x1b[" not in piped.stdout.decode()
    assert "\x1b[31m" in on_a_terminal(NO_COLOR="")
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")


def test_a_terminal_is_filled_to_its_width() -> None:
    seen = on_a_terminal(NO_COLOR="1", COLUMNS="72").splitlines()
    assert max(map(len, seen)) <= 72


def test_outcomes_are_words() -> None:
    lines = report.terminal(failing(), 120).splitlines()
    assert lines[0] == "Worse than production"
    assert "Mandatory checks: 13 fail, 15 cannot tell, 4 pass" in lines
    assert {line[:15].strip() for line in lines if line.startswith("  ") and line[2] != " "} == {
        "fail",
        "cannot tell",
        "pass",
    }
    assert any("the whole interval lies beyond the margin" in line for line in lines)
    assert any("about 5,400 rows would settle it" in line for line in lines)
    assert any("metrics.roc_auc.margin: 0.01 became 0.05" in line for line in lines)


def test_a_set_without_a_name_is_called_the_evaluation() -> None:
    verdict = failing()
    unnamed = replace(verdict, sets=(replace(verdict.sets[0], dataset=""),))
    rows = f"{verdict.sets[0].rows:,} rows"
    assert f"judged on:    the evaluation, {rows}" in report.terminal(unnamed, 120)
    assert f"judged on `the evaluation`: {rows}" in report.markdown(unnamed)
