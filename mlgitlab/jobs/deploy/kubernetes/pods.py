"""The pods of a model's server: its files are fetched and verified before it starts, and it knows its digest."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.config.deploy import Deployment
from mlgitlab.config.deploy_kubernetes import KubernetesTarget
from mlgitlab.jobs.deploy.answers import rows, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest

_FOLDER = "/mlgitlab/model"
_PROBE_SECONDS = 5
SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served where. `store` is the URL by which pods reach it."""

    model: str
    environment: str
    settings: Deployment
    store: str

    @property
    def kubernetes(self) -> KubernetesTarget:
        """The section for clusters."""
        assert self.settings.kubernetes
        return self.settings.kubernetes

    @property
    def name(self) -> str:
        """The name of what is made."""
        return self.kubernetes.name or naming.object_name(self.model, self.environment)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of everything that is made, which never change."""
        return {
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/managed-by": "mlgitlab",
            naming.MODEL: naming.label_value(self.model),
            naming.ENVIRONMENT: naming.label_value(self.environment),
        }

    @property
    def selector(self) -> dict[str, str]:
        """What the pods of all its models have in common."""
        return {"app.kubernetes.io/name": self.name}

    def metadata(self, name: str = "", digest: str = "", **annotations: str) -> Manifest:
        """The metadata of an object; with a digest, it says which model it is about."""
        made: Manifest = {
            "name": name or self.name,
            "namespace": self.kubernetes.namespace,
            "labels": {**self.labels, **({naming.DIGEST: naming.digest_label(digest)} if digest else {})},
        }
        told = {f"mlgitlab/{key}": value for key, value in annotations.items()}
        if digest:
            told[naming.DIGEST] = digest
        return {**made, "annotations": told} if told else made


def template(served: Served, digest: str, container: str = SERVER) -> Manifest:
    """The pod template for one model."""
    return {
        "metadata": {
            "labels": {**served.labels, naming.DIGEST: naming.digest_label(digest)},
            "annotations": {naming.DIGEST: digest},
        },
        "spec": pod(served, digest, container),
    }


def pod(served: Served, digest: str, container: str = SERVER) -> Manifest:
    """The pod for one model; `container` names the one that serves."""
    settings = served.kubernetes
    made: Manifest = {
        "initContainers": [_fetching(served, digest)],
        "containers": [_serving(served, digest, container)],
        "volumes": [{"name": "model", "emptyDir": {}}],
    }
    if settings.service_account:
        made["serviceAccountName"] = settings.service_account
    if settings.node_selector:
        made["nodeSelector"] = dict(sorted(settings.node_selector.items()))
    if settings.tolerations:
        made["tolerations"] = [{"key": key, "operator": "Exists"} for key in settings.tolerations]
    return made


def digest_of(pod: object) -> str:
    """The model that a pod is for; empty where it says none."""
    for container in rows(pod, "containers"):
        for variable in rows(container, "env"):
            if text(variable, "name") == "MLGITLAB_DIGEST":
                return text(variable, "value")
    return ""


def _fetching(served: Served, digest: str) -> Manifest:
    """`model pull` proves every byte before a file gets its name, and ends with 3 where one is wrong."""
    made: Manifest = {
        "name": "fetch",
        "image": served.kubernetes.fetch_image,
        "command": [
            "mlgitlab",
            "model",
            "pull",
            f"{served.model}@{digest}",
            "--into",
            _FOLDER,
            "--store",
            served.store,
        ],
        "workingDir": "/tmp",  # noqa: S108 (the container's own)
        "volumeMounts": [{"name": "model", "mountPath": _FOLDER}],
    }
    if served.kubernetes.secrets:
        made["envFrom"] = [{"secretRef": {"name": name}} for name in served.kubernetes.secrets]
    return made


def _serving(served: Served, digest: str, container: str) -> Manifest:
    settings = served.kubernetes
    probe = {"httpGet": {"path": settings.health, "port": settings.port}, "periodSeconds": _PROBE_SECONDS}
    made: Manifest = {
        "name": container,
        "image": settings.image,
        "env": [
            {"name": "MLGITLAB_MODEL", "value": served.model},
            {"name": "MLGITLAB_DIGEST", "value": digest},
            {"name": "MLGITLAB_MODEL_FOLDER", "value": _FOLDER},
            {"name": "MLGITLAB_PORT", "value": str(settings.port)},
        ],
        "ports": [{"containerPort": settings.port}],
        "volumeMounts": [{"name": "model", "mountPath": _FOLDER, "readOnly": True}],
        # Loading may take long, and a pod that is ready never loads again.
        "startupProbe": {**probe, "failureThreshold": -(-settings.ready.seconds // _PROBE_SECONDS)},
        "readinessProbe": probe,
    }
    if settings.command:
        made["command"] = list(settings.command)
    if resources := _resources(settings):
        made["resources"] = resources
    return made


def _resources(settings: KubernetesTarget) -> Manifest:
    requests = {"cpu": settings.cpu, "memory": settings.memory}
    limits: Manifest = {"memory": settings.memory} if settings.memory else {}
    if settings.gpus:
        limits[settings.gpu_resource] = settings.gpus
    asked: Manifest = {name: value for name, value in requests.items() if value}
    return {name: value for name, value in (("requests", asked), ("limits", limits)) if value}
