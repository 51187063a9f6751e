"""One HTTP request to a model on this machine, and what came back."""

from __future__ import annotations

import http.client
import time

from mlgitlab.config.deploy import CommandTarget, NginxTarget
from mlgitlab.jobs.deploy.target import Answer, Question

_LARGEST = 1 << 20  # bytes of an answer that are kept


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
