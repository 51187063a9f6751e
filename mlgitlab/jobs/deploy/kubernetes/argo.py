"""Argo Rollouts: the manifests of a rollout, and what its status says.

Specification: https://argo-rollouts.readthedocs.io/en/stable/features/specification/
"""

from __future__ import annotations

from collections.abc import Sequence

from mlgitlab.config.deploy import Strategy
from mlgitlab.jobs.deploy.answers import number, rows, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.gpus import SURGE
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest, condition, is_observed
from mlgitlab.jobs.deploy.kubernetes.pace import Pace
from mlgitlab.jobs.deploy.kubernetes.pods import Served, template
from mlgitlab.jobs.deploy.kubernetes.queries import Asked, Metric, metrics
from mlgitlab.jobs.deploy.target import Phase, Progress, Rollout, Traffic

_API = "argoproj.io/v1alpha1"
ROLLOUT = "rollouts.argoproj.io"
TEMPLATE = "analysistemplates.argoproj.io"
SERVICE = "services"
# How many revisions back need no steps: https://argo-rollouts.readthedocs.io/en/stable/features/rollback/
_WINDOW = 3
_INCONCLUSIVE = "InconclusiveAnalysisRun"


def rollout(served: Served, told: Rollout, begun: str = "") -> tuple[Manifest, ...]:
    """The AnalysisTemplate, where there is something to judge by, and the Rollout."""
    settings = served.kubernetes
    found = [analysis(served)] if _judged(served, told) else []
    made: Manifest = {
        "apiVersion": _API,
        "kind": "Rollout",
        "metadata": served.metadata(digest=told.candidate, before=told.before, begun=begun),
        "spec": {
            "replicas": settings.replicas,
            "revisionHistoryLimit": _WINDOW,
            "rollbackWindow": {"revisions": _WINDOW},
            # Without the abort, a model that does not load would wait for ever.
            "progressDeadlineSeconds": settings.ready.seconds + 60,
            "progressDeadlineAbort": True,
            "selector": {"matchLabels": served.selector},
            "template": template(served, told.candidate),
            "strategy": _strategy(served, told),
        },
    }
    return (*found, made)


def services(served: Served) -> tuple[Manifest, ...]:
    """The Services that the Rollout needs.

    Argo Rollouts writes a hash into their selectors, which are replaced whole when they are applied: so they are made
    once, and never again.
    """
    names = [served.name]
    if served.settings.strategy is Strategy.BLUE_GREEN:
        names.append(f"{served.name}-preview")
    elif served.kubernetes.router != "none":
        names.append(f"{served.name}-canary")
    port = served.kubernetes.port
    return tuple(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": served.metadata(name),
            "spec": {"selector": served.selector, "ports": [{"name": "http", "port": port, "targetPort": port}]},
        }
        for name in names
    )


def analysis(served: Served) -> Manifest:
    """The criteria: each limit with a condition for success and one for failure, and how long it may be neither."""
    prometheus, pace = served.kubernetes.prometheus, Pace.of(served.settings)
    assert prometheus
    asked = [
        Asked(digest=_argument(who), label=_argument(f"{who}-label"), range=_argument(when))
        for who, when in (("candidate", "own"), ("before", "reference"))
    ]
    address = f"http://{prometheus.service}.{prometheus.namespace}.svc:{prometheus.port}"
    found = metrics(served.settings.criteria, prometheus, *asked)
    return {
        "apiVersion": _API,
        "kind": "AnalysisTemplate",
        "metadata": served.metadata(),
        "spec": {
            "args": [{"name": name} for name in _ARGUMENTS],
            "metrics": [_measured(metric, address, pace) for metric in found],
        },
    }


_ARGUMENTS = ("candidate", "candidate-label", "before", "before-label", "own", "reference")


def _argument(name: str) -> str:
    return f"{{{{args.{name}}}}}"


def _measured(metric: Metric, address: str, pace: Pace) -> Manifest:
    return {
        "name": metric.name,
        "interval": f"{pace.interval}s",
        # One success is one: the query looks back over the whole pause, and has the test built in.
        "consecutiveSuccessLimit": 1,
        "failureLimit": 0,
        "inconclusiveLimit": pace.undecided,
        "consecutiveErrorLimit": pace.undecided,
        # A query without a value is neither: no traffic is no success.
        "successCondition": f"len(result) > 0 && result[0] <= {metric.kept:g}",
        "failureCondition": f"len(result) > 0 && result[0] > {metric.broken:g}",
        "provider": {"prometheus": {"address": address, "query": metric.query}},
    }


