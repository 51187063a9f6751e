"""Facts about the machine and the clock, and what its GPUs say of themselves."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

_PATIENCE = 20.0  # seconds for a tool that only prints


class SystemClock:
    """The time of day in UTC, a clock for durations in seconds, and waiting."""

    def now(self) -> dt.datetime:
        """The time of day."""
        return dt.datetime.now(dt.UTC)

    def seconds(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def printed(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """What a tool prints; nothing where it is not installed, fails or takes too long."""
    if shutil.which(argv[0], path=environ.get("PATH")) is None:
        return ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            argv, env=dict(environ), capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE, check=False
        )
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
    return ""


def facts() -> Mapping[str, object]:
    """The machine as far as it can matter for a result: its system, kind, and the number of CPUs that we may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"system": platform.system(), "release": platform.release(), "kind": platform.machine(), "cpus": usable}


@contextlib.contextmanager
def now_and_then(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Call `do` at once, every so many seconds, and at the end, in a thread of its own."""
    over = threading.Event()

    def watch() -> None:
        do()
        while not over.wait(seconds):
            do()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_PATIENCE)
