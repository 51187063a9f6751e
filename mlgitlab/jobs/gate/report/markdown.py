"""The verdict as a note of a merge request, in GitLab Flavored Markdown."""

from __future__ import annotations

from mlgitlab.jobs.gate.report.sentence import sentence
from mlgitlab.jobs.gate.verdict import Verdict


def marker(model: str) -> str:
    """The hidden line by which the note of a model is found again."""
    return f"<!-- mlgitlab:verdict:{model} -->"


def markdown(verdict: Verdict, link: str = "") -> str:
    """The note, marker first. `link` is the address of the page, empty where there is none."""
    return "\n".join([marker(verdict.model), f"`{sentence(verdict)}`", *([f"[Report]({link})"] if link else []), ""])
