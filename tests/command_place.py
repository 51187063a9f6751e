"""A place of a project's own, as its scripts would manage it: models are processes, the traffic is a file.

`python command_place.py FOLDER VERB` does one verb; docs/deploy.md says what it is told and prints.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOMS = 2
SERVER = str(Path(__file__).with_name("model_server.py"))


@dataclass
class Place:
    """What is kept in the folder: the traffic, a process for each model, and a log of answers."""

    folder: Path

    @property
    def state(self) -> dict[str, Any]:
        with contextlib.suppress(OSError):
            return dict(json.loads((self.folder / "state.json").read_text("utf-8")))
        return {"traffic": {}, "models": {}}

    def keep(self, state: dict[str, Any]) -> None:
        (self.folder / "state.new").write_text(json.dumps(state), "utf-8")
        (self.folder / "state.new").replace(self.folder / "state.json")

    def standing(self) -> None:
        state = self.state
        warm = {digest: f"http://127.0.0.1:{model['port']}" for digest, model in state["models"].items()}
        sys.stdout.write(json.dumps({"traffic": state["traffic"], "warm": warm}))

    def place(self) -> None:
        state, digest = self.state, os.environ["MLGITLAB_DIGEST"]
        reached = {state["traffic"].get(name) for name in ("live", "canary", "shadow")}
        idle = [each for each in state["models"] if each not in reached]
        if len(state["models"]) == ROOMS and not idle:
            sys.stderr.write("every model gets requests")
            sys.exit(3)
        if len(state["models"]) == ROOMS:
            os.kill(state["models"].pop(idle[0])["pid"], signal.SIGKILL)
        used = {model["port"] for model in state["models"].values()}
        port = next(port for port in json.loads(os.environ["PORTS"]) if port not in used)
        started = subprocess.Popen(
            [sys.executable, SERVER],
            env={**os.environ, "MLGITLAB_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        state["models"][digest] = {"port": port, "pid": started.pid}
        while self.ask(port) is None:
            time.sleep(0.02)
        self.keep(state)

    def route(self) -> None:
        self.keep({**self.state, "traffic": json.loads(os.environ["MLGITLAB_TRAFFIC"])})

    def remove(self) -> None:
        state = self.state
        os.kill(state["models"].pop(os.environ["MLGITLAB_DIGEST"])["pid"], signal.SIGKILL)
        self.keep(state)

    def observe(self) -> None:
        since, until = float(os.environ["MLGITLAB_SINCE"]), float(os.environ["MLGITLAB_UNTIL"])
        with contextlib.suppress(OSError):
            for line in (self.folder / "log").read_text("utf-8").splitlines():
                if since <= json.loads(line)["at"] < until:
                    sys.stdout.write(f"{line}\n")

    def send(self, user: str) -> tuple[int, str]:
        """A request of a user: status and version."""
        state, request = self.state, f"{user}-{time.time_ns()}"
        traffic = state["traffic"]
        if not traffic.get("live"):
            return 503, ""
        lot = zlib.crc32(user.encode()) % 10_000 / 100
        digest = traffic["canary"] if lot < traffic["share"] else traffic["live"]
        found = self._asked(state, digest, request)
        if traffic["shadow"] and zlib.crc32(request.encode()) % 10_000 / 100 < traffic["sample"]:
            self._asked(state, traffic["shadow"], request)
        return found

    def _asked(self, state: dict[str, Any], digest: str, request: str) -> tuple[int, str]:
        began = time.time()
        status, version, prediction = self.ask(state["models"][digest]["port"], "POST") or (0, "", "")
        row = {"at": began, "id": request, "digest": digest, "status": status, "prediction": prediction}
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            log.write(json.dumps({**row, "seconds": time.time() - began}) + "\n")
        return status, version

    def ask(self, port: int, method: str = "GET") -> tuple[int, str, str] | None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, "/")
            answer = connection.getresponse()
            answer.read()
        except OSError:
            return None
        finally:
            connection.close()
        return answer.status, answer.getheader("X-Model-Digest") or "", answer.getheader("X-Prediction") or ""

    def end(self) -> None:
        for model in self.state["models"].values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(model["pid"], signal.SIGKILL)


if __name__ == "__main__":
    getattr(Place(Path(sys.argv[1])), sys.argv[2])()
