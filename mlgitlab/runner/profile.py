"""What a GPU runner's configuration is made of, and the values that its template is rendered with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.runner.gpus import Kind, Vendor
from mlgitlab.runners import Token

GIB = 1024**3
DEFAULT_IMAGE = "nvcr.io/nvidia/cuda:12.4.1-base-ubuntu22.04"
_SIZE = re.compile(r"(\d{1,5})\s*([kmgt])?(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
# Domain, slash, name: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
_LABEL = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class ConfigKind(StrEnum):
    """What can be configured: an executor of gitlab-runner, on a cloud where it needs one."""

    DOCKER = "docker"
    SHELL = "shell"
    AWS = "docker-autoscaler-aws"
    GOOGLE = "docker-autoscaler-googlecloud"
    AZURE = "docker-autoscaler-azure"
    KUBERNETES = "kubernetes"


class Cloud(StrEnum):
    """Whose spot nodes are meant."""

    AWS = "aws"
    GOOGLE = "googlecloud"
    AZURE = "azure"


# The marks of spot nodes, as each cloud sets them:
# https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types
# https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms
# https://learn.microsoft.com/azure/aks/spot-node-pool
_SPOT_NODES = {
    Cloud.AWS: {"eks.amazonaws.com/capacityType": "SPOT"},
    Cloud.GOOGLE: {"cloud.google.com/gke-spot": "true"},
    Cloud.AZURE: {"kubernetes.azure.com/scalesetpriority": "spot"},
}
_SPOT_TAINTS = {
    Cloud.AWS: {},
    Cloud.GOOGLE: {"cloud.google.com/gke-spot=true": "NoSchedule"},
    Cloud.AZURE: {"kubernetes.azure.com/scalesetpriority=spot": "NoSchedule"},
}
_PLUGINS = {ConfigKind.AWS: "aws", ConfigKind.GOOGLE: "googlecloud", ConfigKind.AZURE: "azure"}
_USERNAMES = {ConfigKind.AWS: "ubuntu", ConfigKind.GOOGLE: "runner", ConfigKind.AZURE: "azureuser"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheBucket:
    """Where the cache is kept: S3, or what speaks like it at `address` (host and port)."""

    name: str
    region: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A group of instances in a cloud: its name, the most instances, and where it is (project and zone, ...)."""

    name: str = "gpu-runners"
    most: int = 4
    project: str = ""
    zone: str = ""
    subscription: str = ""
    resource_group: str = ""
    external_address: bool = False
    max_use_count: int = 10
    idle: str = "10m0s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where pods with GPUs run. Labels by name; taints as `key=value` or `key`, with their effect."""

    namespace: str = "gitlab-runner"
    service_account: str = ""
    runtime_class: str = ""
    labels: Mapping[str, str]
    tolerations: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One runner. shm: bytes of /dev/shm. limit: jobs at a time, where instances or pods do not bound them."""

    kind: ConfigKind
    name: str
    url: str
    gpus: Kind
    whole: bool = True
    image: str = DEFAULT_IMAGE
    shm: int = 8 * GIB
    limit: int = 1
    runtime: str = ""
    spot: bool = False
    cache: CacheBucket | None = None
    fleet: Fleet = Fleet()
    cluster: Cluster = Cluster(labels={}, tolerations={})

    @property
    def template(self) -> str:
        """The template of the runner's own part."""
        return "docker-autoscaler.toml.j2" if self.kind in _PLUGINS else f"{self.kind}.toml.j2"

    @property
    def concurrent(self) -> int:
        """How many jobs gitlab-runner may run at once, if this is its only runner."""
        return self.fleet.most if self.kind in _PLUGINS else self.limit


def values(profile: Profile, *, token: Token | None = None, at: str = "", enrolled: bool = True) -> dict[str, object]:
    """What the template gets. `at`: when the token was made. `enrolled`: whether it says name, address and token."""
    cluster, fleet, cache = profile.cluster, profile.fleet, profile.cache
    return {
        "command": str(profile.kind),
        "kind_file": profile.template,
        "concurrent": profile.concurrent,
        "enrolled": enrolled,
        "name": profile.name,
        "url": profile.url,
        "id": token.id if token else 0,
        "token": token.secret if token else "",
        "obtained": at,
        "expires": token.expires if token else "",
        "limit": profile.limit,
        "image": profile.image,
        "shm_size": profile.shm,
        "shm_quantity": f"{profile.shm // 1024**2}Mi",
        "vendor": str(profile.gpus.vendor),
        "docker_gpus": docker_gpus(profile),
        "visible_devices": _visible(profile),
        "runtime": profile.runtime,
        "spot": profile.spot,
        "cache_bucket": cache.name if cache else "",
        "cache_region": cache.region if cache else "",
        "cache_address": cache.address if cache else "",
        "plugin": _PLUGINS.get(profile.kind, ""),
        "plugin_config": _plugin_config(profile),
        "fleet": fleet.name,
        "max_instances": fleet.most,
        "max_use_count": fleet.max_use_count,
        "idle_time": fleet.idle,
        "external_address": fleet.external_address,
        "username": _USERNAMES.get(profile.kind, ""),
        "ready_command": "rocm-smi" if profile.gpus.vendor is Vendor.AMD else "nvidia-smi",
        "namespace": cluster.namespace,
        "service_account": cluster.service_account,
        "runtime_class": cluster.runtime_class,
        "poll_timeout": 1800,
        "resource": resource(profile.gpus),
        "gpu_count": profile.gpus.count,
        "node_selector": sorted(cluster.labels.items()),
        "node_tolerations": sorted(cluster.tolerations.items()),
    }


