"""Users of a model: they keep their connections, and repeat a request as HTTP allows.

A connection that was used before may be closed by the server while the next request is on its way. RFC 9112, section
9.3.1, lets a client send that request again where it does no harm, as with a prediction. Nothing else is repeated.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_CLOSED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it was sent (seconds since 1970), by whom, and what came of it. Status 0: nothing did."""

    at: float
    user: str
    status: int
    version: str
    seconds: float
    again: bool = False


@dataclass
class Load:
    """Users that send requests to a port, each thread one after the other, until it is ended."""

    port: int
    users: int = 1000
    threads: int = 4
    rest: float = 0.004
    done: list[Request] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def between(self, since: float, until: float) -> list[Request]:
        """The requests that were sent in a time."""
        return [each for each in self.done if since <= each.at < until]

    @property
    def failed(self) -> list[Request]:
        """Those that got no answer, or one of an error."""
        return [each for each in self.done if each.status != 200]

    def run(self, seed: int) -> None:
        """One thread's work."""
        chance, connection = random.Random(seed), self._connection()
        while not self.over.is_set():
            found = self._send(connection, f"user-{chance.randrange(self.users)}")
            self.done.append(found)
            time.sleep(self.rest)
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def _send(self, connection: http.client.HTTPConnection, user: str) -> Request:
        began, began_monotonic, again = time.time(), time.monotonic(), False
        while True:
            used = connection.sock is not None
            try:
                connection.request("POST", "/predict", b'{"amount": 3}', {"X-User": user})
                answer = connection.getresponse()
                answer.read()
                status, version = answer.status, answer.getheader("X-Model-Digest") or ""
            except _CLOSED:
                connection.close()
                if used and not again:
                    again = True
                    continue
                status, version = 0, ""
            except (OSError, http.client.HTTPException):
                connection.close()
                status, version = 0, ""
            return Request(began, user, status, version, time.monotonic() - began_monotonic, again)


@contextlib.contextmanager
def load(port: int, *, users: int = 1000, threads: int = 4, rest: float = 0.004) -> Iterator[Load]:
    """Users at work while the block lasts."""
    found = Load(port=port, users=users, threads=threads, rest=rest)
    workers = [threading.Thread(target=found.run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield found
    finally:
        found.over.set()
        for worker in workers:
            worker.join()
