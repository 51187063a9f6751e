"""What the commands of `mlgitlab deploy` say: lines for people, or the same facts as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from mlgitlab.cli.deploy.shared import Opened
from mlgitlab.errors import ExitCode
from mlgitlab.jobs.deploy.acts import spoken
from mlgitlab.jobs.deploy.incident import tell_people
from mlgitlab.jobs.deploy.journal import Entry
from mlgitlab.jobs.deploy.run import record_of
from mlgitlab.jobs.deploy.state import Deployed, Record, Status
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.paths import printable
from mlgitlab.store import digests

_COLOUR = {Status.LIVE: "green", Status.SHADOWED: "green", Status.HELD: "yellow", Status.UNDER_WAY: "yellow"}
_GOOD = frozenset({Status.LIVE, Status.SHADOWED})


def ended(here: Opened, digest: str, deployed: Deployed | None, *, as_json: bool) -> int:
    """How a deployment ended; a failure is told to people, and red."""
    if deployed is None:
        named = f"{here.task.model}@{digests.short(digest)}"
        facts = {"model": here.task.model, "candidate": digest, "status": str(Status.LIVE), "changed": False}
        click.echo(json.dumps(facts, indent=2) if as_json else f"{named} answers in {here.task.environment} already")
        return ExitCode.YES
    good = deployed.status in _GOOD
    issue = "" if good else tell_people(here.task, here.tools, deployed)
    _say(here.task.model, deployed, issue, as_json=as_json)
    return ExitCode.YES if good else ExitCode.NO


def watched(here: Opened, outcome: Outcome, deployed: Deployed, *, as_json: bool) -> int:
    """What a watch came to."""
    good = outcome is Outcome.PASS
    issue = "" if good else tell_people(here.task, here.tools, deployed)
    _say(here.task.model, deployed, issue, as_json=as_json, watched=outcome)
    return ExitCode.YES if good else ExitCode.NO


def gone_back(deployed: Deployed, *, as_json: bool) -> None:
    """That a rollback is done."""
    last = deployed.entries[-1]
    if as_json:
        click.echo(json.dumps(_facts(deployed), indent=2))
        return
    before = deployed.begun.before
    click.echo(f"{digests.short(before)} answers again; {last.why}" if before else "nobody answers any more")


def _say(model: str, deployed: Deployed, issue: str, *, as_json: bool, watched: Outcome | None = None) -> None:
    if as_json:
        more = {"watched": str(watched)} if watched else {}
        click.echo(json.dumps({"model": model, **_facts(deployed), "issue": issue or None, **more}, indent=2))
        return
    click.echo(f"{model}@{_line(deployed)}")
    if watched:
        click.echo(f"watched: {watched}")
    if issue:
        click.echo(f"issue: {printable(issue)}")


def _facts(deployed: Deployed) -> dict[str, object]:
    begun = deployed.begun
    return {
        "deployment": deployed.id,
        "candidate": begun.candidate,
        "before": begun.before or None,
        "strategy": begun.strategy,
        "status": str(deployed.status),
        "began": begun.at,
        "ended": None if deployed.is_open else deployed.entries[-1].at,
        "by": begun.by,
        "why": deployed.why or None,
    }


def _line(deployed: Deployed) -> str:
    status = click.style(str(deployed.status), fg=_COLOUR.get(deployed.status, "red"), bold=True)
    why = f": {printable(deployed.why)}" if deployed.why and deployed.status not in _GOOD else ""
    return f"{digests.short(deployed.begun.candidate)} is {status}{why}"


def history(record: Record, *, everything: bool, as_json: bool) -> str:
    """All deployments, the newest last."""
    if as_json:
        return json.dumps({"deployments": [_told(each) for each in record.deployments]}, indent=2)
    if not record.deployments:
        return "nothing was deployed here yet"
    return "\n".join(_lines(record, everything=everything))


def _told(deployed: Deployed) -> dict[str, object]:
    return {**_facts(deployed), "entries": [_entry(entry) for entry in deployed.entries]}


def _entry(entry: Entry) -> dict[str, object]:
    names = ("at", "by", "kind", "step", "traffic", "pointer", "why", "facts", "owner")
    return {name: value for name, value in asdict(entry).items() if name in names and value not in ("", None, 0, ())}


def _lines(record: Record, *, everything: bool) -> Iterator[str]:
    for each in record.deployments:
        begun = each.begun
        by = f" by {printable(begun.by)}" if begun.by else ""
        before = f", before {digests.short(begun.before)}" if begun.before else ""
        yield f"{begun.at}  {begun.strategy}{by}{before}: {_line(each)}"
        for entry in each.entries if everything else ():
            traffic = f": {spoken(entry.traffic)}" if entry.traffic else ""
            why = f": {printable(entry.why)}" if entry.why else ""
            yield f"  {entry.at}  {entry.kind}{traffic}{why}"


def status(here: Opened, *, as_json: bool) -> str:
    """How the place stands."""
    standing = here.tools.target.standing()
    pointer = here.tools.store.pointer(here.task.model, here.task.environment)
    open_ = record_of(here.task, here.tools).open
    if as_json:
        facts = {
            "traffic": asdict(standing.traffic),
            "warm": sorted(standing.warm),
            "pointer": pointer.digest if pointer else None,
            "under_way": _facts(open_) if open_ else None,
        }
        return json.dumps(facts, indent=2)
    warm = ", ".join(digests.short(digest) for digest in sorted(standing.warm)) or "none"
    lines = [
        spoken(standing.traffic),
        f"ready: {warm}",
        f"{here.task.model}@{here.task.environment}: {digests.short(pointer.digest) if pointer else 'nowhere'}",
    ]
    return "\n".join([*lines, *([f"{_line(open_)}, begun at {open_.begun.at}"] if open_ else [])])
