"""A process that answers each line on its standard input with one on its standard output."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlgitlab import paths
from mlgitlab.adapters.inference import tree
from mlgitlab.adapters.inference.memory import Memory
from mlgitlab.jobs.gate.inference.measured import Asked, Used
from mlgitlab.jobs.gate.inference.world import NotServedError

_PIECE = 1 << 16
_LONGEST = 16 << 20  # bytes of an answer
_SHOWN = 200


class LineProcess:
    """Starts it and speaks with it. All waiting is bounded; a line that comes late ends the conversation."""

    def __init__(self, argv: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
        self._held, self._ended = bytearray(), False
        try:
            self.process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise NotServedError(f"cannot start {argv[0]}: {error.strerror}") from None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._from, selectors.EVENT_READ)

    def exchange(self, line: bytes, within: float) -> bytes:
        """Send a line, and wait for the next one, at most so many seconds. Raises NotServedError."""
        until = time.monotonic() + within
        if self._held:
            raise NotServedError(f"it wrote more than one line for a request: {_shown(self._held)}")
        self._send(memoryview(line + b"\n"), until)
        looked = 0
        while (end := self._held.find(b"\n", looked)) < 0:
            looked = len(self._held)
            self._receive(until)
        answer = bytes(self._held[:end])
        del self._held[: end + 1]
        return answer

    def _send(self, rest: memoryview, until: float) -> None:
        """Write it all; what it writes meanwhile is taken, so that both sides never wait for each other."""
        self._selector.register(self._to, selectors.EVENT_WRITE)
        try:
            while rest:
                for key, _ in self._wait(until):
                    if key.fd == self._from:
                        self._receive(until)
                    else:
                        rest = rest[os.write(self._to, rest) :]
        except BrokenPipeError:
            self._gone()
        finally:
            self._selector.unregister(self._to)

    def _wait(self, until: float) -> list[tuple[selectors.SelectorKey, int]]:
        left = until - time.monotonic()
        found = self._selector.select(left) if left > 0 else []
        if not found:
            raise NotServedError("it gave no answer in time")
        return found

    def _receive(self, until: float) -> None:
        for key, _ in self._wait(until):
            if key.fd != self._from:
                continue
            piece = os.read(self._from, _PIECE)
            if not piece:
                self._gone()
            self._held += piece
            if len(self._held) > _LONGEST:
                raise NotServedError(f"it wrote a line of more than {_LONGEST} bytes")

    def _gone(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        code = self.process.returncode
        how = "closed its output" if code is None else f"ended with exit status {code}"
        raise NotServedError(f"its process {how} before it answered")

    def end(self) -> None:
        """End it with all that it started; once more does nothing: its number may be another's by then."""
        if self._ended:
            return
        self._ended = True
        tree.end(self.process)
        self._selector.close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@dataclass(kw_only=True)
class Conversation:
    """A model that is served by such a process: a request is one JSON value, and so is its answer.

    first and each: seconds for the first answer and for any other.
    """

    lines: LineProcess
    requests: Sequence[bytes]
    memory: Memory
    first: float
    each: float

    def ask(self, first: int, count: int) -> Asked:
        """As `Running.ask`."""
        answers, latencies = [], []
        begun = time.perf_counter()
        for number in range(first, first + count):
            sent = time.perf_counter()
            answers.append(self.lines.exchange(self.requests[number % len(self.requests)], self.first))
            latencies.append((time.perf_counter() - sent) * 1000)
            self.first = self.each
        seconds = time.perf_counter() - begun
        faults = [_fault(answer) for answer in answers]  # not while the time runs
        self.memory.look()
        return Asked(
            latencies=tuple(took for took, fault in zip(latencies, faults, strict=True) if not fault),
            seconds=seconds,
            failures=tuple(filter(None, faults)),
        )

    def used(self) -> Used:
        """As `Running.used`."""
        return self.memory.used()

    def end(self) -> None:
        """As `Running.end`."""
        self.lines.end()


def _fault(answer: bytes) -> str:
    """What is wrong with an answer: it is no JSON, or an object that says `error`."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return f"its answer is no JSON: {_shown(answer)}"
    return f"it answers with an error: {_shown(answer)}" if isinstance(found, dict) and found.get("error") else ""


def _shown(text: bytes | bytearray) -> str:
    return paths.printable(text[:_SHOWN].decode("utf-8", "replace"))
