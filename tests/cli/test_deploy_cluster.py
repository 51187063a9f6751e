"""`mlgitlab deploy` with a model in a cluster: manifests for review, and a whole way forward and back by kubectl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlgitlab.store.library import Store
from tests import clusters, fake_cluster
from tests.commands import Done, mlgitlab
from tests.deployments import judge, new_store, push, verdict
from tests.fake_cluster import FakeCluster

QUERIES = {"requests": 'r{d="$digest"}$range', "errors": 'e{d="$digest"}$range'}


@dataclass
class Project:
    """A project whose model is deployed to a cluster."""

    root: Path
    cluster: FakeCluster
    store: Store

    def permitted(self, name: str, production: str = "") -> str:
        digest = push(self.store, self.root / "made", name)
        judge(self.store, verdict(digest, production))
        return digest

    def configure(self, target: str, strategy: str, *, store: str | None = "s3://models", **changed: object) -> None:
        """Write mlgitlab.yml; JSON is YAML."""
        kubernetes = {
            "namespace": "models",
            "image": "registry.example.com/fraud:1",
            "fetch_image": "registry.example.com/mlgitlab:1",
            "gpus": 2,
            "prometheus": QUERIES,
            "program": clusters.program(self.root, "fake"),
            **({"store": store} if store else {}),
        }
        deployment = {"target": target, "strategy": strategy, "kubernetes": kubernetes, **changed}
        config = {
            "version": 1,
            "models": {"fraud": {"train": "true", "deploy": {"production": deployment}}},
            "store": f"file://{self.root}/store",
        }
        (self.root / "mlgitlab.yml").write_text(json.dumps(config), "utf-8")

    def run(self, *argv: str, check: int = 0) -> Done:
        """A command of `mlgitlab deploy`."""
        environ = {"KUBECONFIG": str(fake_cluster.kubeconfig(self.root, self.cluster))}
        return mlgitlab("deploy", *argv, cwd=self.root, check=check, environ=environ)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with fake_cluster.serve() as cluster:
        yield Project(root=tmp_path, cluster=cluster, store=new_store(tmp_path / "store"))


def test_manifests_are_written_for_review_and_no_cluster_is_asked(project: Project) -> None:
    project.configure("argo-rollouts", "canary", criteria={"error_rate": {"at_most": "1%"}})
    one, two = project.permitted("one"), project.permitted("two")
    done = project.run("manifests", f"fraud@{two}", "--before", f"fraud@{one}", "--output", "gitops", "--json")
    assert done.json == {
        "candidate": two,
        "files": [
            "01-service-fraud-production.yaml",
            "02-analysistemplate-fraud-production.yaml",
            "03-rollout-fraud-production.yaml",
        ],
        "extra_gpus": 2,
    }
    written = [(project.root / "gitops" / name).read_bytes() for name in done.json["files"]]
    assert two in written[2].decode()
    assert json.loads(written[1])["kind"] == "AnalysisTemplate"
    shown = project.run("manifests", f"fraud@{two}", "--before", f"fraud@{one}", "--output", "gitops")
    assert "the rollout needs 2 GPUs (1 pod with 2 each) on top of the 2 of the model before" in shown.err
    assert [(project.root / "gitops" / name).read_bytes() for name in done.json["files"]] == written
    assert project.cluster.log == []


def test_a_store_that_pods_do_not_reach_is_refused(project: Project) -> None:
    project.configure("kubernetes", "replace", store=None)
    one = project.permitted("one")
    assert "pods cannot fetch models from file:" in project.run("run", f"fraud@{one}", check=2).err
    assert "pods cannot fetch models" in project.run("manifests", f"fraud@{one}", "--output", "x", check=2).err


def test_a_model_goes_to_the_cluster_and_one_command_goes_back(project: Project) -> None:
    project.configure("kubernetes", "replace")
    one = project.permitted("one")
    done = project.run("run", f"fraud@{one}", "--json")
    assert done.json["status"] == "live"
    assert "the rollout needs 2 GPUs" in done.err
    two = project.permitted("two", one)
    project.run("run", f"fraud@{two}")
    assert project.cluster.selected("fraud-production") == two
    status = project.run("status", "fraud", "--json").json
    assert (status["traffic"]["live"], sorted(status["warm"])) == (two, sorted([one, two]))
    assert "the model before was ready" in project.run("rollback", "fraud").out
    assert project.cluster.selected("fraud-production") == one
    project.cluster.status = 403
    done = project.run("status", "fraud", check=2)
    assert "docs/kubernetes.md" in done.err
