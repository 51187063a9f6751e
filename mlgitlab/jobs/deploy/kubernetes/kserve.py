"""KServe: an InferenceService with one or two models, by the fields that its version and mode have.

Standard mode, from 0.20 on: `spec.canary` names further predictors with their shares, each a Deployment of its own; to
promote one, its name becomes the predictor's (https://github.com/kserve/kserve/pull/5672). Serverless mode: the newest
revision gets `canaryTrafficPercent`, the one that was rolled out before the rest
(https://kserve.github.io/website/docs/model-serving/predictive-inference/rollout-strategies/canary).
"""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.jobs.deploy.answers import at, number, rows, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest, condition, is_observed
from mlgitlab.jobs.deploy.kubernetes.pods import Served, digest_of, pod
from mlgitlab.jobs.deploy.target import Standing, Traffic
from mlgitlab.store import digests

SERVICE = "inferenceservices.serving.kserve.io"
CONTAINER = "kserve-container"
_ANSWERS = "mlgitlab/answers"
# What the modes are called since 0.16, and were called before.
_MODES = {"standard": ("Standard", "RawDeployment"), "serverless": ("Knative", "Serverless")}
_RENAMED = (0, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What an InferenceService holds: a model, another beside it, and the share of requests that the other gets.

    `main` is the predictor, which in serverless mode is the newest revision; `other` the entry of `canary`, or in
    serverless mode the revision that was rolled out before, which gets what the newest does not. `answers` is False as
    long as the first model was only placed.
    """

    main: str = ""
    other: str = ""
    share: float = 0.0
    answers: bool = False

    def standing(self) -> Standing:
        """The traffic, and who is ready."""
        warm = frozenset(filter(None, (self.main, self.other)))
        if not self.answers or not self.main:
            return Standing(warm=warm)
        if not self.other or self.share == 0:
            return Standing(traffic=Traffic(live=self.main), warm=warm)
        if self.share == 100:
            return Standing(traffic=Traffic(live=self.other), warm=warm)
        return Standing(traffic=Traffic(live=self.main, canary=self.other, share=self.share), warm=warm)


def is_serverless(served: Served) -> bool:
    """Whether Knative holds the revisions."""
    return served.kubernetes.kserve_mode == "serverless"


def predictor(served: Served, digest: str) -> Manifest:
    """The predictor of one model, named by its digest."""
    made = pod(served, digest, CONTAINER)
    replicas = served.kubernetes.replicas
    named = {} if is_serverless(served) else {"name": naming.with_digest("v", digest)}
    about = {
        "labels": {naming.DIGEST: naming.digest_label(digest)},
        "annotations": {naming.DIGEST: digest},
        "minReplicas": replicas,
    }
    return {**named, **about, **made}


def service(served: Served, main: Manifest, canary: Manifest | None, share: float, **annotations: str) -> Manifest:
    """The InferenceService; a `canary` beside `main` is there with a share of 0, too."""
    spec: Manifest = {"predictor": main}
    if canary:
        spec["canary"] = [{"trafficPercent": int(share), "predictor": canary}]
    metadata = served.metadata(digest=digest_of(main), **annotations)
    kept = metadata["annotations"]
    assert isinstance(kept, dict)
    kept["serving.kserve.io/deploymentMode"] = _mode(served)
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": spec}


def _mode(served: Served) -> str:
    now, before = _MODES[served.kubernetes.kserve_mode]
    return now if tuple(map(int, served.kubernetes.kserve_version.split("."))) >= _RENAMED else before


def holds(served: Served, found: Manifest | None) -> Holds:
    """What an InferenceService says it holds."""
    main = digest_of(at(found, "spec", "predictor"))
    answers = text(found, "metadata", "annotations", _ANSWERS) == "yes"
    if not is_serverless(served):
        entry = at(found, "spec", "canary", 0)
        other = digest_of(at(entry, "predictor"))
        return Holds(main=main, other=other, share=number(entry, "trafficPercent"), answers=answers)
    other = text(found, "metadata", "annotations", "mlgitlab/before")
    percent = at(found, "spec", "predictor", "canaryTrafficPercent")
    if not isinstance(percent, int) or not digests.is_digest(other):
        return Holds(main=main, answers=answers)
    # The newest is the candidate here: seen from the model that is rolled out, it is the other one.
    return Holds(main=other, other=main, share=float(percent), answers=answers)


def predictor_of(found: Manifest | None, digest: str) -> Manifest | None:
    """The predictor of a model as it stands in an InferenceService: written again as it is, its pods stay."""
    candidates = (at(found, "spec", "predictor"), at(found, "spec", "canary", 0, "predictor"))
    for each in candidates:
        if isinstance(each, dict) and digest_of(each) == digest:
            return each
    return None


def is_ready(found: Manifest) -> bool:
    """Whether every predictor answers as it is told."""
    beside = rows(found, "status", "canaryStatuses")
    wanted = len(rows(found, "spec", "canary"))
    others = len(beside) == wanted and all(at(each, "ready") is True for each in beside)
    return is_observed(found) and condition(found, "Ready")[0] == "True" and others


def trouble(found: Manifest) -> str:
    """Why a model will not get ready; empty as long as it still may."""
    states = (
        at(found, "status", "modelStatus"),
        *(at(each, "modelStatus") for each in rows(found, "status", "canaryStatuses")),
    )
    for each in states:
        if text(each, "transitionStatus") in ("BlockedByFailedLoad", "InvalidSpec"):
            return text(each, "lastFailureInfo", "message") or text(each, "transitionStatus")
    return ""
