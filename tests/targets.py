"""Places where models answer: one in memory, and how tests send requests to any."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Protocol

from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Target, Traffic
from mlgitlab.store import digests

ROOMS = 2


def digest_of(name: str) -> str:
    """A digest for a test's model."""
    return digests.full(digests.of(name.encode()))


class Bench(Protocol):
    """A target, models that it can place, and its users."""

    @property
    def target(self) -> Target:
        """The target that is tested, empty."""
        ...

    @property
    def models(self) -> tuple[str, str, str]:
        """Three models that the test may place."""
        ...

    def fetch(self, digest: str) -> None:
        """Put a model's files where `place` looks for them."""
        ...

    def send(self, user: str) -> Answer:
        """A request of a user, by the way that users take."""
        ...

    def now(self) -> float:
        """The time, in seconds since 1970, by the clock of what is observed."""
        ...


# What a model does with the n-th request to it: the answer.
Behaviour = Callable[[int], Answer]


def well(_number: int) -> Answer:
    """The behaviour of a good model."""
    return Answer(status=200, seconds=0.01, prediction="0.5")


@dataclass
class MemoryTarget:
    """Models are behaviours, requests calls of `send`; `now` is its clock."""

    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0
    traffic: Traffic = field(default_factory=Traffic)
    rooms: list[str] = field(default_factory=list)
    log: list[tuple[float, str, str, Answer]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    folder: Path | None = None

    def standing(self) -> Standing:
        return Standing(traffic=self.traffic, warm=frozenset(self.rooms))

    def room(self, digest: str) -> Path | None:
        return self.folder / digests.digits_of(digest) if self.folder else None

    def place(self, digest: str) -> None:
        if digest in self.rooms:
            return
        idle = [each for each in self.rooms if each not in self.traffic.reached]
        if len(self.rooms) == ROOMS and not idle:
            raise RefusedError("every model gets requests")
        if len(self.rooms) == ROOMS:
            self.rooms.remove(idle[0])
        self.rooms.append(digest)

    def ask(self, digest: str, _question: Question) -> Answer:
        if digest not in self.rooms:
            raise UsageError("it is not there")
        return self._answer(digest)

    def route(self, traffic: Traffic) -> None:
        if not traffic.reached <= set(self.rooms):
            raise RefusedError("it is not warm")
        self.traffic = traffic

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        found: dict[str, list[tuple[str, Answer]]] = {}
        moment = itemgetter(0)
        first, last = (bisect_left(self.log, at, key=moment) for at in (since, until))
        for _, digest, request, answer in self.log[first:last]:
            found.setdefault(digest, []).append((request, answer))
        return {
            digest: Seen(
                requests=len(each),
                errors=sum(not 0 < answer.status < 500 for _, answer in each),
                seconds=[answer.seconds for _, answer in each],
                predictions={request: answer.prediction for request, answer in each if answer.prediction},
            )
            for digest, each in found.items()
        }

    def remove(self, digest: str) -> None:
        if digest in self.traffic.reached:
            raise RefusedError("it gets requests")
        if digest in self.rooms:
            self.rooms.remove(digest)

    def send(self, user: str) -> Answer:
        """A request by the way that users take."""
        traffic, request = self.traffic, f"{user}-{len(self.log)}"
        if not traffic.live:
            return Answer(status=503)
        place = zlib.crc32(user.encode()) % 10_000 / 100
        digest = traffic.canary if place < traffic.share else traffic.live
        answer = self._answer(digest)
        self.log.append((self.now(), digest, request, answer))
        if traffic.shadow and zlib.crc32(request.encode()) % 10_000 / 100 < traffic.sample:
            self.log.append((self.now(), traffic.shadow, request, self._answer(traffic.shadow)))
        return answer

    def _answer(self, digest: str) -> Answer:
        number = self.asked.get(digest, 0)
        self.asked[digest] = number + 1
        told = self.behaviours.get(digest, well)(number)
        version = told.version or digest
        return Answer(status=told.status, version=version, seconds=told.seconds, prediction=told.prediction)
