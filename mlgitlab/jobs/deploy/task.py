"""What a deployment is given: what to bring where, and the tools that reach the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.config.deploy import Deployment
from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.journal import Journal
from mlgitlab.jobs.deploy.lease import SECONDS, Lease, Owner
from mlgitlab.jobs.deploy.permit import Permit
from mlgitlab.jobs.deploy.questions import Case
from mlgitlab.jobs.deploy.target import Target
from mlgitlab.jobs.train.world import Clock
from mlgitlab.store.library import Store


class Incidents(Protocol):
    """Where people are told of a deployment that failed."""

    def open(self, title: str, text: str) -> str:
        """Open an issue with a text in Markdown: its URL. WorldError or UsageError where that is not possible."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One model in one environment, how it is deployed there, and what its synthetic test asks."""

    model: str
    environment: str
    settings: Deployment
    cases: Sequence[Case] = ()


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a deployment works with. by: who asked for it. tell: prints a line for people."""

    store: Store
    target: Target
    permit: Permit
    clock: Clock
    owner: Owner
    tell: Callable[[str], None]
    by: str = ""
    incidents: Incidents | None = None


def lease(task: Task, tools: Tools) -> Lease:
    """The lease of the environment, not yet taken. It outlasts every single step."""
    settings = task.settings
    longest = max(
        settings.nginx.ready.seconds if settings.nginx else 0,
        settings.command.timeout.seconds if settings.command else 0,
        settings.kubernetes.ready.seconds if settings.kubernetes else 0,
        settings.sagemaker.ready.seconds if settings.sagemaker else 0,
    )
    journal = Journal(bucket=tools.store.bucket, model=task.model, environment=task.environment)
    held = Lease(journal=journal, owner=tools.owner, clock=tools.clock, by=tools.by, seconds=SECONDS + longest)
    if isinstance(tools.target, Followed):
        tools.target.turn = held.keep
    return held
