"""What a verdict leaves: a record in the store, reports for GitLab and for people, a note in the merge request."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from mlgitlab.cli.gate.report import text
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.wiring import gate_report as pages
from mlgitlab.jobs.gate import report, verdict_json
from mlgitlab.jobs.gate.case import Case
from mlgitlab.jobs.gate.exposed import exposed
from mlgitlab.jobs.gate.junit import junit
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND, Compared, Verdict
from mlgitlab.jobs.train.task import Tools

COMPARED = "compared"
PAGE = "report.html"


def keep(tools: Tools, case: Case, verdict: Verdict) -> None:
    """Put the verdict into the store, and let the candidate keep the predictions of both models that led to it."""
    written = tools.store.record(verdict.model, verdict.candidate, KIND, verdict_json.content(verdict))
    sides = [each for answers in case.answers for each in (answers.kept, answers.beside) if each is not None]
    named = {f"{each.digits}/{each.file}": each.digits for each in sides}
    if named:
        files = {name: case.folder / name for name in named}
        content = {"format": 1, "verdict": written, "production": verdict.production}
        tools.store.attach(verdict.model, verdict.candidate, COMPARED, content, files)


def reports(around: Surroundings, tools: Tools, verdict: Verdict) -> None:
    """Write the files that GitLab shows, and the note of the merge request where a token allows it."""
    folder = f".mlgitlab/{verdict.model}/gate"
    environ = around.environ
    url = environ.get("CI_JOB_URL", "")
    link = f"{url}/artifacts/file/{folder}/{PAGE}" if url else ""
    note = report.markdown(verdict, link)
    contents = {
        "verdict.json": json.dumps(verdict_json.content(verdict), indent=2, sort_keys=True).encode() + b"\n",
        "junit.xml": junit(f"{verdict.model}:gate", verdict.rulings),
        "metrics.txt": exposed(verdict),
        "note.md": note.encode(),
        PAGE: pages.page(verdict),
    }
    for name, content in contents.items():
        tools.folder.write(f"{folder}/{name}", content)
    if environ.get("CI_MERGE_REQUEST_IID"):
        tools.tell(pages.post_note(environ, note, report.marker(verdict.model)))


def told(verdict: Verdict, *, as_json: bool) -> Iterator[str]:
    """The verdict for standard output."""
    if as_json:
        yield json.dumps(verdict_json.content(verdict), indent=2)
        return
    yield text(verdict)
    if verdict.compared is Compared.ITSELF and lets_go_on(verdict):
        yield click.style("The model is in production already: there is nothing to promote.", fg="yellow")


def lets_go_on(verdict: Verdict) -> bool:
    """Whether the job succeeds: after a pass, and where production itself was judged and breaks no rule.

    The latter is no pass, and nothing is promoted by it; but a pipeline that trained nothing new is no failure either.
    """
    if verdict.outcome is Outcome.PASS:
        return True
    others = [each for each in verdict.rulings if each.mandatory and each.rule != "data.candidate"]
    return verdict.compared is Compared.ITSELF and all(each.outcome is Outcome.PASS for each in others)
