"""A model that answers over HTTP, started as a slot starts one. `model.json` in its folder says how it behaves.

`seconds`: how long an answer takes. `errors`: every n-th request fails. `after`: so many answers, and it begins to.
`crash`: so many answers, and the process ends. `start`: how long it loads. `prediction`: what it answers.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOW = json.loads(Path(os.environ["MLGITLAB_MODEL_FOLDER"], "model.json").read_text("utf-8"))
DIGEST = os.environ["MLGITLAB_DIGEST"]
COUNT = itertools.count(1)


class Handler(BaseHTTPRequestHandler):
    """Answers in one piece each: a second one would wait for the first one's acknowledgement."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._send(200, b"ok")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = next(COUNT)
        if HOW.get("crash") and number >= HOW["crash"]:
            os._exit(9)
        time.sleep(HOW.get("seconds", 0))
        fails = HOW.get("errors") and number > HOW.get("after", 0) and number % HOW["errors"] == 0
        self._send(500 if fails else 200, b'{"answer": 1}')

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Model-Digest", HOW.get("version", DIGEST))
        self.send_header("X-Prediction", str(HOW.get("prediction", 0.5)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


def main() -> None:
    time.sleep(HOW.get("start", 0))
    server = Server(("127.0.0.1", int(os.environ["MLGITLAB_PORT"])), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


if __name__ == "__main__":
    main()
