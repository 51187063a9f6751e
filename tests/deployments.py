"""A store with judged models, a clock that waits by moving on, and deployments to a place in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.config.deploy import Deployment
from mlgitlab.config.parse import parse
from mlgitlab.jobs.deploy.permit import VerdictPermit
from mlgitlab.jobs.deploy.target import Target
from mlgitlab.jobs.deploy.task import Task, Tools
from mlgitlab.jobs.gate.ruling import Family, Outcome, Ruling
from mlgitlab.jobs.gate.verdict import KIND, Compared, Verdict
from mlgitlab.jobs.gate.verdict_json import content
from mlgitlab.store.library import Store

MODEL = "fraud"


@dataclass
class WaitingClock:
    """Time that passes only by waiting; `each` is called every second of it."""

    seconds_since: float = 1_900_000_000.0
    each: Callable[[], None] = lambda: None

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds_since, dt.UTC)

    def seconds(self) -> float:
        return self.seconds_since

    def sleep(self, seconds: float) -> None:
        until = self.seconds_since + seconds
        while self.seconds_since < until:
            self.seconds_since = min(until, self.seconds_since + 1)
            self.each()


@dataclass
class NamedOwner:
    """A process; those whose names are in `dead` are gone."""

    name: str = "one"
    dead: set[str] = field(default_factory=set)

    def is_gone(self, name: str) -> bool:
        return name in self.dead


def new_store(folder: Path) -> Store:
    """An empty store in a folder."""
    return Store(bucket=FolderBucket(folder), files=LocalFiles())


def push(store: Store, folder: Path, name: str) -> str:
    """Store a model that is told apart by a name: its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(name, "utf-8")
    return store.push(MODEL, {"model.txt": folder / name}).digest


def verdict(candidate: str, production: str = "", outcome: Outcome = Outcome.PASS) -> Verdict:
    """A verdict about a model by one rule."""
    compared = Compared.PRODUCTION if production else Compared.NOTHING
    ruling = Ruling(rule="metrics.auc", family=Family.METRICS, outcome=outcome, why="it is so")
    return Verdict(
        model=MODEL,
        candidate=candidate,
        production=production,
        compared=Compared.ITSELF if production == candidate else compared,
        outcome=outcome,
        rulings=(ruling,),
    )


def judge(store: Store, found: Verdict) -> None:
    """Keep a verdict."""
    store.record(MODEL, found.candidate, KIND, content(found))


def settings(text: str) -> Deployment:
    """The deployment that the YAML of one describes."""
    lines = "\n".join(f"        {line}" for line in text.splitlines())
    written = f"version: 1\nmodels:\n  fraud:\n    train: x\n    deploy:\n      production:\n{lines}\n"
    return parse(written.encode(), "mlgitlab.yml").config.models["fraud"].deploy["production"]  # type: ignore[index]


@dataclass
class World:
    """Everything that a deployment needs; `said` is what it told."""

    store: Store
    target: Target
    clock: WaitingClock = field(default_factory=WaitingClock)
    owner: NamedOwner = field(default_factory=NamedOwner)
    said: list[str] = field(default_factory=list)

    @property
    def tools(self) -> Tools:
        return Tools(
            store=self.store,
            target=self.target,
            permit=VerdictPermit(store=self.store),
            clock=self.clock,
            owner=self.owner,
            tell=self.said.append,
            by="ada",
        )

    def of(self, owner: str) -> Tools:
        """The tools of another process."""
        return replace(self.tools, owner=NamedOwner(name=owner, dead=self.owner.dead))


def task(text: str, environment: str = "production") -> Task:
    """The task of a deployment as configured."""
    return Task(model=MODEL, environment=environment, settings=settings(text))
