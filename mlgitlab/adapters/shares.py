"""Work on many things, shared out to as many processes as there are processors."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO

Work = Callable[[Sequence[str]], Mapping[str, bytes]]
# For fewer things a second process costs more than it saves.
_LEAST = 400
_MOST_PROCESSES = 4
_LENGTH = 8  # bytes of each number that says how long what follows is


def shared_out(things: Sequence[str], work: Work) -> Mapping[str, bytes]:
    """What `work` makes of the things: each with its result, for as many of them as it has one for.

    `work` runs in copies of this process and so must change nothing. What a copy leaves undone is done here.
    """
    shares = _shares(things)
    copies = [(share, *_copy(share, work)) for share in shares[1:]]
    found = dict(work(shares[0]))
    for share, pid, stream in copies:
        with stream:
            answer = stream.read()
        _, status = os.waitpid(pid, 0)
        found.update(work(share) if status else _decoded(answer))
    return found


def _shares(things: Sequence[str]) -> list[Sequence[str]]:
    """Parts of about the same size; one where the system does not fork, or threads may hold locks."""
    count = 1
    if sys.platform == "linux" and threading.active_count() == 1:
        count = min(len(os.sched_getaffinity(0)), len(things) // _LEAST, _MOST_PROCESSES) or 1
    return [things[start::count] for start in range(count)]


def _copy(share: Sequence[str], work: Work) -> tuple[int, BinaryIO]:
    """A copy of this process at work, and where its results come out."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading, "rb")
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as stream:
            stream.write(_encoded(work(share)))
        status = 0
    finally:
        os._exit(status)  # not this process's own end: no output is flushed twice


def _encoded(found: Mapping[str, bytes]) -> bytes:
    parts = (part for name, result in found.items() for part in (os.fsencode(name), result))
    return b"".join(piece for part in parts for piece in (len(part).to_bytes(_LENGTH, "big"), part))


def _decoded(answer: bytes) -> Mapping[str, bytes]:
    parts: list[bytes] = []
    position = 0
    while position < len(answer):
        start = position + _LENGTH
        position = start + int.from_bytes(answer[position:start], "big")
        parts.append(answer[start:position])
    return dict(zip(map(os.fsdecode, parts[::2]), parts[1::2], strict=True))
