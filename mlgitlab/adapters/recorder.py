"""A server on this machine that takes copies of requests, as a shadow does, and answers nothing of interest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mlgitlab.jobs.deploy.target import Question


@contextmanager
def recorder(seen: Callable[[Question], None], largest: int) -> Iterator[int]:
    """Call `seen` with every request of at most so many bytes, one after the other; gives the port on 127.0.0.1."""
    one = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, largest + 1))
            if len(body) <= largest:
                with one:
                    headers = dict(self.headers.items())
                    seen(Question(method=self.command, path=self.path, headers=headers, body=body))
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = _take  # noqa: N815 (the server's names)

        def log_message(self, *args: object) -> None:
            """Say nothing: it would be about users."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
