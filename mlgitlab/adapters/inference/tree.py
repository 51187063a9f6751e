"""A process and all that it started: how much memory they took, and ending them. Memory is read from /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_KIB = 1024
_GRACE = 3.0  # seconds from SIGTERM to SIGKILL
_TICK = 0.02


def family(leader: int) -> tuple[int, ...]:
    """The process and its descendants, as far as they still are below it."""
    children: dict[int, list[int]] = {}
    for process, parent in _parents():
        children.setdefault(parent, []).append(process)
    found, waiting = [], [leader]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], ())
    return tuple(found)


def _parents() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(OSError):
        for entry in os.listdir(_PROC):  # noqa: PTH208 (names are enough, and there are many)
            if entry.isdecimal():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    # The name, in brackets, may hold anything; what follows the last bracket is state and parent.
                    status = (_PROC / entry / "stat").read_bytes().rpartition(b")")[2].split()
                    yield int(entry), int(status[1])


def peak_bytes(processes: tuple[int, ...]) -> int | None:
    """The sum of each one's largest resident size so far; None where the system does not tell.

    Pages that several share count for each of them.
    """
    found = [size for size in map(_peak, processes) if size is not None]
    return sum(found) if found else None


def _peak(process: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (_PROC / str(process) / "status").read_text("utf-8", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _KIB
    return None


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its own group, with the group and all its descendants, kindly and then not."""
    others = family(process.pid)
    _send(process, others, signal.SIGTERM)
    until = time.monotonic() + _GRACE
    while process.poll() is None and time.monotonic() < until:
        time.sleep(_TICK)
    _send(process, (*others, *family(process.pid)), signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)


def _send(process: subprocess.Popen[bytes], others: tuple[int, ...], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    for other in others:
        # The leader's number may be another's once it was waited for.
        if other != process.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(other, number)
