"""What a training is asked to do: one step with all that `mlgitlab train` needs to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlgitlab.config.scalars import Duration
from mlgitlab.config.schema import Loss

_SHORTEST_MARGIN, _LONGEST_MARGIN = 60.0, 600.0  # seconds
_GRACE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A training or smoke step.

    datasets: where each lies, as the configuration has it. timeout: seconds that GitLab gives the job. `upstream` are
    the steps whose models it reads.
    """

    model: str
    step: str
    smoke: bool
    command: tuple[str, ...]
    timeout: float
    outputs: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    checkpoint: tuple[str, ...] = ()
    loss: Loss | None = None
    metrics: str = ""
    seed: int = 0
    image: str = ""
    datasets: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    upstream: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """`train` or `smoke`."""
        return self.step.rpartition(":")[2]

    @property
    def folder(self) -> str:
        """Where its reference and reports are, below `.mlgitlab/`."""
        return f".mlgitlab/{self.model}/{self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long the command may run, and how long it has after SIGTERM, in seconds."""

    seconds: float
    grace: float


def limit(timeout: float, spent: float) -> Limit:
    """What a job of `timeout` seconds, `spent` of which are over, leaves to the command.

    Kept back to record and to upload: 5 % of the time, at least a minute and at most ten, never more than half.
    """
    margin = min(timeout / 2, max(_SHORTEST_MARGIN, min(_LONGEST_MARGIN, timeout * 0.05)))
    return Limit(seconds=max(0.0, timeout - margin - spent), grace=min(_GRACE, margin / 2))


def spoken(order: Order) -> str:
    """What the job's time is used for, for people."""
    found = limit(order.timeout, 0.0)
    return f"{Duration(int(found.seconds))} of {Duration(int(order.timeout))}"
