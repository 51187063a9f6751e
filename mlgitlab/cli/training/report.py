"""What `mlgitlab train` says: lines while it works, and facts at its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import click

from mlgitlab import paths
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.jobs.metrics.openmetrics import write
from mlgitlab.jobs.metrics.record import KIND, newest
from mlgitlab.jobs.metrics.report import samples
from mlgitlab.jobs.train import publishing
from mlgitlab.jobs.train.order import Order, spoken
from mlgitlab.jobs.train.preparing import stale
from mlgitlab.jobs.train.publishing import Published
from mlgitlab.jobs.train.task import Task, Tools
from mlgitlab.store.keys import PRODUCTION
from mlgitlab.store.reference import Reference
from mlgitlab.store.values import Result

_MIB = 1024 * 1024


class Teller:
    """Prints lines to standard error, and the bytes that a transfer has moved, where somebody looks."""

    def __init__(self) -> None:
        self._moved = 0
        self._shown = 0
        self._live = sys.stderr.isatty()

    def __call__(self, line: str) -> None:
        """Print a line."""
        click.echo(f"mlgitlab: {line}", err=True)

    def progress(self, count: int) -> None:
        """Note bytes that have just been transferred."""
        self._moved += count
        if self._live and self._moved - self._shown >= 8 * _MIB:
            self._shown = self._moved
            click.echo(f"\rmlgitlab: {self._moved / _MIB:.0f} MiB ", err=True, nl=False)


def plan(task: Task, tools: Tools, found: Result | None, *, as_json: bool) -> str:
    """What a run would do, without doing any of it."""
    order = task.order
    old = () if found else stale(order, tools.folder)
    facts = {
        "step": order.step,
        "fingerprint": task.basis.fingerprint,
        "unknown": list(task.basis.unknown),
        "reuse": found.digest if found else None,
        "command": list(order.command),
        "delete": [paths.show(name) for name in old],
        "upstream": [step for step, _ in order.upstream],
        "timeout": spoken(order),
        "store": tools.store.address,
    }
    if as_json:
        return json.dumps(facts, indent=2, ensure_ascii=False)
    does = f"reuse {found.digest}, made by commit {found.commit[:12]}" if found else "train"
    lines = [f"{order.step} {task.basis.fingerprint}: would {does}", f"  store: {tools.store.address}"]
    if found is None:
        lines += [f"  $ {paths.printable(line)}" for line in order.command]
        lines.append(f"  time: {spoken(order)}")
        lines += [f"  reads the model of {step}" for step, _ in order.upstream]
        lines += [f"  would delete {paths.show(name)}" for name in old]
    lines += [f"  nobody can tell: {paths.printable(unknown)}" for unknown in task.basis.unknown]
    return "\n".join(lines)


def facts(task: Task, published: Published, *, as_json: bool, signing: bool) -> Iterator[str]:
    """What came of it."""
    reference = published.reference
    if as_json:
        found = {
            "step": task.order.step,
            "fingerprint": task.basis.fingerprint,
            "unknown": list(task.basis.unknown),
            "reused": reference.reused,
            "signed": published.signed,
            "sent": published.sent,
            "reference": asdict(reference),
        }
        yield json.dumps(found, indent=2)
        return
    size = f"{reference.files} file{'s' * (reference.files != 1)}, {reference.size / _MIB:.1f} MiB"
    if reference.reused:
        by = f"commit {reference.commit[:12]} at {paths.printable(reference.at)}"
        yield f"{task.order.step}: nothing is trained; reused the result of {by}"
    else:
        yield f"{task.order.step}: trained"
    yield f"  {reference.digest} ({size}) in {reference.store}"
    if not reference.reused:
        yield "  provenance: signed" if signing else "  provenance: not signed"


def metrics_report(order: Order, reference: Reference, tools: Tools) -> bytes | None:
    """The model's numbers beside production's, for GitLab's widget; None where the step declares none."""
    if not order.metrics:
        return None
    store, model = tools.store, reference.model
    own = newest(store.records(model, reference.digest, KIND), order.kind, {}) or {}
    beside: Mapping[str, float] = {}
    try:
        pointer = store.pointer(model, PRODUCTION)
        beside = (newest(store.records(model, pointer.digest, KIND), order.kind, {}) if pointer else None) or {}
    except (WorldError, UsageError) as error:
        tools.tell(f"production's numbers are missing: {error.message}")
    broken = publishing.said(own)
    if broken:
        tools.tell(f"metrics that are no finite number: {broken}")
    return write(samples(own, beside, {"model": model, "step": order.kind}))
