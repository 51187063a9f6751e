"""What a measurement asks of the world; `mlgitlab.cli.wiring.inference` supplies the real answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mlgitlab.jobs.gate.inference.measured import Asked, Used, Who


class NotServedError(Exception):
    """A model could not be served, or stopped answering; the message says why."""


class Running(Protocol):
    """One model that is served."""

    def ask(self, first: int, count: int) -> Asked:
        """Send `count` requests in a row, the first being number `first` of an endless repetition of the file's.

        Raises NotServedError where the model is gone, or so late with an answer that no more are asked for.
        """
        ...

    def used(self) -> Used:
        """The largest memory so far, of it and all processes that it started."""
        ...

    def end(self) -> None:
        """End it with all that it started; once more does nothing."""
        ...


class World(Protocol):
    """Models that can be served on this machine, and a clock."""

    @property
    def production(self) -> bool:
        """Whether there is a model in production."""
        ...

    def start(self, who: Who) -> Running:
        """Serve a model and wait until it is ready. Raises NotServedError."""
        ...

    def seconds(self) -> float:
        """Seconds since some moment."""
        ...

    def facts(self) -> Mapping[str, str]:
        """The machine: its system, CPUs, GPUs and their driver."""
        ...
