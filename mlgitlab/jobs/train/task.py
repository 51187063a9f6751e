"""What a training is given: its task, and the tools that reach the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.provenance import Basis, Job, Source
from mlgitlab.jobs.train.publishing import Signer
from mlgitlab.jobs.train.world import Clock, Machine, Shell, WorkFolder
from mlgitlab.store.bucket import Progress
from mlgitlab.store.library import Store

_LAST_WORDS = 10.0  # seconds of the job that are kept back from everything


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a training works with. tell: prints a line for people."""

    store: Store
    folder: WorkFolder
    shell: Shell
    machine: Machine
    clock: Clock
    signer: Signer | None
    tell: Callable[[str], None]
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is trained, from what, and in which job.

    spent: seconds of the job's time that were over when `since`, a moment of the clock, was read. environ: the
    environment that we were started with; `secret` are its variables that the command must not see. differing:
    says which of the fingerprint's ingredients are no longer what they were.
    """

    order: Order
    basis: Basis
    source: Source
    job: Job
    since: float
    spent: float = 0.0
    environ: Mapping[str, str] = field(repr=False)
    secret: Collection[str] = ()
    differing: Callable[[], Sequence[str]]

    @property
    def ends(self) -> float:
        """When everything must be over, by the clock."""
        return self.since + self.order.timeout - self.spent - _LAST_WORDS
