"""A server that answers over HTTP on a port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlgitlab import paths
from mlgitlab.adapters.inference import tree
from mlgitlab.adapters.inference.memory import Memory
from mlgitlab.jobs.gate.inference.measured import Asked, Used
from mlgitlab.jobs.gate.inference.world import NotServedError

HOST = "127.0.0.1"
_TICK = 0.05
_PATIENCE = 2.0  # seconds for one question whether it is ready
_PIECE = 1 << 16
_LONGEST = 64 << 20
_SHOWN = 200


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        return int(tried.getsockname()[1])


def start(argv: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a server; what it prints goes to standard error."""
    try:
        return subprocess.Popen(
            argv, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
        )
    except OSError as error:
        raise NotServedError(f"cannot start {argv[0]}: {error.strerror}") from None


@dataclass(kw_only=True)
class Endpoint:
    """A server and how it is asked. each: seconds for an answer. `since`: when each thread's request was sent."""

    process: subprocess.Popen[bytes]
    port: int
    path: str
    content_type: str
    concurrency: int
    requests: Sequence[bytes]
    memory: Memory
    each: float
    _connections: list[http.client.HTTPConnection] = field(default_factory=list)
    _since: list[float | None] = field(default_factory=list)
    _ended: bool = False

    def wait(self, ready: str, seconds: float) -> None:
        """Wait until the server says that it is ready; NotServedError where it never does."""
        until = time.monotonic() + seconds
        last = "nothing listens there"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise NotServedError(f"its process ended with exit status {self.process.returncode}")
            connection = http.client.HTTPConnection(HOST, self.port, timeout=min(_PATIENCE, seconds))
            with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", ready)
                status = connection.getresponse().status
                if status == http.client.OK:
                    self._connections = [self._connection() for _ in range(self.concurrency)]
                    self._since = [None] * self.concurrency
                    return
                last = f"{paths.printable(ready)} answers with status {status}"
            time.sleep(_TICK)
        raise NotServedError(f"it was not ready at port {self.port} within {seconds:g} seconds: {last}")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self.port, timeout=self.each)

    def ask(self, first: int, count: int) -> Asked:
        """As `Running.ask`; with several threads, they share the requests."""
        latencies: list[list[float]] = [[] for _ in self._connections]
        failures: list[list[str]] = [[] for _ in self._connections]

        def work(place: int) -> None:
            for number in range(first + place, first + count, self.concurrency):
                sent = self._since[place] = time.perf_counter()
                fault = self._answer(self._connections[place], self.requests[number % len(self.requests)])
                took = (time.perf_counter() - sent) * 1000
                latencies[place].append(took) if not fault else failures[place].append(fault)
            self._since[place] = None

        threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(self.concurrency)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(self.each)
                self._end_if_late(threads)
        seconds = time.perf_counter() - begun
        if self.process.poll() is not None:
            raise NotServedError(f"its process ended with exit status {self.process.returncode}")
        self.memory.look()
        return Asked(
            latencies=tuple(took for each in latencies for took in each),
            seconds=seconds,
            failures=tuple(fault for each in failures for fault in each),
        )

    def _end_if_late(self, threads: Sequence[threading.Thread]) -> None:
        """Whoever sends a byte now and then keeps a socket's time limit from ever being over."""
        now = time.perf_counter()
        if any(since is not None and now - since > 2 * self.each for since in self._since):
            self.end()
            for thread in threads:
                thread.join(self.each)
            raise NotServedError("it gave no answer in time")

    def _answer(self, connection: http.client.HTTPConnection, body: bytes) -> str:
        """What went wrong, or nothing."""
        try:
            connection.request("POST", self.path, body, {"Content-Type": self.content_type})
            response = connection.getresponse()
            length, start = 0, b""
            while piece := response.read(_PIECE):
                length += len(piece)
                start = start or piece[:_SHOWN]
                if length > _LONGEST:
                    connection.close()
                    return f"its answer has more than {_LONGEST} bytes"
        except TimeoutError:
            connection.close()
            return f"it gave no answer within {self.each:g} seconds"
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return f"it gave no answer: {type(error).__name__}"
        if not http.client.OK <= response.status < http.client.MULTIPLE_CHOICES:
            return f"it answers with status {response.status}: {paths.printable(start.decode('utf-8', 'replace'))}"
        return ""

    def used(self) -> Used:
        """As `Running.used`."""
        return self.memory.used()

    def end(self) -> None:
        """As `Running.end`."""
        if self._ended:
            return
        self._ended = True
        tree.end(self.process)
        for connection in self._connections:
            connection.close()
