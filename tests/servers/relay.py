"""A relay in front of a server that counts bytes, and may break what passes through it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Relay:
    """`sent`: bytes from clients. `spoil(number, sent_back, chunk)` gives the chunk to pass on, or None to hang up."""

    port: int = 0
    sent: int = 0
    connections: int = 0
    spoil: Callable[[int, int, bytes], bytes | None] = field(default=lambda _number, _before, chunk: chunk)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def relaying(endpoint: str) -> Iterator[Relay]:
    """A relay to the server at `endpoint` for the time of the block."""
    target = urlsplit(endpoint)
    assert target.hostname
    assert target.port
    to = (target.hostname, target.port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(port=listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, relay, to), daemon=True)
        thread.start()
        yield relay
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def _accept(listener: socket.socket, relay: Relay, to: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            relay.connections += 1
            server = socket.create_connection(to)
            for work in (_forth, _back):
                threading.Thread(target=work, args=(client, server, relay, relay.connections), daemon=True).start()


def _forth(client: socket.socket, server: socket.socket, relay: Relay, _number: int) -> None:
    with contextlib.suppress(OSError):
        while chunk := client.recv(65536):
            relay.sent += len(chunk)
            server.sendall(chunk)
        server.shutdown(socket.SHUT_WR)


def _back(client: socket.socket, server: socket.socket, relay: Relay, number: int) -> None:
    before = 0
    with client, server, contextlib.suppress(OSError):
        while chunk := server.recv(65536):
            passed = relay.spoil(number, before, chunk)
            if passed is None:
                break
            before += len(chunk)
            client.sendall(passed)
        # The other thread waits on these: closing alone would not be heard.
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
