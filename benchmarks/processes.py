"""Whole processes, timed in turns: wall time, CPU time of all their children, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run. `before` prepares each run and is not timed; `accept` are the exit codes of a run that worked."""

    words: Sequence[str]
    folder: Path | None = None
    before: Callable[[], object] = field(default=lambda: None)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Medians over the runs: seconds, seconds, bytes."""

    wall: float
    cpu: float
    peak: int


def timed(commands: Mapping[str, Command], runs: int, environ: Mapping[str, str]) -> dict[str, Timing]:
    """Run the commands in turns, so that a machine that slows down half-way slows all; the first turn is not counted.

    Raises RuntimeError for a command that fails: a benchmark of failures would look fast.
    """
    found: dict[str, list[Timing]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            command.before()
            timing = _once(command, environ)
            if turn:
                found[name].append(timing)
    return {name: _median(timings) for name, timings in found.items()}


def _once(command: Command, environ: Mapping[str, str]) -> Timing:
    """One run in a process of its own, which measures its one child: the kernel's peak is that of the largest."""
    inner = subprocess.run(
        [sys.executable, __file__, *command.words],
        cwd=command.folder,
        env={**os.environ, **environ},
        capture_output=True,
        check=False,
        text=True,
    )
    if inner.returncode:
        raise RuntimeError(f"{list(command.words)} failed:\n{inner.stderr}")
    wall, cpu, peak = inner.stdout.split()[-3:]
    return Timing(wall=float(wall), cpu=float(cpu), peak=int(peak))


def _median(timings: Sequence[Timing]) -> Timing:
    return Timing(
        wall=statistics.median(timing.wall for timing in timings),
        cpu=statistics.median(timing.cpu for timing in timings),
        peak=int(statistics.median(timing.peak for timing in timings)),
    )


def _measure(words: Sequence[str]) -> int:
    import resource  # noqa: PLC0415 (POSIX only)

    started = time.perf_counter()
    code = subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode
    wall = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
    return code


if __name__ == "__main__":
    sys.exit(_measure(sys.argv[1:]))
