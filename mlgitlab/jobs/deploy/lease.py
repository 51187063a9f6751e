"""Who may act on an environment: one process at a time, for as long as it says so in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Protocol

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy import journal
from mlgitlab.jobs.deploy.journal import Entry, Journal, Kind
from mlgitlab.jobs.deploy.state import Deployed, Record
from mlgitlab.jobs.train.world import Clock
from mlgitlab.store import digests

SECONDS = 300.0
_FINAL = frozenset({
    Kind.SETTLED, Kind.SHADOWED, Kind.REVERTED, Kind.HELD, Kind.WATCHED, Kind.RETIRED, Kind.RECORDED, Kind.INCIDENT,
})  # fmt: skip


class OvertakenError(RefusedError):
    """Somebody else acts on the environment now: whoever sees this must touch nothing more."""


class Owner(Protocol):
    """The process that acts."""

    @property
    def name(self) -> str:
        """A name for it that no other process ever has."""
        ...

    def is_gone(self, name: str) -> bool:
        """Whether the process of that name surely runs no more; False where nobody can tell."""
        ...


@dataclass(kw_only=True)
class Lease:
    """The right to append, kept for `seconds` after each entry. `by` is the person who asked."""

    journal: Journal
    owner: Owner
    clock: Clock
    by: str = ""
    seconds: float = SECONDS
    deployment: int = 0
    base: Entry | None = None
    _entries: list[tuple[int, Entry]] = field(default_factory=list, repr=False)
    _until: float = field(default=0.0, init=False, repr=False)
    _one: Lock = field(default_factory=Lock, init=False, repr=False)

    def look(self) -> Record:
        """What the journal says now."""
        self._entries = list(self.journal.entries())
        return Record.of(self._entries)

    def require_free(self, record: Record) -> None:
        """RefusedError where somebody else is at work: their lease has not run out, and they may still live."""
        last = record.last
        if last is None or not last.until or last.owner == self.owner.name:
            return
        left = journal.seconds(last.until) - self.now()
        if left > 0 and not self.owner.is_gone(last.owner):
            what = f"{self._place} is being deployed to: {_named(last)}, by {last.by or last.owner}"
            hint = f"wait for it; should it have died, this place is free in {left:.0f} seconds"
            raise RefusedError(what, hint)

    def begin(self, entry: Mapping[str, Any]) -> Deployed:
        """Begin a deployment."""
        self.base, self.deployment = Entry(kind=Kind.BEGUN, at="", owner="", **entry), 0
        self.append(Kind.BEGUN, **{name: entry[name] for name in ("plan", "pointer", "strategy")})
        self.deployment = self._entries[-1][0]
        return self.seen()

    def take(self, deployed: Deployed) -> Deployed:
        """Go on with a deployment that is there."""
        self.base, self.deployment = deployed.begun, deployed.id
        self.append(Kind.TAKEN)
        return self.seen()

    def note(self, deployed: Deployed, kind: Kind, why: str) -> None:
        """Add a remark to a deployment, without taking it up."""
        self.base, self.deployment = deployed.begun, deployed.id
        self.append(kind, why=why)

    def seen(self) -> Deployed:
        """The deployment as we have it in the journal."""
        return next(each for each in Record.of(self._entries).deployments if each.id == self.deployment)

    def append(self, kind: Kind, **fields: Any) -> None:  # noqa: ANN401 (those of Entry)
        """Say what happened, or is about to; OvertakenError where somebody else has appended since."""
        with self._one:
            self._append(kind, fields)

    def keep(self) -> None:
        """Say that we still work, where half of the time is over; by any thread."""
        with self._one:
            if self.base and self.now() > self._until - self.seconds / 2:
                self._append(Kind.KEPT, {})

    def _append(self, kind: Kind, fields: Mapping[str, Any]) -> None:
        assert self.base
        now = self.now()
        entry = replace(
            self.base,
            kind=kind,
            deployment=self.deployment,
            at=journal.text(now),
            until="" if kind in _FINAL else journal.text(now + self.seconds),
            owner=self.owner.name,
            by=self.by,
            **{"plan": "", "pointer": 0, "strategy": "", **fields},
        )
        seen = self._entries[-1][0] if self._entries else 0
        if not self.journal.append(seen, entry):
            what = f"somebody else has taken over the deployment of {self._place}"
            raise OvertakenError(what, "look at `mlgitlab deploy status`, and try again")
        self._entries.append((seen + 1, entry))
        self._until = now + self.seconds

    def now(self) -> float:
        """The time in seconds since 1970."""
        return self.clock.now().timestamp()

    @property
    def _place(self) -> str:
        return f"{self.journal.model} in {self.journal.environment}"


def _named(last: Entry) -> str:
    return f"{digests.short(last.candidate)}, {last.kind} at {last.at}"