def docker_gpus(profile: Profile) -> str:
    """What `docker run --gpus` takes: all, or the devices of one kind by their UUIDs.

    Docker reads it as CSV, so that several devices stand in quotes:
    https://docs.docker.com/reference/cli/docker/container/run/#gpus.
    """
    if profile.whole or not profile.gpus.uuids:
        return "all"
    chosen = ",".join(profile.gpus.uuids)
    return f"device={chosen}" if len(profile.gpus.uuids) == 1 else f'"device={chosen}"'


def resource(gpus: Kind) -> str:
    """What a pod asks Kubernetes for. https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/.

    MIG devices as the strategy `mixed` of NVIDIA's device plugin names them.
    """
    if gpus.vendor is Vendor.AMD:
        return "amd.com/gpu"
    _, mig, profile = gpus.type.partition("-mig-")
    return f"nvidia.com/mig-{profile}" if mig else "nvidia.com/gpu"


def cluster_for(cluster: Cluster, gpus: Kind, spot: Cloud | None) -> Cluster:
    """The cluster's labels and tolerations, with those of spot nodes and the taint that keeps others off GPU nodes."""
    taint = {"amd.com/gpu" if gpus.vendor is Vendor.AMD else "nvidia.com/gpu": "NoSchedule"}
    marks, taints = (_SPOT_NODES[spot], _SPOT_TAINTS[spot]) if spot else ({}, {})
    return Cluster(
        namespace=cluster.namespace,
        service_account=cluster.service_account,
        runtime_class=cluster.runtime_class,
        labels={**marks, **cluster.labels},
        tolerations={**taint, **taints, **cluster.tolerations},
    )


def size(text: str) -> int:
    """Bytes of `8g`, `512m` or `1073741824`; UsageError for anything else."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{quoted(text)} is no size", "such as 8g or 512m")
    return int(found[1]) << 10 * _POWERS[(found[2] or "").lower()]


def kubernetes_name(text: str) -> str:
    """The name of a namespace or a secret; UsageError for what Kubernetes would refuse."""
    if not _NAME.fullmatch(text):
        raise UsageError(f"{quoted(text)} is no name in Kubernetes", "small letters, digits and `-`")
    return text


def label(text: str) -> tuple[str, str]:
    """`KEY=VALUE` of a node; UsageError for what Kubernetes would refuse."""
    key, equals, value = text.partition("=")
    if not equals or not _LABEL.fullmatch(key) or not (_LABEL.fullmatch(value) and "/" not in value):
        raise UsageError(f"{quoted(text)} is no label of a node", "KEY=VALUE, such as accelerator=a100")
    return key, value


def toleration(text: str) -> tuple[str, str]:
    """`KEY:EFFECT` or `KEY=VALUE:EFFECT`, as gitlab-runner's `node_tolerations` has them."""
    taint, colon, effect = text.rpartition(":")
    key, equals, value = taint.partition("=")
    if not colon or effect not in _EFFECTS or not _LABEL.fullmatch(key) or (equals and not _LABEL.fullmatch(value)):
        raise UsageError(f"{quoted(text)} is no toleration", f"KEY=VALUE:EFFECT, with {', '.join(_EFFECTS)}")
    return taint, effect


def _plugin_config(profile: Profile) -> list[tuple[str, str]]:
    """What the plugin must be told besides the group's name; its README says so.

    https://gitlab.com/gitlab-org/fleeting/plugins/googlecloud, https://gitlab.com/gitlab-org/fleeting/plugins/azure.
    """
    fleet = profile.fleet
    if profile.kind is ConfigKind.GOOGLE:
        return [("project", fleet.project or "PROJECT"), ("zone", fleet.zone or "ZONE")]
    if profile.kind is ConfigKind.AZURE:
        return [
            ("subscription_id", fleet.subscription or "SUBSCRIPTION"),
            ("resource_group_name", fleet.resource_group or "RESOURCE-GROUP"),
        ]
    return []


def _visible(profile: Profile) -> str:
    """The variable that shows a process some of the machine's NVIDIA GPUs alone."""
    if profile.whole or not profile.gpus.uuids:
        return ""
    return f"CUDA_VISIBLE_DEVICES={','.join(profile.gpus.uuids)}"
