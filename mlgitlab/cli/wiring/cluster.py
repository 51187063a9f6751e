"""Where models answer in a Kubernetes cluster."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.adapters.kubectl import Kubectl
from mlgitlab.adapters.machine import SystemClock
from mlgitlab.config.deploy import TargetKind
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.kubernetes.controllers import ArgoRollouts, Flagger
from mlgitlab.jobs.deploy.kubernetes.kserve_target import InferenceService
from mlgitlab.jobs.deploy.kubernetes.plain_target import BlueGreenService
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from mlgitlab.jobs.deploy.kubernetes.rendered import told
from mlgitlab.jobs.deploy.target import Target
from mlgitlab.jobs.deploy.task import Task
from mlgitlab.store.library import Store


def target(task: Task, store: Store, environ: Mapping[str, str]) -> Target:
    """The place of a task that is in a cluster."""
    about, clock = served(task, store), SystemClock()
    cluster = Kubectl(settings=about.kubernetes, environ=environ)
    match task.settings.target:
        case TargetKind.ARGO_ROLLOUTS:
            controller: ArgoRollouts | Flagger = ArgoRollouts(served=about, cluster=cluster, clock=clock)
        case TargetKind.FLAGGER:
            controller = Flagger(served=about, cluster=cluster, clock=clock)
        case TargetKind.KSERVE:
            return InferenceService(served=about, cluster=cluster, clock=clock)
        case _:
            return BlueGreenService(served=about, cluster=cluster, clock=clock)
    return Followed(
        controller=controller,
        clock=clock,
        rollout=lambda now, before: told(about, now, before),
        seen=controller.seen,
    )


def served(task: Task, store: Store) -> Served:
    """What is served; UsageError where pods could not fetch models from the store."""
    settings = task.settings.kubernetes
    if settings is None:
        raise UsageError(f"the target `{task.settings.target}` is in no cluster")
    address = settings.store or store.bucket.address
    if not address.startswith("s3://"):
        hint = "keep models in a bucket, or say in `kubernetes.store` how pods reach the store"
        raise UsageError(f"pods cannot fetch models from {address}", hint)
    return Served(model=task.model, environment=task.environment, settings=task.settings, store=address)
