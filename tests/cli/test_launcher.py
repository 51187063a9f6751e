"""The files that start a training on several nodes, as a project uses them, before a `kubectl` that remembers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import mlgitlab
from tests.repositories import ISOLATED, Repo

LAUNCHER = Path(__file__).resolve().parents[2] / "templates" / "launchers" / "torchrun"
CONFIG = """\
version: 1
templates: ci
gpus:
  a100x8: {tags: [kubernetes], preflight: false}
models:
  large:
    paths: large
    train:
      command: sh launch/launch.sh up large/train.py --epochs 3
      entry: large/train.py
      inputs: /launch
      outputs: out/large
      gpu: {type: a100x8, count: 16}
      timeout: 12h
      variables:
        {NODES: 2, GPUS_PER_NODE: 8, IMAGE: "example/train:1", CLAIM: c, DEADLINE_SECONDS: 43200, OUTPUTS: out/large}
  small: {paths: small, train: python small/train.py}
"""
KUBECTL = """\
#!/bin/sh
echo "$@" >> "$CLUSTER/calls"
case $1 in
apply) cat > "$CLUSTER/applied.json"; mkdir -p "$CLUSTER/shared/train-7/out/large"
       echo weights > "$CLUSTER/shared/train-7/out/large/model.bin" ;;
logs) echo "epoch 1" ;;
get) printf %s "$STATE" ;;
delete) rm "$CLUSTER/applied.json" ;;
esac
"""


class Cluster:
    """A checkout, and a `kubectl` whose job ends in a state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = {f"launch/{name}": (LAUNCHER / name).read_text() for name in ("launch.sh", "manifest.py")}
        template = (LAUNCHER / "train.yml.j2").read_text()
        more = {"mlgitlab.yml": CONFIG, "ci/train.yml.j2": template, "large/train.py": "", "small/train.py": ""}
        self.repo = Repo.create(folder / "repo")
        self.repo.commit("one", {**files, **more})
        (folder / "kubectl").write_text(KUBECTL)
        (folder / "kubectl").chmod(0o755)

    @property
    def job(self) -> dict[str, Any]:
        """The generated job."""
        text = mlgitlab("preview", "--all", "--profile", "default_branch", "--format", "yaml", cwd=self.repo.folder).out
        return dict(yaml.safe_load(text))

    def launch(self, line: str, state: str) -> subprocess.CompletedProcess[str]:
        """Run a line of the job with its variables."""
        variables = self.job["large:train"]["variables"]
        environ = {
            **ISOLATED,
            **variables,
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "CI_JOB_ID": "7",
            "CLUSTER": str(self.folder),
            "SHARED": str(self.folder / "shared"),
            "STATE": state,
            "MLGITLAB_ID_TOKEN": "secret",
        }
        return subprocess.run(
            ["sh", "-c", line], cwd=self.repo.folder, env=environ, capture_output=True, text=True, check=False
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_the_template_takes_down_what_a_training_on_nodes_started_and_leaves_others_alone(cluster: Cluster) -> None:
    jobs = cluster.job
    assert jobs["large:train"]["after_script"] == ["sh launch/launch.sh down"]
    assert jobs["large:train"]["script"] == ["sh launch/launch.sh up large/train.py --epochs 3"]
    assert "before_script" not in jobs["large:train"]
    assert "after_script" not in jobs["small:train"]


def test_a_training_brings_its_outputs_back_and_is_taken_down(cluster: Cluster) -> None:
    done = cluster.launch("sh launch/launch.sh up large/train.py --epochs 3", "SuccessCriteriaMet Complete")
    assert done.returncode == 0, done.stderr
    assert "epoch 1" in done.stdout
    assert (cluster.repo.folder / "out/large/model.bin").read_text() == "weights\n"
    assert (cluster.folder / "shared/train-7/large/train.py").exists()

    service, job = json.loads((cluster.folder / "applied.json").read_text())["items"]
    assert service["spec"]["selector"] == {"job-name": "train-7"}
    spec = job["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"]) == (2, 2, 0)
    assert spec["activeDeadlineSeconds"] == 43200
    (container,) = spec["template"]["spec"]["containers"]
    assert container["command"][3:] == ["torchrun", "large/train.py", "--epochs", "3"]
    assert container["resources"] == {"limits": {"nvidia.com/gpu": 8}}
    assert "secret" not in json.dumps(job)
    env = {each["name"]: each["value"] for each in container["env"]}
    assert (env["NODES"], env["FIRST"], env["MLGITLAB_MODEL"]) == ("2", "train-7-0.train-7", "large")

    assert cluster.launch("sh launch/launch.sh down", "").returncode == 0
    assert not (cluster.folder / "shared/train-7").exists()
    assert not (cluster.folder / "applied.json").exists()


def test_a_training_that_fails_fails_the_job(cluster: Cluster) -> None:
    done = cluster.launch("sh launch/launch.sh up large/train.py", "FailureTarget Failed")
    assert done.returncode == 1
    assert not (cluster.repo.folder / "out/large").exists()


def test_each_node_starts_torchrun_with_its_number(cluster: Cluster) -> None:
    cluster.launch("sh launch/launch.sh up large/train.py --epochs 3", "Complete")
    items = json.loads((cluster.folder / "applied.json").read_text())["items"]
    (container,) = items[1]["spec"]["template"]["spec"]["containers"]
    (cluster.folder / "torchrun").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (cluster.folder / "torchrun").chmod(0o755)
    environ = {each["name"]: each["value"] for each in container["env"]}
    path = f"{cluster.folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        container["command"],
        env={**environ, "PATH": path, "JOB_COMPLETION_INDEX": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        "--nnodes=2",
        "--nproc-per-node=8",
        "--node-rank=1",
        "--master-addr=train-7-0.train-7",
        "--master-port=29500",
        "large/train.py",
        "--epochs",
        "3",
    ]
