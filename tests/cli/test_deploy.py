"""The commands of `mlgitlab deploy`, with a real nginx and real models behind it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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

    def run(self, *argv: str, check: int | None = 0, **environ: str) -> Done:
        """A command of `mlgitlab deploy`."""
        return mlgitlab("deploy", *argv, cwd=self.root, check=check, environ=environ)

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


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with tempfile.TemporaryDirectory() as folder, nginx_host.nginx_host(Path(folder)) as host:
        made = Project(root=tmp_path, host=host, store=new_store(tmp_path / "store"))
        (tmp_path / "requests.jsonl").write_text(REQUESTS, "utf-8")
        made.configure()
        yield made


def test_the_first_model_is_tested_and_answers_and_a_second_run_changes_nothing(project: Project) -> None:
    digest = project.push("one")
    judge(project.store, verdict(digest))
    done = project.run("run", f"fraud@{digest}", "--json")
    assert done.json["status"] == "live"
    assert project.host.send("ada").version == digest
    assert project.run("run", f"fraud@{digest}").out.endswith("answers in production already\n")
    status = project.run("status", "fraud", "--json").json
    assert (status["traffic"]["live"], status["warm"], status["pointer"]) == (digest, [digest], digest)
    entries = project.run("history", "fraud", "--json").json["deployments"][0]["entries"]
    assert [entry["kind"] for entry in entries] == [
        "begun", "placed", "tested", "routing", "routed", "passed", "settled",
    ]  # fmt: skip


def test_a_model_that_is_not_what_it_says_gets_no_traffic(project: Project) -> None:
    digest = project.push("one", version="sha256:" + "0" * 64)
    judge(project.store, verdict(digest))
    done = project.run("run", f"fraud@{digest}", check=3)
    assert "synthetic.version: fail, 0 of 1 answered by the candidate" in done.err
    assert project.host.send("ada").status == 503
