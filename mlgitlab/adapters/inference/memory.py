"""The memory that a served model takes, on the machine and on its GPUs."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.adapters import machine
from mlgitlab.adapters.inference import tree
from mlgitlab.jobs.gate.inference.measured import Used
from mlgitlab.jobs.train import gpu


class Memory:
    """Looks at a process and all that it started. `before`: what was in use on the GPUs when it was not there yet."""

    def __init__(self, leader: int, environ: Mapping[str, str], before: int | None) -> None:
        self._leader, self._environ, self._before = leader, environ, before
        self._resident: int | None = None
        self._gpu: int | None = None
        self._gained: int | None = None

    def look(self) -> None:
        """Note how much it takes now."""
        self._resident = _larger(self._resident, tree.peak_bytes(tree.family(self._leader)))

    def used(self) -> Used:
        """The most that was seen. On GPUs: what its processes use, or else what was gained until the first call."""
        self.look()
        if self._before is None:
            return Used(resident=self._resident)
        own = gpu.bytes_of(tree.family(self._leader), machine.printed(gpu.PROCESSES, self._environ))
        self._gpu = _larger(self._gpu, own)
        if self._gained is None:
            self._gained = max(0, (in_use(self._environ) or 0) - self._before)
        return Used(resident=self._resident, gpu=self._gained if self._gpu is None else self._gpu)


def in_use(environ: Mapping[str, str]) -> int | None:
    """The bytes in use on all GPUs, by whatever process; None where there is none."""
    return gpu.used_bytes(machine.printed(gpu.TABLE, environ))


def _larger(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)