def _judged(served: Served, told: Rollout) -> bool:
    return bool(told.before and served.kubernetes.prometheus and served.settings.strategy is not Strategy.REPLACE)


def _analysed(served: Served, told: Rollout, reference: str) -> Manifest:
    values = (
        told.candidate,
        naming.digest_label(told.candidate),
        told.before,
        naming.digest_label(told.before),
        Pace.of(served.settings).own,
        reference,
    )
    arguments = [{"name": name, "value": value} for name, value in zip(_ARGUMENTS, values, strict=True)]
    return {"templates": [{"templateName": served.name}], "args": arguments}


def _strategy(served: Served, told: Rollout) -> Manifest:
    window = served.settings.rollback.window.seconds
    if served.settings.strategy is Strategy.BLUE_GREEN:
        return {"blueGreen": _blue_green(served, told, window)}
    canary: Manifest = {"maxSurge": SURGE, "maxUnavailable": 0, "steps": list(_steps(served, told))}
    if served.kubernetes.router != "none":
        canary |= {
            "stableService": served.name,
            "canaryService": f"{served.name}-canary",
            "scaleDownDelaySeconds": window,
            "trafficRouting": _routing(served),
        }
    return {"canary": canary}


def _blue_green(served: Served, told: Rollout, window: int) -> Manifest:
    made: Manifest = {
        "activeService": served.name,
        "previewService": f"{served.name}-preview",
        "autoPromotionEnabled": True,
        # The model before stays ready as long as a rollback may want it.
        "scaleDownDelaySeconds": window,
    }
    if _judged(served, told):
        pace = Pace.of(served.settings)
        made["postPromotionAnalysis"] = _analysed(served, told, pace.earlier)
    return made


def _steps(served: Served, told: Rollout) -> Sequence[Manifest]:
    if not _judged(served, told):
        return ()
    pace = Pace.of(served.settings)
    found: list[Manifest] = []
    for share in told.steps:
        reference = pace.own if share < 100 else pace.earlier
        found += [
            {"setWeight": int(share)},
            {"pause": {"duration": f"{pace.pause}s"}},
            {"analysis": _analysed(served, told, reference)},
        ]
    return found


def _routing(served: Served) -> Manifest:
    route = served.kubernetes.route or served.name
    if served.kubernetes.router == "nginx":
        return {"nginx": {"stableIngress": route}}
    return {"istio": {"virtualService": {"name": route}}}


def progress(found: Manifest | None) -> Progress:
    """How a Rollout stands; nothing live where there is none."""
    if found is None:
        return Progress(candidate="", phase=Phase.DONE)
    candidate = text(found, "metadata", "annotations", naming.DIGEST)
    before = text(found, "metadata", "annotations", "mlgitlab/before")
    phase = _phase(found)
    why = text(found, "status", "message") or condition(found, "Progressing")[1]
    return Progress(candidate=candidate, phase=phase, traffic=_traffic(found, candidate, before, phase), why=why)


def _phase(found: Manifest) -> Phase:
    if not is_observed(found):
        return Phase.RUNNING
    reasons = {text(row, "reason") for row in rows(found, "status", "pauseConditions")}
    said = text(found, "status", "phase")
    if said == "Degraded":
        return Phase.FAILED
    if said == "Paused" and _INCONCLUSIVE in reasons:
        return Phase.HELD
    stable, current = text(found, "status", "stableRS"), text(found, "status", "currentPodHash")
    return Phase.DONE if said == "Healthy" and stable and stable == current else Phase.RUNNING


def _traffic(found: Manifest, candidate: str, before: str, phase: Phase) -> Traffic:
    if phase is Phase.DONE:
        return Traffic(live=candidate)
    share = number(found, "status", "canary", "weights", "canary", "weight")
    if before and phase is not Phase.FAILED and 0 < share < 100:
        return Traffic(live=before, canary=candidate, share=share)
    return Traffic(live=before)
