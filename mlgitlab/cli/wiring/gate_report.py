"""A verdict as a page, and as a note of the merge request that it judges."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.jobs.gate.report.view import view
from mlgitlab.jobs.gate.verdict import Verdict


def page(verdict: Verdict) -> bytes:
    """The page: one HTML file that needs nothing else."""
    from mlgitlab.adapters.gate_page import render  # noqa: PLC0415 (Jinja2, for this alone)

    return render(view(verdict))


def post_note(environ: Mapping[str, str], text: str, marker: str) -> str:
    """Write the note, or edit the one that has the marker; a sentence says what happened.

    Nothing is raised: a verdict does not depend on whether GitLab takes a note of it. The token is
    `MLGITLAB_GITLAB_TOKEN`, and appears in no sentence.
    """
    raise NotImplementedError(f"{len(environ)} {text} {marker}")
