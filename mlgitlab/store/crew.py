"""One piece of work for each of many things, several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from mlgitlab.store.bucket import Progress

T = TypeVar("T")
R = TypeVar("R")


class _StoppedError(Exception):
    """Something else failed: what this thread does is of no use any more."""


def nothing(count: int) -> None:
    """Progress that nobody watches."""


def each(work: Callable[[T, Progress], R], things: Iterable[T], parallel: int, progress: Progress = nothing) -> list[R]:
    """The results in the order of the things; the first failure ends the rest at its next piece of progress."""
    stopped = Event()

    def watched(count: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        progress(count)

    with ThreadPoolExecutor(max_workers=parallel) as pool:
        futures = [pool.submit(work, thing, watched) for thing in things]
        try:
            ended, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in ended:
                future.result()
            return [future.result() for future in futures]
        except BaseException:  # ^C, too, must not wait for a transfer of hours
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
