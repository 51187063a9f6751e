"""Telling people that a deployment has failed, with the evidence, once."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.errors import MlgitlabError, RefusedError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.state import Deployed
from mlgitlab.jobs.deploy.task import Task, Tools, lease
from mlgitlab.paths import printable
from mlgitlab.store import digests


def tell_people(task: Task, tools: Tools, deployed: Deployed) -> str:
    """Open an issue, and note its URL in the journal; the URL, or nothing where there is nobody to tell.

    A failure to tell is told, and changes nothing: the deployment has gone back already.
    """
    told = deployed.first(Kind.INCIDENT)
    if told or tools.incidents is None:
        return told.why if told else ""
    candidate = digests.short(deployed.begun.candidate)
    title = f"Deployment of {task.model}@{candidate} to {task.environment}: {deployed.status}"
    try:
        url = tools.incidents.open(title, "\n".join(_text(task, deployed)))
    except MlgitlabError as error:
        tools.tell(f"no issue was opened: {error.message}")
        return ""
    held = lease(task, tools)
    try:
        held.require_free(held.look())
        held.note(deployed, Kind.INCIDENT, url)
    except RefusedError as error:
        tools.tell(f"the issue is not in the history: {error.message}")
    return url


def _text(task: Task, deployed: Deployed) -> Iterator[str]:
    begun = deployed.begun
    yield f"`{task.model}` in `{task.environment}`, by `{begun.strategy}`, is **{deployed.status}**."
    yield ""
    yield f"- candidate: `{begun.candidate}`"
    yield f"- model before: `{begun.before or 'none'}`"
    yield f"- begun: {begun.at}"
    yield f"- why: {_code(deployed.why or 'see below')}"
    yield ""
    yield "| when | what | |"
    yield "|---|---|---|"
    for entry in deployed.entries:
        yield f"| {entry.at} | {entry.kind} | {_code(entry.why)} |"
    judged = [entry for entry in deployed.entries if entry.facts]
    if judged:
        yield ""
        yield "| criterion | outcome | |"
        yield "|---|---|---|"
        for fact in judged[-1].facts:
            yield f"| {_code(fact.get('criterion'))} | {fact.get('outcome')} | {_code(fact.get('why'))} |"


def _code(text: object) -> str:
    """Text that means nothing to Markdown."""
    shown = printable(str(text or "")).replace("`", "'").replace("|", "/")
    return f"`{shown}`" if shown else ""
