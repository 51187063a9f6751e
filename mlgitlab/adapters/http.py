"""One HTTP request to a model on this machine, and what came back."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time

from mlgitlab.config.deploy import CommandTarget, NginxTarget
from mlgitlab.jobs.deploy.target import Answer, Question

_LARGEST = 1 << 20  # bytes of an answer that are kept


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that nobody uses at the moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def ask(
    port: int, question: Question, settings: NginxTarget | CommandTarget, seconds: float, host: str = "127.0.0.1"
) -> Answer:
    """Send a request and read the answer; whatever goes wrong is an answer with the status 0, and why."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    began = time.monotonic()
    try:
        connection.request(question.method, question.path, question.body or None, dict(question.headers))
        found = connection.getresponse()
        body = found.read(_LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(status=0, why=str(error) or type(error).__name__, seconds=time.monotonic() - began)
    finally:
        connection.close()
    return Answer(
        status=found.status,
        version=found.getheader(settings.version) or "",
        seconds=time.monotonic() - began,
        prediction=(found.getheader(settings.prediction) or "") if settings.prediction else "",
        body=body,
    )
