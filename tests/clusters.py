"""Deployments to the fake cluster of fake_cluster.py, by the real kubectl where there is one, or by a fake."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgitlab.adapters.kubectl import Kubectl
from mlgitlab.config.deploy import Deployment
from mlgitlab.jobs.deploy.kubernetes.manifest import Cluster
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from tests import deployments, fake_cluster

_FAKE = Path(__file__).with_name("fake_kubectl.py")
REAL = shutil.which("kubectl") or ""

HOW = {
    "argo-rollouts": "target: argo-rollouts\nstrategy: canary\nsteps: [5%, 50%, 100%]",
    "flagger": "target: flagger\nstrategy: canary\nsteps: [5%, 50%, 100%]",
    "kserve": "target: kserve\nstrategy: canary",
    "kubernetes": "target: kubernetes\nstrategy: blue-green",
}
SECTION = """
pause: 1m
criteria:
  min_requests: 100
  error_rate: {at_most: 1%, max_ratio: 1.5}
  latency_p95: {at_most_ms: 200, max_ratio: 1.2}
kubernetes:
  namespace: models
  image: registry.example.com/fraud:1
  fetch_image: registry.example.com/mlgitlab:1
  replicas: 4
  gpus: 2
  ROUTER
  prometheus:
    requests: sum(increase(requests_total{digest="$digest"}$range))
    errors: sum(increase(errors_total{digest="$digest"}$range))
    latency: sum by (le) (increase(seconds_bucket{digest="$digest"}$range))
"""


def settings(kind: str, how: str = "", router: str = "nginx", more: str = "") -> Deployment:
    """A deployment to a kind of target."""
    section = SECTION.replace("ROUTER", f"router: {router}" + (f"\n  {more}" if more else ""))
    return deployments.settings((how or HOW[kind]) + section)


def served(kind: str, model: str = "fraud", environment: str = "production", **more: str) -> Served:
    """What is served."""
    return Served(
        model=model, environment=environment, settings=settings(kind, **more), store="s3://models.example.com/store"
    )


def cluster_of(about: Served, folder: Path, cluster: fake_cluster.FakeCluster, how: str) -> Cluster:
    """The way to a cluster: in this process, or by a `fake` or the `real` kubectl."""
    if how == "in process":
        return fake_cluster.InProcess(cluster)
    return Place(folder=folder, cluster=cluster, program=program(folder, how)).kubectl(about)


@dataclass
class Place:
    """A cluster, and kubectl for it."""

    folder: Path
    cluster: fake_cluster.FakeCluster
    program: str

    @property
    def environ(self) -> dict[str, str]:
        path = fake_cluster.kubeconfig(self.folder, self.cluster)
        return {"KUBECONFIG": str(path), "HOME": str(self.folder), "PATH": os.environ["PATH"]}

    def kubectl(self, about: Served) -> Kubectl:
        settings: Any = about.kubernetes
        object.__setattr__(settings, "program", self.program)
        return Kubectl(settings=settings, environ=self.environ)


def program(folder: Path, kind: str) -> str:
    """A program of that kind: `fake`, or `real` with the one thing that the fake server lacks, an OpenAPI document."""
    path = folder / "kubectl"
    if kind == "fake":
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "{_FAKE}" "$@"\n', "utf-8")
    else:
        path.write_text(
            f'#!/bin/sh\ncase " $* " in *" apply "*) exec "{REAL}" "$@" --validate=false ;; esac\nexec "{REAL}" "$@"\n',
            "utf-8",
        )
    path.chmod(0o755)
    return str(path)


def works() -> bool:
    """Whether there is a real kubectl that starts."""
    return (
        bool(REAL) and subprocess.run([REAL, "version", "--client"], capture_output=True, check=False).returncode == 0
    )
