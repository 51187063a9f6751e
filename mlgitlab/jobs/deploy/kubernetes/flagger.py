"""Flagger: the manifests of a rollout, and what its status says.

Flagger makes `NAME-primary` from the Deployment NAME, and sends the users there. When NAME changes, it is scaled up
beside the primary, gets traffic step by step, and is copied to the primary in the end.
How it works: https://docs.flagger.app/usage/how-it-works
"""

from __future__ import annotations

from mlgitlab.config.deploy import Strategy
from mlgitlab.jobs.deploy.answers import at, number, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest, condition
from mlgitlab.jobs.deploy.kubernetes.pace import Pace
from mlgitlab.jobs.deploy.kubernetes.pods import Served, digest_of, template
from mlgitlab.jobs.deploy.kubernetes.queries import Asked, Metric, metrics
from mlgitlab.jobs.deploy.target import Phase, Progress, Rollout, Traffic

_API = "flagger.app/v1beta1"
CANARY = "canaries.flagger.app"
TEMPLATE = "metrictemplates.flagger.app"
DEPLOYMENT = "deployments.apps"
_SETTLED = frozenset({"Initialized", "Succeeded"})
_ITERATIONS = 1


def rollout(served: Served, told: Rollout, begun: str = "", seen: str = "") -> tuple[Manifest, ...]:
    """MetricTemplates, the Canary, and last the Deployment, whose change begins it.

    seen: the `lastAppliedSpec` that Flagger has at the moment, by which a failure from before is told apart.
    """
    judged = _judged(served, told)
    found = _metrics(served) if judged else ()
    canary: Manifest = {
        "apiVersion": _API,
        "kind": "Canary",
        "metadata": served.metadata(digest=told.candidate, before=told.before, begun=begun, seen=seen),
        "spec": {
            "provider": served.kubernetes.router,
            "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": served.name},
            "progressDeadlineSeconds": served.kubernetes.ready.seconds + 60,
            "skipAnalysis": not judged,
            "service": {"port": served.kubernetes.port, "targetPort": served.kubernetes.port},
            "analysis": _analysis(served, told, found if judged else ()),
            **_routed(served),
        },
    }
    templates = (_template(served, metric) for metric in found)
    return (*templates, canary, deployment(served, told.candidate))


def deployment(served: Served, digest: str) -> Manifest:
    """The Deployment that Flagger watches."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": served.metadata(digest=digest),
        "spec": {
            "replicas": served.kubernetes.replicas,
            "selector": {"matchLabels": served.selector},
            "template": template(served, digest),
        },
    }


def template_names(served: Served) -> tuple[str, ...]:
    """The names of its MetricTemplates."""
    found = _metrics(served) if served.kubernetes.prometheus else ()
    return tuple(f"{served.name}-{metric.name}" for metric in found)


def _judged(served: Served, told: Rollout) -> bool:
    return bool(told.before and served.kubernetes.prometheus and served.settings.strategy is not Strategy.REPLACE)


def _metrics(served: Served) -> tuple[Metric, ...]:
    prometheus, pace = served.kubernetes.prometheus, Pace.of(served.settings)
    assert prometheus
    asked = [
        Asked(digest=f"{{{{ variables.{who} }}}}", label=f"{{{{ variables.{who}_label }}}}", range=pace.own)
        for who in ("candidate", "before")
    ]
    return metrics(served.settings.criteria, prometheus, *asked)


def _template(served: Served, metric: Metric) -> Manifest:
    prometheus = served.kubernetes.prometheus
    assert prometheus
    address = f"http://{prometheus.service}.{prometheus.namespace}.svc:{prometheus.port}"
    return {
        "apiVersion": _API,
        "kind": "MetricTemplate",
        "metadata": served.metadata(f"{served.name}-{metric.name}"),
        "spec": {"provider": {"type": "prometheus", "address": address}, "query": metric.query},
    }


def _analysis(served: Served, told: Rollout, found: tuple[Metric, ...]) -> Manifest:
    pace = Pace.of(served.settings)
    variables = {
        "candidate": told.candidate,
        "candidate_label": naming.digest_label(told.candidate),
        "before": told.before,
        "before_label": naming.digest_label(told.before) if told.before else "",
    }
    made: Manifest = {
        "interval": f"{pace.pause}s",
        # Flagger has no third outcome: what is undecided is a failed check, and so many of them are the way back.
        "threshold": max(1, pace.patience // pace.pause),
        "metrics": [
            {
                "name": metric.name,
                "interval": f"{pace.pause}s",
                "templateRef": {"name": f"{served.name}-{metric.name}"},
                "templateVariables": variables,
                "thresholdRange": {"max": metric.kept},
            }
            for metric in found
        ],
    }
    if served.settings.strategy is Strategy.CANARY:
        return {**made, "stepWeights": [int(share) for share in told.steps if share < 100] or [50]}
    # Blue-green: the candidate gets copies while it is judged, since otherwise it would get nothing at all.
    return {**made, "iterations": _ITERATIONS, **({"mirror": True} if served.kubernetes.router == "istio" else {})}


def _routed(served: Served) -> Manifest:
    if served.kubernetes.router != "nginx":
        return {}
    name = served.kubernetes.route or served.name
    return {"ingressRef": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": name}}


def progress(canary: Manifest | None, primary: Manifest | None) -> Progress:
    """How a Canary stands, with the Deployment `NAME-primary`; nothing live where there is none."""
    if canary is None:
        return Progress(candidate="", phase=Phase.DONE)
    candidate = text(canary, "metadata", "annotations", naming.DIGEST)
    live = digest_of(at(primary, "spec", "template", "spec"))
    said = text(canary, "status", "phase")
    phase = Phase.DONE if live == candidate and said in _SETTLED else _unfinished(canary, said)
    share = number(canary, "status", "canaryWeight")
    traffic = Traffic(live=live)
    if phase is Phase.RUNNING and live and live != candidate and 0 < share < 100:
        traffic = Traffic(live=live, canary=candidate, share=share)
    return Progress(candidate=candidate, phase=phase, traffic=traffic, why=condition(canary, "Promoted")[1] or said)


def _unfinished(canary: Manifest, said: str) -> Phase:
    before = text(canary, "metadata", "annotations", "mlgitlab/seen")
    noticed = text(canary, "status", "lastAppliedSpec") != before
    return Phase.FAILED if said == "Failed" and noticed else Phase.RUNNING
