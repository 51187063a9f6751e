"""Where models answer: what a deployment asks of such a place. Adapters for nginx, Kubernetes and others supply it.

There are two kinds. A `Target` does what it is told, and we judge: its traffic is shifted by our steps. A `Controller`
shifts and judges by itself, as Argo Rollouts and SageMaker do: it is told once, and followed (`followed.py` makes a
target of it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Which models answer. They are named by their digests, `sha256:` and 64 digits; empty means none.

    `live` answers what no other does. `canary` answers `share` percent of the requests, always those of the same
    users. `shadow` gets a copy of `sample` percent of them, and nobody sees its answers.
    """

    live: str = ""
    canary: str = ""
    share: float = 0.0
    shadow: str = ""
    sample: float = 0.0

    def __post_init__(self) -> None:
        for named, percent in ((self.canary, self.share), (self.shadow, self.sample)):
            if bool(named) != (0 < percent <= 100):
                raise ValueError(f"{percent} percent go to {named or 'nobody'}")
        if (self.canary or self.shadow) and not self.live:
            raise ValueError("there is no live model beside the candidate")
        if self.canary and self.share == 100:
            raise ValueError("a canary that answers everything is the live model")

    @property
    def answering(self) -> frozenset[str]:
        """The models whose answers somebody sees."""
        return frozenset(filter(None, (self.live, self.canary)))

    @property
    def reached(self) -> frozenset[str]:
        """The models that get requests."""
        return self.answering | frozenset(filter(None, (self.shadow,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a place stands: who answers there now, and which models are ready to (`warm`), those that do among them."""

    traffic: Traffic = Traffic()
    warm: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request as it is sent to a model: method, path with query, headers, body."""

    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `status` is 0 where nothing did, and `why` says why.

    `version` is the digest that the answer says it comes from; empty where it says none. `seconds` is how long it
    took, `prediction` the prediction as the target is told to find it, empty where there is none.
    """

    status: int
    version: str = ""
    seconds: float = 0.0
    prediction: str = ""
    body: bytes = b""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one model's answers in a time.

    `requests` and `errors` (statuses from 499 on, no answer, an answer by another model) are exact. `seconds` are the
    durations of answers, `predictions` what was answered by the request's id, `values` numbers of the business by name:
    all of them, or an even choice where there are too many to keep.
    """

    requests: int = 0
    errors: int = 0
    seconds: Sequence[float] = ()
    predictions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Target(Protocol):
    """A place for one model in one environment, whose traffic follows our steps.

    Every verb may be repeated, with the same values it changes nothing more: a deployment that was killed begins its
    last step again. Every verb raises WorldError where the place cannot be reached or does not do it (worth a retry),
    UsageError for a place that cannot work as it is configured, and RefusedError for what it refuses.
    """

    def standing(self) -> Standing:
        """How the place stands, as the world says, not as we remember."""
        ...

    def room(self, digest: str) -> Path | None:
        """The folder where `place` looks for the model's files; None for a place that fetches them by itself."""
        ...

    def place(self, digest: str) -> None:
        """Start a model beside what answers, without any traffic, and return once it is ready.

        A place has room for at least two: a model that gets no request makes room for it, once its last requests are
        answered. RefusedError where all get some.
        """
        ...

    def ask(self, digest: str, question: Question) -> Answer:
        """Put a question to a model that is warm, past all traffic; a bad answer is an answer, not an error."""
        ...

    def route(self, traffic: Traffic) -> None:
        """Let the traffic be so, in one step that loses no request, and return once it is.

        All that it names must be warm; RefusedError otherwise, and nothing changes.
        """
        ...

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What was seen of each model from one moment to another, in seconds since 1970. The shadow's is among it."""
        ...

    def remove(self, digest: str) -> None:
        """Stop a model that gets no request, once its last requests are answered. RefusedError where it gets some."""
        ...


@runtime_checkable
class GoesBack(Protocol):
    """A target that goes back in another way than forward."""

    def go_back(self, before: str) -> None:
        """Let a model answer everything again; empty: nobody answers any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What a controller is told: from which model to which, and the percentages on the way, each held `pause` seconds.

    `before` is empty for the first deployment. What else it needs (criteria, alarms) it has from its configuration.
    """

    candidate: str
    before: str
    steps: Sequence[float]
    pause: float


class Phase(StrEnum):
    """How far a controller is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # its own judgement, or a timeout; it has gone back, or is about to
    HELD = "held"  # it could not judge, and waits for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a rollout stands: for which model, how far, the traffic at the moment, and in words what it says."""

    candidate: str
    phase: Phase
    traffic: Traffic = Traffic()
    why: str = ""


class Controller(Protocol):
    """A place whose own controller shifts the traffic and judges. Errors and repetition as for `Target`."""

    def begin(self, rollout: Rollout) -> None:
        """Start the rollout; nothing where it is under way, or done, already."""
        ...

    def progress(self) -> Progress:
        """How the last rollout stands."""
        ...

    def undo(self, before: str) -> None:
        """Go back to a model, and return once it answers everything; empty: the first deployment is taken away."""
        ...
