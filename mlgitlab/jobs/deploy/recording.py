"""Keeping some requests of users for a replay, with their consent, masked before they are written anywhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from mlgitlab.config.deploy import Recording
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.masking import kept
from mlgitlab.jobs.deploy.run import live
from mlgitlab.jobs.deploy.target import Question
from mlgitlab.jobs.deploy.task import Task, Tools

_TICK = 0.2


class Copies(Protocol):
    """A place that can send copies of requests to a port of this machine."""

    def copying(self, seen: Callable[[Question], None], sample: float) -> AbstractContextManager[None]:
        """Call `seen` with copies of so many percent of the requests, one after the other, while the block lasts."""
        ...


@dataclass(kw_only=True)
class Recorded:
    """The lines that are kept, and how many requests could not be masked."""

    lines: list[dict[str, object]] = field(default_factory=list)
    dropped: int = 0


def record(task: Task, tools: Tools, copies: Copies, count: int, seconds: float) -> Recorded:
    """Keep so many requests, or those of so many seconds. The live model answers as before.

    UsageError where the configuration does not say who consented; RefusedError where nothing is live, or somebody
    is at work.
    """
    rules = task.settings.record
    if rules is None:
        hint = f"say who consented, and what is masked, in `models.{task.model}.deploy.{task.environment}.record`"
        raise UsageError("nobody has consented to the recording of requests", hint)
    held, found = live(task, tools)
    held.take(found)
    recorded = Recorded()
    until = tools.clock.seconds() + seconds
    with copies.copying(lambda question: _take(recorded, question, rules, count), rules.sample.value):
        while len(recorded.lines) < count and tools.clock.seconds() < until:
            held.keep()
            tools.clock.sleep(_TICK)
    held.append(Kind.RECORDED, why=f"{len(recorded.lines)} requests, by consent: {rules.consent}")
    return recorded


def _take(recorded: Recorded, question: Question, rules: Recording, count: int) -> None:
    line = kept(question, rules)
    if line is None:
        recorded.dropped += 1
    elif len(recorded.lines) < count:
        recorded.lines.append({"id": str(len(recorded.lines) + 1), **line})
