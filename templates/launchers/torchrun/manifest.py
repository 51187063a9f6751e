"""Print, as JSON for `kubectl apply`, a Kubernetes Job that runs a training with torchrun on several nodes.

One pod for each node, numbered (an Indexed Job); a headless service lets them find the first. All that is not fixed
comes from the environment, and JSON keeps each value in its place. The pods work in a folder of a volume that they
share with the GitLab job, where that has put the repository. How pods of a Job reach each other:
https://kubernetes.io/docs/tasks/job/job-with-pod-to-pod-communication/
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

# What a node is told of the training. Whoever may read the Job sees them: no token is among them.
KEPT = frozenset({"MLGITLAB_MODEL", "MLGITLAB_STEP", "MLGITLAB_SEED", "MLGITLAB_PROFILE"})
SHM = "/dev/shm"  # noqa: S108 (PyTorch's loaders hand batches over there)
RUN = (
    'exec torchrun --nnodes="$NODES" --nproc-per-node="$GPUS" --node-rank="$JOB_COMPLETION_INDEX" '
    '--master-addr="$FIRST" --master-port=29500 "$@"'
)


def manifest(environ: Mapping[str, str], command: list[str]) -> dict[str, object]:
    """The service and the job; KeyError for a variable that is missing. `command`: what torchrun starts."""
    name = f"train-{int(environ['CI_JOB_ID'])}"
    nodes, gpus = int(environ["NODES"]), int(environ["GPUS_PER_NODE"])
    values = {"NODES": str(nodes), "GPUS": str(gpus), "FIRST": f"{name}-0.{name}"}
    kept = {each: environ[each] for each in sorted(environ) if each in KEPT or each.startswith("MLGITLAB_PARAM_")}
    container = {
        "name": "train",
        "image": environ["IMAGE"],
        "command": ["sh", "-c", RUN, "torchrun", *command],
        "workingDir": f"/shared/{name}",
        "env": [{"name": each, "value": value} for each, value in {**kept, **values}.items()],
        "resources": {"limits": {"nvidia.com/gpu": gpus}},
        "volumeMounts": [{"name": "shared", "mountPath": "/shared"}, {"name": "shm", "mountPath": SHM}],
    }
    pod = {
        "subdomain": name,
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [
            {"name": "shared", "persistentVolumeClaim": {"claimName": environ["CLAIM"]}},
            {"name": "shm", "emptyDir": {"medium": "Memory"}},
        ],
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {
            "completionMode": "Indexed",
            "completions": nodes,
            "parallelism": nodes,
            # One node that fails ends the training: the others would wait for it.
            "backoffLimit": 0,
            # Neither a lost runner nor a cancelled job leaves GPUs in use for longer than this.
            "activeDeadlineSeconds": int(environ["DEADLINE_SECONDS"]),
            "ttlSecondsAfterFinished": 3600,
            "template": {"spec": pod},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        # The pods look for each other before they are ready.
        "spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {"job-name": name}},
    }
    return {"apiVersion": "v1", "kind": "List", "items": [service, job]}


if __name__ == "__main__":
    json.dump(manifest(os.environ, sys.argv[1:]), sys.stdout, indent=1)
