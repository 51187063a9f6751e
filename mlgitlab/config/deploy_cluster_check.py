"""Deployments to clusters that contradict themselves, or ask of a controller what it cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.config.deploy import IN_CLUSTER, Deployment, Strategy, TargetKind
from mlgitlab.config.deploy_kubernetes import KubernetesTarget, PrometheusQueries
from mlgitlab.config.faults import Finding
from mlgitlab.config.wording import quoted

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/; 36 leave room for what controllers add.
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,34}[a-z0-9])?")
_SPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_OBJECT = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_RESOURCE = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/, without signs and exponents
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_CONTEXT = re.compile(r"[A-Za-z0-9_.:/@][A-Za-z0-9_.:/@-]*")
_PROGRAM = re.compile(r"[A-Za-z0-9._/+-]+")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_VERSION = re.compile(r"0\.[0-9]{1,3}|[1-9][0-9]{0,2}\.[0-9]{1,3}")
_LAST_PORT = 65535
# `spec.canary`: https://github.com/kserve/kserve/pull/5672
_STANDARD_CANARY = (0, 20)


def check(path: str, found: Deployment) -> Iterator[Finding]:
    """Everything wrong with a deployment to a cluster."""
    if found.kubernetes is None or found.target not in IN_CLUSTER:
        return
    yield from _forms(f"{path}.kubernetes", found.kubernetes)
    yield from _strategy(path, found)
    yield from _judged(path, found, found.kubernetes)
    if found.target in (TargetKind.ARGO_ROLLOUTS, TargetKind.FLAGGER, TargetKind.KSERVE):
        for step in found.steps:
            if step.value != int(step.value):
                yield Finding(path=f"{path}.steps", what=f"`{found.target}` knows whole percents only, and not {step}")


def _strategy(path: str, found: Deployment) -> Iterator[Finding]:
    settings = found.kubernetes
    assert settings
    named = f"the target `{found.target}` cannot do"
    if found.strategy is Strategy.SHADOW or found.shadow:
        hint = "`nginx`, `sagemaker` and scripts of your own can"
        yield Finding(path=f"{path}.strategy", what=f"{named} a shadow", hint=hint)
    if found.synthetic:
        what = f"{named} a synthetic test: nobody reaches its pods past the traffic"
        yield Finding(path=f"{path}.synthetic", what=what, hint="answer `health` only once the model does")
    if found.target is TargetKind.KUBERNETES and found.strategy is Strategy.CANARY:
        hint = "take `argo-rollouts`, `flagger` or `kserve`"
        yield Finding(path=f"{path}.strategy", what=f"{named} `canary`: a Service has one selector", hint=hint)
    if found.target is TargetKind.FLAGGER and (settings.router == "none" or not _mirrors(found)):
        what = "Flagger needs a `router`; for `blue-green`, one that copies requests to be judged by: `istio`"
        yield Finding(path=f"{path}.kubernetes.router", what=what)
    old = tuple(map(int, settings.kserve_version.split("."))) if _VERSION.fullmatch(settings.kserve_version) else ()
    if found.target is TargetKind.KSERVE and settings.kserve_mode == "standard" and old < _STANDARD_CANARY:
        what = "KServe has canaries in standard mode from 0.20 on, and ignores them before"
        hint = "update KServe, or write `kserve_mode: serverless`"
        yield Finding(path=f"{path}.kubernetes.kserve_version", what=what, hint=hint)


def _mirrors(found: Deployment) -> bool:
    assert found.kubernetes
    return found.strategy is not Strategy.BLUE_GREEN or found.kubernetes.router == "istio"


def _judged(path: str, found: Deployment, settings: KubernetesTarget) -> Iterator[Finding]:
    """What is judged must be found somewhere."""
    if found.strategy is Strategy.REPLACE:
        return
    criteria = found.criteria
    if settings.prometheus is None:
        hint = "say where the numbers are, or write `strategy: replace`"
        what, absent = "there are criteria, and no `prometheus`", (f"{path}.kubernetes.prometheus",)
        yield Finding(path=f"{path}.kubernetes", what=what, hint=hint, absent=absent)
    for name, asked in (
        ("prediction", criteria.prediction),
        ("values", criteria.values),
        ("agreement", criteria.agreement),
    ):
        if asked:
            yield Finding(path=f"{path}.criteria.{name}", what="Prometheus has no such numbers of single requests")
    latencies = (criteria.latency_p50, criteria.latency_p95, criteria.latency_p99)
    if settings.prometheus and any(latencies) and settings.prometheus.latency is None:
        absent = (f"{path}.kubernetes.prometheus.latency",)
        what = "there are criteria about latency, and no query for it"
        yield Finding(path=f"{path}.kubernetes.prometheus", what=what, absent=absent)
    if found.target in (TargetKind.ARGO_ROLLOUTS, TargetKind.FLAGGER) and found.inconclusive == "hold":
        what = f"`{found.target}` judges by itself, and what it cannot decide goes back"
        yield Finding(path=f"{path}.inconclusive", what=what, hint="write `inconclusive: rollback`")


def _forms(path: str, found: KubernetesTarget) -> Iterator[Finding]:
    prometheus = found.prometheus
    for key, text, form in (
        ("namespace", found.namespace, _SPACE),
        ("context", found.context, _CONTEXT),
        ("name", found.name, _NAME),
        ("health", found.health, _PATH),
        ("gpu_resource", found.gpu_resource, _RESOURCE),
        ("cpu", found.cpu, _QUANTITY),
        ("memory", found.memory, _QUANTITY),
        ("service_account", found.service_account, _OBJECT),
        ("route", found.route, _OBJECT),
        ("kserve_version", found.kserve_version, _VERSION),
        ("program", found.program, _PROGRAM),
        ("prometheus.namespace", prometheus.namespace if prometheus else None, _SPACE),
        ("prometheus.service", prometheus.service if prometheus else None, _SPACE),
        *((f"secrets.{n}", name, _OBJECT) for n, name in enumerate(found.secrets)),
        *((f"tolerations.{n}", name, _RESOURCE) for n, name in enumerate(found.tolerations)),
        *((f"node_selector.{name}", value, _LABEL) for name, value in found.node_selector.items()),
        *((f"node_selector.{name}", name, _RESOURCE) for name in found.node_selector),
    ):
        if text is not None and not form.fullmatch(text):
            yield Finding(path=f"{path}.{key}", what=f"Kubernetes would not take {quoted(text)}")
    for key, number, least, most in (
        ("port", found.port, 1, _LAST_PORT),
        ("replicas", found.replicas, 1, 10_000),
        ("gpus", found.gpus, 0, 1000),
        ("prometheus.port", prometheus.port if prometheus else 1, 1, _LAST_PORT),
    ):
        if not least <= number <= most:
            yield Finding(path=f"{path}.{key}", what=f"{number} is not from {least} to {most}")
    if prometheus:
        yield from _queries(f"{path}.prometheus", prometheus)


def _queries(path: str, found: PrometheusQueries) -> Iterator[Finding]:
    """A query is counted for one model and one time; braces in pairs are places of Argo Rollouts and Flagger."""
    for key, query in (("requests", found.requests), ("errors", found.errors), ("latency", found.latency)):
        if query is None:
            continue
        if "{{" in query or "}}" in query:
            yield Finding(path=f"{path}.{key}", what="`{{` and `}}` have a meaning of their own there")
        if not ("$digest" in query or "$label" in query):
            yield Finding(path=f"{path}.{key}", what="it is the same for every model", hint='say `digest="$digest"`')
        if "$range" not in query:
            yield Finding(path=f"{path}.{key}", what="it is about no time", hint="write `$range` where a range stands")
    if found.latency and "le" not in found.latency:
        yield Finding(path=f"{path}.latency", what="a histogram is needed, by `le`")
