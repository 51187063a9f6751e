"""What was measured of models that answered requests in turns. Times are milliseconds unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """Which of the models that were served. `AGAIN` is production a second time: the noise."""

    CANDIDATE = "candidate"
    PRODUCTION = "production"
    AGAIN = "production, again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Some requests in a row to one model.

    latencies: the time of each that was answered. seconds: from the first request to the last answer. failures: what
    went wrong with each of the others.
    """

    latencies: tuple[float, ...]
    seconds: float
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Requests to one model within a round, in which every model got the same ones."""

    who: Who
    round: int
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The largest memory so far, in bytes; None where the machine does not tell."""

    resident: int | None = None
    gpu: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that was measured.

    production: whether there is a model in production. fault: for each model that could not be served, why.
    warming: the failures among the requests that are not counted. used: the memory of those that were served.
    facts: the machine's.
    """

    production: bool
    blocks: tuple[Block, ...] = ()
    fault: Mapping[Who, str] = field(default_factory=dict)
    warming: Mapping[Who, tuple[str, ...]] = field(default_factory=dict)
    used: Mapping[Who, Used] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    def of(self, who: Who) -> tuple[Block, ...]:
        """One model's blocks."""
        return tuple(block for block in self.blocks if block.who is who)
