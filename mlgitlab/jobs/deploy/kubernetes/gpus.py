"""How many GPUs more than before a rollout needs, while two models are in memory."""

from __future__ import annotations

import math

from mlgitlab.config.deploy import Deployment, Strategy, TargetKind
from mlgitlab.jobs.deploy.plan import shares

# Argo Rollouts replaces pod by pod where nothing routes: one more than configured (`maxSurge`).
SURGE = 1


def extra_pods(settings: Deployment) -> int:
    """Pods on top of those of the model before, at the worst moment of a rollout.

    Blue-green, and every target that loads the candidate at full size beside the model before: all of them again. A
    canary of Argo Rollouts: the share of the pods that its largest step needs, rounded up; one where it splits by
    numbers of pods, and so replaces one by the other.
    """
    found = settings.kubernetes
    if found is None:
        return 0
    if settings.target is not TargetKind.ARGO_ROLLOUTS or settings.strategy is Strategy.BLUE_GREEN:
        return found.replicas
    if settings.strategy is Strategy.CANARY and found.router != "none":
        return max(math.ceil(found.replicas * share.value / 100) for share in shares(settings))
    return SURGE


def extra_gpus(settings: Deployment) -> int:
    """GPUs on top of those of the model before, at the worst moment of a rollout."""
    return extra_pods(settings) * (settings.kubernetes.gpus if settings.kubernetes else 0)


def stated(settings: Deployment) -> str:
    """The same in words; empty for what needs no GPU."""
    found, extra = settings.kubernetes, extra_gpus(settings)
    if not found or not extra:
        return ""
    pods = extra_pods(settings)
    each = f"{pods} pod{'s' if pods > 1 else ''} with {found.gpus} each"
    now = found.replicas * found.gpus
    return f"the rollout needs {extra} GPU{'s' if extra > 1 else ''} ({each}) on top of the {now} of the model before"
