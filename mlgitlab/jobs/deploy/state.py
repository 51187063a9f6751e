"""How deployments stand, by their journal, and what comes next: decided from values alone.

A deployment that was interrupted places, tests and routes again what it had when it is taken up (these change nothing
that is as it should be), and is not judged again for a step that it has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.deploy.journal import Entry, Kind
from mlgitlab.jobs.deploy.plan import Plan
from mlgitlab.jobs.deploy.target import Traffic


class Status(StrEnum):
    """How one deployment stands."""

    UNDER_WAY = "under way"
    HELD = "held"
    LIVE = "live"
    SHADOWED = "shadowed"
    GOING_BACK = "going back"
    REVERTED = "reverted"


class Act(StrEnum):
    """What a deployment does next."""

    PLACE = "place"
    TEST = "test"
    ROUTE = "route"
    JUDGE = "judge"
    SETTLE = "settle"
    REVERT = "revert"


_DECISIVE = {
    Kind.BEGUN: Status.UNDER_WAY,
    Kind.TAKEN: Status.UNDER_WAY,
    Kind.HELD: Status.HELD,
    Kind.SETTLED: Status.LIVE,
    Kind.SHADOWED: Status.SHADOWED,
    Kind.FAILED: Status.GOING_BACK,
    Kind.REVERTED: Status.REVERTED,
}
_OPEN = frozenset({Status.UNDER_WAY, Status.HELD, Status.GOING_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """One deployment: the number by which it is known, and its entries, the oldest first."""

    id: int
    entries: tuple[Entry, ...]

    @property
    def begun(self) -> Entry:
        """Its first entry."""
        return self.entries[0]

    @property
    def status(self) -> Status:
        """How it stands."""
        found = Status.UNDER_WAY
        for entry in self.entries:
            decided = _DECISIVE.get(entry.kind, found)
            # Whoever takes up one that goes back, or looks after a live one, does not make it go forward.
            if entry.kind is not Kind.TAKEN or found is Status.HELD:
                found = decided
        return found

    @property
    def is_open(self) -> bool:
        """Whether somebody has to finish it."""
        return self.status in _OPEN

    @property
    def was_live(self) -> bool:
        """Whether it was ever settled."""
        return any(entry.kind is Kind.SETTLED for entry in self.entries)

    @property
    def passed(self) -> int:
        """How many steps it has passed."""
        return sum(entry.kind is Kind.PASSED for entry in self.entries)

    @property
    def why(self) -> str:
        """Why it went back or is held; empty where it did not."""
        decided = [entry for entry in self.entries if entry.kind in (Kind.FAILED, Kind.HELD)]
        return decided[-1].why if decided else ""

    def lately(self, kind: Kind) -> Entry | None:
        """The last entry of a kind since somebody began it or took it up."""
        for entry in reversed(self.entries):
            if entry.kind is kind:
                return entry
            if entry.kind in (Kind.BEGUN, Kind.TAKEN):
                return None
        return None

    def first(self, kind: Kind) -> Entry | None:
        """The first entry of a kind."""
        return next((entry for entry in self.entries if entry.kind is kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a journal tells: the number of its last entry, that entry, and the deployments, the oldest first."""

    number: int = 0
    last: Entry | None = None
    deployments: tuple[Deployed, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Entry]]) -> Record:
        """Sort a journal's entries by deployment."""
        found: dict[int, list[Entry]] = {}
        number, last = 0, None
        for number, last in entries:
            found.setdefault(last.deployment or number, []).append(last)
        deployments = (
            Deployed(id=key, entries=tuple(each)) for key, each in found.items() if each[0].kind is Kind.BEGUN
        )
        return cls(number=number, last=last, deployments=tuple(deployments))

    @property
    def open(self) -> Deployed | None:
        """The deployment that is not finished."""
        return next((each for each in reversed(self.deployments) if each.is_open), None)

    @property
    def live(self) -> Deployed | None:
        """The deployment whose model answers: the last that was settled and did not go back."""
        return next((each for each in reversed(self.deployments) if each.status is Status.LIVE), None)

    def shadow(self) -> tuple[Traffic, float, float] | None:
        """The traffic with the last shadow, since when, and until when; 0 where it still is so."""
        for deployed in reversed(self.deployments):
            routed = [entry for entry in deployed.entries if entry.kind is Kind.ROUTED and entry.traffic]
            for number, entry in reversed(list(enumerate(routed))):
                if entry.traffic and entry.traffic.shadow:
                    until = routed[number + 1].moment if number + 1 < len(routed) else 0.0
                    return entry.traffic, entry.moment, until
        return None


def following(plan: Plan, deployed: Deployed) -> Act | None:
    """What comes next; None where it is finished, or waits for a person."""
    if deployed.status is Status.GOING_BACK:
        return Act.REVERT
    return _forward(plan, deployed) if deployed.status is Status.UNDER_WAY else None


def _forward(plan: Plan, deployed: Deployed) -> Act:
    if not deployed.lately(Kind.PLACED):
        return Act.PLACE
    if not deployed.lately(Kind.TESTED):
        return Act.TEST
    if deployed.passed == len(plan.steps):
        return Act.SETTLE
    routed = deployed.lately(Kind.ROUTED)
    if routed is None or routed.step != deployed.passed:
        return Act.ROUTE
    return Act.JUDGE
