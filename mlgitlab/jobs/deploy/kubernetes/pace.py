"""How fast a controller goes: how long it watches each step, how often it looks, and when it has taken too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlgitlab.config.deploy import Deployment

_PATIENCE = 4
_LOOKS = 5
_OFTENEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Times in seconds. `pause` is how long a step is watched at least, `patience` at most."""

    pause: int
    patience: int
    ready: int

    @classmethod
    def of(cls, settings: Deployment) -> Pace:
        """As configured."""
        pause = settings.pause.seconds
        patience = settings.patience.seconds if settings.patience else _PATIENCE * pause
        ready = settings.kubernetes.ready.seconds if settings.kubernetes else 0
        return cls(pause=pause, patience=patience, ready=ready)

    @property
    def interval(self) -> int:
        """From one look to the next, once the pause is over."""
        return max(_OFTENEST, self.pause // _LOOKS)

    @property
    def undecided(self) -> int:
        """How many looks may be undecided."""
        return (self.patience - self.pause) // self.interval

    @property
    def own(self) -> str:
        """The time of the answers that are looked at, as PromQL has it."""
        return f"[{self.pause}s]"

    @property
    def earlier(self) -> str:
        """A time in which the model before still answered, once it answers no more."""
        return f"[{self.pause}s] offset {self.patience}s"

    def limit(self, steps: Sequence[object]) -> int:
        """How long a rollout may take: loading once more for each step, and once to end."""
        return (len(steps) + 1) * (self.patience + self.ready) + self.ready
