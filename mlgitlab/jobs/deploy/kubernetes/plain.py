"""A Deployment for each model, and a Service whose selector says which of them answers."""

from __future__ import annotations

from mlgitlab.jobs.deploy.answers import number, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest, condition, is_observed
from mlgitlab.jobs.deploy.kubernetes.pods import Served, template

DEPLOYMENT = "deployments.apps"
SERVICE = "services"
_NOBODY = "none"


def deployment(served: Served, digest: str) -> Manifest:
    """The Deployment of one model."""
    label = {naming.DIGEST: naming.digest_label(digest)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": served.metadata(naming.with_digest(served.name, digest), digest),
        "spec": {
            "replicas": served.kubernetes.replicas,
            "progressDeadlineSeconds": served.kubernetes.ready.seconds + 60,
            "selector": {"matchLabels": {**served.selector, **label}},
            "template": template(served, digest),
        },
    }


def service(served: Served, digest: str) -> Manifest:
    """The Service, which sends everything to one model; with an empty digest to nobody."""
    port = served.kubernetes.port
    selector = {**served.selector, naming.DIGEST: naming.digest_label(digest) if digest else _NOBODY}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": served.metadata(digest=digest),
        "spec": {
            "selector": selector,
            "ports": [{"name": "http", "port": port, "targetPort": port}],
        },
    }


def live(found: Manifest | None) -> str:
    """The model that a Service sends everything to; empty for nobody, and for one whose selector says otherwise."""
    digest = text(found, "metadata", "annotations", naming.DIGEST)
    label = text(found, "spec", "selector", naming.DIGEST)
    return digest if digest and label == naming.digest_label(digest) else ""


def digest(found: Manifest) -> str:
    """The model that a Deployment is for."""
    return text(found, "metadata", "annotations", naming.DIGEST)


def is_ready(found: Manifest) -> bool:
    """Whether all of its pods are new and available."""
    wanted = number(found, "spec", "replicas")
    have = (number(found, "status", name) for name in ("replicas", "updatedReplicas", "availableReplicas"))
    return is_observed(found) and wanted > 0 and all(count == wanted for count in have)


def trouble(found: Manifest) -> str:
    """Why it will not get ready; empty as long as it still may.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
    """
    status, why = condition(found, "Progressing")
    return (why or "its pods do not get ready") if is_observed(found) and status == "False" else ""
