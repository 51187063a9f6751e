"""A host with nginx in a temporary folder, its models, and its users."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlgitlab.adapters.http import free_ports
from mlgitlab.adapters.nginx.slots import NAMES
from mlgitlab.adapters.nginx.target import NginxOnHost
from mlgitlab.config.deploy import NginxTarget, ShadowTraffic
from mlgitlab.config.scalars import Duration
from mlgitlab.jobs.deploy.target import Answer
from tests.targets import digest_of

MISSING = "" if shutil.which("nginx") else "nginx is not installed: apt-get install nginx-light"
SERVE = f'exec "{sys.executable}" "{Path(__file__).with_name("model_server.py")}"'


@dataclass
class NginxHost:
    """nginx below `folder`; `behaviours` say how a model behaves, by its digest."""

    folder: Path
    settings: NginxTarget
    shadow: ShadowTraffic = field(default_factory=ShadowTraffic)
    models: tuple[str, str, str] = (digest_of("one"), digest_of("two"), digest_of("three"))
    behaviours: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def target(self) -> NginxOnHost:
        return NginxOnHost(folder=self.folder, settings=self.settings, shadow=self.shadow, environ=dict(os.environ))

    @property
    def port(self) -> int:
        return int(self.settings.listen.rpartition(":")[2])

    def fetch(self, digest: str) -> None:
        room = self.target.room(digest)
        room.mkdir(parents=True, exist_ok=True)
        (room / "model.json").write_text(json.dumps(self.behaviours.get(digest, {})), "utf-8")

    def send(self, user: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/predict", b"{}", {"X-User": user})
            found = connection.getresponse()
            found.read()
            return Answer(status=found.status, version=found.getheader("X-Model-Digest") or "")
        except OSError as error:
            return Answer(status=503, why=str(error))
        finally:
            connection.close()

    def now(self) -> float:
        time.sleep(0.002)  # the log counts in milliseconds
        return time.time()

    def end(self) -> None:
        """End nginx and the models."""
        pids = [self.folder / "nginx.pid", *(self.folder / "slots" / name / "pid" for name in NAMES)]
        for file in pids:
            with contextlib.suppress(OSError, ValueError):
                pid = int(file.read_text("ascii"))
                os.kill(pid, signal.SIGTERM) if file.name == "nginx.pid" else os.killpg(pid, signal.SIGKILL)


def settings(folder: Path, **given: object) -> NginxTarget:
    """Settings with free ports."""
    users, blue, green = free_ports(3)
    chosen: dict[str, object] = {
        "folder": str(folder),
        "listen": f"127.0.0.1:{users}",
        "ports": (blue, green),
        "serve": (SERVE,),
        "key": "header X-User",
        "prediction": "X-Prediction",
        "repeatable": True,
        "ready": Duration(20),
        "drain": Duration(5),
        **given,
    }
    return NginxTarget(**chosen)  # type: ignore[arg-type]


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder whose path is short enough for a socket, and that nginx's workers may pass."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextlib.contextmanager
def nginx_host(folder: Path, **given: object) -> Iterator[NginxHost]:
    """A host that is ended with the block."""
    host = NginxHost(folder=folder, settings=settings(folder, **given))
    try:
        yield host
    finally:
        host.end()
