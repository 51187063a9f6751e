"""Models that are folders with a number of seconds, and programs that serve them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from mlgitlab.cli.wiring.inference import Places, serving
from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.jobs.gate.inference.measure import measure
from mlgitlab.jobs.gate.inference.measured import Measured

LINES = """\
import json, os, pathlib, sys, time
folder = pathlib.Path(os.environ["MLGITLAB_MODEL_DIR"])
delay = float((folder / "delay").read_text())
print("loaded", file=sys.stderr)
for line in sys.stdin:
    request = json.loads(line)
    time.sleep(delay)
    print(json.dumps({"score": request["x"]}), flush=True)
"""
HTTP = """\
import http.server, json, os, pathlib, time
delay = float((pathlib.Path(os.environ["MLGITLAB_MODEL_DIR"]) / "delay").read_text())
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    def do_GET(self):
        self.answer(200 if self.path == "/health" else 404, b"ok")
    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(delay)
        self.answer(200 if json.loads(request)["x"] >= 0 else 500, request)
    def log_message(self, *arguments):
        pass
address = os.environ["MLGITLAB_HOST"], int(os.environ["MLGITLAB_PORT"])
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""


def project(root: Path, program: str, *, candidate: float = 0.004, production: float | None = 0.004) -> Places:
    """A repository with a program, requests and two models, of which one may be slower."""
    (root / "serve.py").write_text(program)
    (root / "requests.jsonl").write_text('{"x": 1}\n\n{"x": 2}\n')
    for name, delay in (("candidate", candidate), ("production", production)):
        if delay is not None:
            (root / name).mkdir()
            (root / name / "delay").write_text(str(delay))
    environ: Mapping[str, str] = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return Places(
        root=root,
        candidate=root / "candidate",
        production=root / "production" if production is not None else None,
        environ=environ,
    )


def measured(rule: InferenceRules, places: Places) -> Measured:
    """All of it, as the gate does it."""
    with serving(rule, places) as world:
        return measure(rule, world)


def alive(process: int) -> bool:
    """Whether a process runs, and is no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def gone(process: int, seconds: float = 10) -> bool:
    """Whether a process ends within that time."""
    until = time.monotonic() + seconds
    while alive(process) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(process)
