"""The verdict as text for a terminal or a job's log."""

from __future__ import annotations

from collections.abc import Callable

from mlgitlab.jobs.gate.report.sentence import sentence
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import Verdict

# Gives a text the colour of an outcome; the caller knows whether there are colours.
Paint = Callable[[str, Outcome], str]


def plain(text: str, outcome: Outcome) -> str:  # noqa: ARG001 (a Paint)
    """No colour."""
    return text


def terminal(verdict: Verdict, width: int, paint: Paint = plain) -> str:
    """The text, no line longer than `width` characters where words allow it; it ends without a line end."""
    del width
    return paint(sentence(verdict), verdict.outcome)
