"""`models.<name>.deploy.<environment>.kubernetes`: what runs in a cluster, and where its numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mlgitlab.config.field import doc
from mlgitlab.config.scalars import Duration

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusQueries:
    """Where Prometheus counts answers.

    In each query `$digest` stands for the model's digest, `$label` for the value of the label `mlgitlab/digest` of its
    pods, and `$range` for a time such as `[300s]`.
    """

    namespace: str = field(default="monitoring", metadata=doc("Namespace of the Service of Prometheus."))
    service: str = field(default="prometheus", metadata=doc("Name of that Service."))
    port: int = field(default=9090, metadata=doc("Its port."))
    requests: str = field(metadata=doc('PromQL for the number of requests: `sum(increase(http_requests_total{digest="$digest"}$range))`.'))
    errors: str = field(metadata=doc("PromQL for the number of those that were errors."))
    latency: str | None = field(default=None, metadata=doc('PromQL for the histogram of durations in seconds, by `le`: `sum by (le) (increase(http_seconds_bucket{digest="$digest"}$range))`.'))


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesTarget:
    """A model's server in a cluster, for the targets `kubernetes`, `argo-rollouts`, `flagger` and `kserve`."""

    namespace: str = field(metadata=doc("Namespace."))
    context: str | None = field(default=None, metadata=doc("Context of the kubeconfig; the current one where nothing is said."))
    name: str | None = field(default=None, metadata=doc("Name of what is made; from the model and the environment where nothing is said."))
    image: str = field(metadata=doc("Container image of the model's server. It finds the model in `MLGITLAB_MODEL_FOLDER`, and its digest in `MLGITLAB_DIGEST`."))
    command: tuple[str, ...] = field(default=(), metadata=doc("Program and arguments, one each; the image's own without any."))
    port: int = field(default=8080, metadata=doc("Port of the server."))
    health: str = field(default="/health", metadata=doc("Path that answers 200 once the model is loaded."))
    replicas: int = field(default=1, metadata=doc("Pods."))
    gpus: int = field(default=0, metadata=doc("GPUs of each pod."))
    gpu_resource: str = field(default="nvidia.com/gpu", metadata=doc("What the cluster calls them."))
    cpu: str | None = field(default=None, metadata=doc("CPU that each pod requests: `2`, `500m`."))
    memory: str | None = field(default=None, metadata=doc("Memory of each pod: `8Gi`."))
    node_selector: Mapping[str, str] = field(default_factory=dict, metadata=doc("Labels of the nodes."))
    tolerations: tuple[str, ...] = field(default=(), metadata=doc("Keys of taints that are tolerated."))
    service_account: str | None = field(default=None, metadata=doc("Service account of the pods, such as one that may read the store's bucket."))
    fetch_image: str = field(metadata=doc("Container image with `mlgitlab[s3]`, which fetches the model before the server starts."))
    store: str | None = field(default=None, metadata=doc("The store as pods reach it; the one of `store` where nothing is said."))
    secrets: tuple[str, ...] = field(default=(), metadata=doc("Secrets whose keys are variables of the fetching container."))
    router: Literal["none", "nginx", "istio"] = field(default="none", metadata=doc("What splits the traffic of a canary of Argo Rollouts or Flagger; with `none`, Argo Rollouts splits by numbers of pods."))
    route: str | None = field(default=None, metadata=doc("Name of the Ingress or the VirtualService."))
    kserve_version: str = field(default="0.20", metadata=doc("Version of KServe in the cluster."))
    kserve_mode: Literal["standard", "serverless"] = field(default="standard", metadata=doc("Its deployment mode. `standard` has canaries from 0.20 on."))
    prometheus: PrometheusQueries | None = field(default=None, metadata=doc("Where the criteria find their numbers."))
    ready: Duration = field(default=Duration(600), metadata=doc("How long fetching and loading the model may take."))
    program: str = field(default="kubectl", metadata=doc("The program."))
