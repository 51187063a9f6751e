"""Progress of a transfer: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from threading import Lock

import click

from mlgitlab.store.bucket import Progress

_SECONDS_BETWEEN_LINES = 30.0
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def amount(size: float) -> str:
    """A number of bytes for people: `340 B`, `1.5 GiB`."""
    unit = 0
    while size >= 1024 and unit + 1 < len(_UNITS):
        size, unit = size / 1024, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if not unit else f"{size:.1f} {_UNITS[unit]}"


@contextlib.contextmanager
def watched(label: str, total: int) -> Iterator[Progress]:
    """Progress towards `total` bytes, shown on standard error; any thread may report it."""
    lock = Lock()
    if not sys.stderr.isatty():
        yield _Lines(label, total, lock).add
        return
    with click.progressbar(length=total, label=label, file=sys.stderr, width=0) as bar:

        def add(count: int) -> None:
            with lock:
                bar.update(count)

        yield add


class _Lines:
    """A line every half minute, none for what is over sooner."""

    def __init__(self, label: str, total: int, lock: Lock) -> None:
        self._label, self._total, self._lock = label, total, lock
        self._done, self._last = 0, time.monotonic()

    def add(self, count: int) -> None:
        """Count bytes; now and then say how many."""
        with self._lock:
            self._done += count
            now = time.monotonic()
            if now - self._last < _SECONDS_BETWEEN_LINES:
                return
            self._last = now
            of = f" of {amount(self._total)}" if self._total else ""
            click.echo(f"{self._label}: {amount(self._done)}{of}", err=True)
