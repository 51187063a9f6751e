"""A verdict for people: in a sentence, in a terminal, in a merge request, and as what a page shows."""

from mlgitlab.jobs.gate.report.markdown import markdown, marker
from mlgitlab.jobs.gate.report.sentence import sentence
from mlgitlab.jobs.gate.report.terminal import terminal

__all__ = ["markdown", "marker", "sentence", "terminal"]
