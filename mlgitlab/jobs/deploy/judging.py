"""Judging the candidate by what it answers, for as long as a step lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlgitlab.config.deploy import DeployCriteria
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.criteria import judge
from mlgitlab.jobs.deploy.judgement import Judgement, together
from mlgitlab.jobs.deploy.target import Seen, Target
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.train.world import Clock

_LONGEST_TICK = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched: answers since a moment (seconds since 1970), for at least `pause` and at most `patience`.

    `before` is the model that is compared with, empty for none. Where it gets no requests any more, `reference` is
    the time (from, to) in which it did.
    """

    target: Target
    clock: Clock
    criteria: DeployCriteria
    candidate: str
    before: str
    since: float
    pause: float
    patience: float
    reference: tuple[float, float] | None = None

    def wait(self, turn: Callable[[], None]) -> tuple[Outcome, tuple[Judgement, ...]]:
        """Look again and again until it is clear; `turn` is called with every look.

        Before the pause is over only what is very sure ends it, a failure: the more often one looks, the more often
        chance alone looks bad.
        """
        tick = min(_LONGEST_TICK, self.pause / 10)
        current = self._referred()
        while True:
            turn()
            now = self.clock.now().timestamp()
            over = now - self.since >= self.pause
            judgements = self._look(now, current, intervals.SURE if over else intervals.EARLY)
            outcome = together(judgements)
            if outcome is Outcome.FAIL or (over and outcome is Outcome.PASS):
                return outcome, judgements
            if now - self.since >= self.patience:
                return Outcome.INCONCLUSIVE, judgements
            self.clock.sleep(tick)

    def _look(self, now: float, current: Seen | None, z: float) -> tuple[Judgement, ...]:
        seen = self.target.observe(self.since, now)
        if self.before and self.reference is None:
            current = seen.get(self.before, Seen())
        return judge(self.criteria, seen.get(self.candidate, Seen()), current, z)

    def _referred(self) -> Seen | None:
        if not (self.before and self.reference):
            return None
        return self.target.observe(*self.reference).get(self.before, Seen())
