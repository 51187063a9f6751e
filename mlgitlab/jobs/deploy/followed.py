"""A `Controller` as a `Target`: its rollout is one step of ours, which lasts as long as it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.deploy.target import Answer, Controller, Phase, Question, Rollout, Seen, Standing, Traffic
from mlgitlab.jobs.train.world import Clock

_TICK = 5.0


def _nothing() -> None:
    """Nobody waits."""


def _unseen(_since: float, _until: float) -> Mapping[str, Seen]:
    """Nothing that we judge by."""
    return {}


@dataclass(kw_only=True)
class Followed:
    """rollout: what the controller is told, from the candidate and the model before. turn: called with every look.

    seen: what was seen of each model from one moment to another, for a watch after the rollout.
    """

    controller: Controller
    clock: Clock
    rollout: Callable[[str, str], Rollout]
    turn: Callable[[], None] = field(default=_nothing)
    seen: Callable[[float, float], Mapping[str, Seen]] = field(default=_unseen)

    def standing(self) -> Standing:
        """What the controller says."""
        traffic = self.controller.progress().traffic
        return Standing(traffic=traffic, warm=traffic.reached)

    def room(self, _digest: str) -> None:
        """The place fetches the files by itself: they are verified where they lie."""

    def place(self, digest: str) -> None:
        """The controller starts it when it begins."""

    def ask(self, _digest: str, _question: Question) -> Answer:
        """UsageError: past its traffic there is no way to a model."""
        raise UsageError("a controller tests its candidate by itself", "take `synthetic` away")

    def route(self, traffic: Traffic) -> None:
        """Roll out the live model of `traffic`, and follow; RefusedError where the controller fails or waits."""
        now = self.controller.progress()
        if now.phase is Phase.DONE and now.traffic == traffic:
            return
        before = "" if now.traffic.live == traffic.live else now.traffic.live
        self.controller.begin(self.rollout(traffic.live, before))
        while (now := self.controller.progress()).phase is Phase.RUNNING:
            self.turn()
            self.clock.sleep(_TICK)
        if now.phase is not Phase.DONE:
            raise RefusedError(f"the rollout is {now.phase}: {now.why}")

    def go_back(self, before: str) -> None:
        """Undo it."""
        self.controller.undo(before)

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What was seen, where somebody looks."""
        return self.seen(since, until)

    def remove(self, digest: str) -> None:
        """The controller stops what it does not need."""
