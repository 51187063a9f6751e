"""All manifests of a deployment at once, for people to review, or for a repository that another tool applies."""

from __future__ import annotations

import re

from mlgitlab.config.deploy import TargetKind
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.answers import text
from mlgitlab.jobs.deploy.kubernetes import argo, flagger, kserve, plain
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from mlgitlab.jobs.deploy.plan import shares
from mlgitlab.jobs.deploy.target import Rollout


def told(served: Served, candidate: str, before: str) -> Rollout:
    """What a controller is told."""
    steps = tuple(share.value for share in shares(served.settings))
    return Rollout(candidate=candidate, before=before, steps=steps, pause=float(served.settings.pause.seconds))


def manifests(served: Served, candidate: str, before: str) -> tuple[Manifest, ...]:
    """Everything that is applied to bring a candidate in where `before` answers (empty for the first model).

    UsageError for a target that is in no cluster.
    """
    match served.settings.target:
        case TargetKind.ARGO_ROLLOUTS:
            return (*argo.services(served), *argo.rollout(served, told(served, candidate, before)))
        case TargetKind.FLAGGER:
            return flagger.rollout(served, told(served, candidate, before))
        case TargetKind.KSERVE:
            return (_kserve(served, candidate, before),)
        case TargetKind.KUBERNETES:
            return (plain.deployment(served, candidate), plain.service(served, candidate))
        case other:
            raise UsageError(f"the target `{other}` has no manifests")


def file_name(number: int, manifest: Manifest) -> str:
    """Where a manifest is written: in the order in which they are applied."""
    kind = re.sub(r"[^a-z]", "", text(manifest, "kind").lower())
    return f"{number:02}-{kind}-{text(manifest, 'metadata', 'name')}.yaml"


def _kserve(served: Served, candidate: str, before: str) -> Manifest:
    new = kserve.predictor(served, candidate)
    first = shares(served.settings)[0].value
    if not before or first == 100:
        return kserve.service(served, new, None, 0, answers="yes")
    if kserve.is_serverless(served):
        share = {"canaryTrafficPercent": int(first)}
        return kserve.service(served, {**new, **share}, None, 0, answers="yes", before=before)
    return kserve.service(served, kserve.predictor(served, before), new, first, answers="yes")
