"""A verdict as a page, and as a note of the merge request that it judges."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlgitlab.errors import MlgitlabError
from mlgitlab.jobs.gate.report.view import view
from mlgitlab.jobs.gate.verdict import Verdict
from mlgitlab.paths import printable

TOKEN = "MLGITLAB_GITLAB_TOKEN"  # noqa: S105 (the variable's name)
_NUMBER = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


def page(verdict: Verdict) -> bytes:
    """The page: one HTML file that needs nothing else."""
    from mlgitlab.adapters.gate_page import render  # noqa: PLC0415 (Jinja2, for this alone)

    return render(view(verdict))


def post_note(environ: Mapping[str, str], text: str, marker: str) -> str:
    """Write the note, or edit the one that has the marker; a sentence says what happened.

    Nothing is raised: a verdict does not depend on whether GitLab takes a note of it. The token is that of
    `MLGITLAB_GITLAB_TOKEN`, and appears in no sentence.
    """
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    if not _NUMBER.fullmatch(number):
        return "No note was written: this is no pipeline of a merge request (CI_MERGE_REQUEST_IID names none)."
    missing = _missing(environ)
    if missing:
        return f"No note was written to !{number}: {missing}."
    from mlgitlab.adapters.gitlab_notes import MergeRequest, write  # noqa: PLC0415 (an extra)

    place = MergeRequest(url=environ["CI_SERVER_URL"], project=_project(environ), number=int(number))
    try:
        written = write(place, environ[TOKEN], text, marker)
    except MlgitlabError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return printable(f"No note was written to !{number}: {error.message}{hint}.")
    return f"The note of !{number} was {written}."


def _missing(environ: Mapping[str, str]) -> str:
    if not environ.get(TOKEN):
        return f"{TOKEN} is not set, and a job's own token may not write notes"
    if not environ.get("CI_SERVER_URL"):
        return "CI_SERVER_URL is not set"
    return "" if _project(environ) else "CI_MERGE_REQUEST_PROJECT_ID is not set"


def _project(environ: Mapping[str, str]) -> str:
    """The merge request's own project, which is not that of the pipeline where a fork runs it."""
    return environ.get("CI_MERGE_REQUEST_PROJECT_ID", "") or environ.get("CI_PROJECT_ID", "")
