"""A project with models that answer behind a real nginx, and the real commands that bring them there."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.store.library import Store
from tests import nginx_host
from tests.commands import Done, mlgitlab
from tests.deployments import judge, new_store, verdict
from tests.nginx_host import NginxHost
from tests.stores import write_files

REQUESTS = '{"path": "/predict", "body": {"amount": 3}, "expect": 0.5}\n'


@dataclass
class Project:
    """A project whose model is deployed to nginx on this host."""

    root: Path
    host: NginxHost
    store: Store

    def push(self, name: str, **behaviour: object) -> str:
        """Store a model that behaves so."""
        content = {"model.json": json.dumps({"name": name, **behaviour}).encode()}
        return self.store.push("fraud", write_files(self.root / "made" / name, content)).digest

    def run(self, *argv: str, check: int | None = 0, environ: Mapping[str, str] | None = None) -> Done:
        """A command of `mlgitlab deploy`."""
        return mlgitlab("deploy", *argv, cwd=self.root, check=check, environ=environ)

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        """The same, not waited for."""
        command = [sys.executable, "-m", "mlgitlab", "deploy", *argv]
        return subprocess.Popen(command, cwd=self.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def permitted(self, name: str, production: str = "", **behaviour: object) -> str:
        """Store a model that a verdict lets through."""
        digest = self.push(name, **behaviour)
        judge(self.store, verdict(digest, production))
        return digest

    @property
    def entries(self) -> int:
        """How many entries the journal has."""
        return len(list((self.root / "store/deployments/fraud/production").glob("*.json")))

    def configure(self, **changed: object) -> None:
        """Write mlgitlab.yml; JSON is YAML."""
        settings = self.host.settings
        nginx = {
            "folder": settings.folder,
            "listen": settings.listen,
            "ports": settings.ports,
            "serve": settings.serve,
            "key": settings.key,
            "prediction": settings.prediction,
            "repeatable": True,
            "drain": "5s",
        }
        deployment = {
            "target": "nginx",
            "strategy": "blue-green",
            "pause": "2s",
            "patience": "4s",
            "criteria": {"min_requests": 20, "error_rate": {"at_most": "20%"}},
            "synthetic": "requests.jsonl",
            "nginx": nginx,
            **changed,
        }
        config = {
            "version": 1,
            "models": {"fraud": {"train": "true", "deploy": {"production": deployment}}},
            "store": f"file://{self.root}/store",
        }
        (self.root / "mlgitlab.yml").write_text(json.dumps(config), "utf-8")


@contextlib.contextmanager
def project(root: Path) -> Iterator[Project]:
    """A project in a folder; nginx and the models are ended with the block."""
    with nginx_host.short_folder() as folder, nginx_host.nginx_host(folder) as host:
        made = Project(root=root, host=host, store=new_store(root / "store"))
        (root / "requests.jsonl").write_text(REQUESTS, "utf-8")
        made.configure()
        yield made
