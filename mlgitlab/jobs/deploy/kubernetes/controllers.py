"""Argo Rollouts and Flagger as a `Controller`: told once, followed with a time limit, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mlgitlab.errors import WorldError
from mlgitlab.jobs.deploy import answers as read
from mlgitlab.jobs.deploy.journal import seconds, text
from mlgitlab.jobs.deploy.kubernetes import argo, flagger, naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Cluster, Manifest
from mlgitlab.jobs.deploy.kubernetes.pace import Pace
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from mlgitlab.jobs.deploy.kubernetes.prometheus import Numbers
from mlgitlab.jobs.deploy.target import Controller, Phase, Progress, Rollout, Seen, Traffic
from mlgitlab.jobs.train.world import Clock
from mlgitlab.store import digests

_TICK = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgoRollouts:
    """A Rollout and what belongs to it."""

    served: Served
    cluster: Cluster
    clock: Clock

    def begin(self, rollout: Rollout) -> None:
        """Apply the Rollout, unless it is about this model already."""
        if self.progress().candidate != rollout.candidate:
            self._apply(rollout)

    def progress(self) -> Progress:
        """What the Rollout says."""
        found = self.cluster.get(argo.ROLLOUT, self.served.name)
        return _in_time(argo.progress(found), found, self)

    def seen(self, since: float, until: float) -> Mapping[str, Seen]:
        """What Prometheus has of both models."""
        return _seen(self, argo.ROLLOUT, since, until)

    def undo(self, before: str) -> None:
        """Apply the model before again: Argo Rollouts goes back to it without steps while it is within its window."""
        if not before:
            for each in argo.services(self.served):
                self.cluster.delete(argo.SERVICE, read.text(each, "metadata", "name"))
            self.cluster.delete(argo.ROLLOUT, self.served.name)
            self.cluster.delete(argo.TEMPLATE, self.served.name)
            return
        self._apply(Rollout(candidate=before, before="", steps=(), pause=0))
        _wait(self, self.clock, before)

    def _apply(self, rollout: Rollout) -> None:
        missing = [
            each
            for each in argo.services(self.served)
            if self.cluster.get(argo.SERVICE, read.text(each, "metadata", "name")) is None
        ]
        begun = text(self.clock.now().timestamp())
        self.cluster.apply((*missing, *argo.rollout(self.served, rollout, begun)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagger:
    """A Canary and what belongs to it."""

    served: Served
    cluster: Cluster
    clock: Clock

    def begin(self, rollout: Rollout) -> None:
        """Apply the Canary and the Deployment, unless they are about this model already."""
        if self.progress().candidate != rollout.candidate:
            self._apply(rollout)

    def progress(self) -> Progress:
        """What the Canary says."""
        found = self.cluster.get(flagger.CANARY, self.served.name)
        primary = self.cluster.get(flagger.DEPLOYMENT, f"{self.served.name}-primary")
        return _in_time(flagger.progress(found, primary), found, self)

    def seen(self, since: float, until: float) -> Mapping[str, Seen]:
        """What Prometheus has of both models."""
        return _seen(self, flagger.CANARY, since, until)

    def undo(self, before: str) -> None:
        """Promote the model before, without an analysis: the primary has it still, or gets it again."""
        if before:
            self._apply(Rollout(candidate=before, before="", steps=(), pause=0))
            _wait(self, self.clock, before)
            return
        self.cluster.delete(flagger.CANARY, self.served.name)
        self.cluster.delete(flagger.DEPLOYMENT, self.served.name)
        for name in flagger.template_names(self.served):
            self.cluster.delete(flagger.TEMPLATE, name)

    def _apply(self, rollout: Rollout) -> None:
        seen = read.text(self.cluster.get(flagger.CANARY, self.served.name), "status", "lastAppliedSpec")
        begun = text(self.clock.now().timestamp())
        self.cluster.apply(flagger.rollout(self.served, rollout, begun, seen))


def _seen(control: ArgoRollouts | Flagger, kind: str, since: float, until: float) -> Mapping[str, Seen]:
    """What Prometheus has of the model that is rolled out, and of the one before, by the object of a kind."""
    prometheus = control.served.kubernetes.prometheus
    if prometheus is None:
        return {}
    found = control.cluster.get(kind, control.served.name)
    names = (read.text(found, "metadata", "annotations", name) for name in (naming.DIGEST, "mlgitlab/before"))
    return Numbers(settings=prometheus, cluster=control.cluster).seen(filter(None, names), since, until)


def _in_time(found: Progress, manifest: Manifest | None, control: ArgoRollouts | Flagger) -> Progress:
    """A rollout that takes too long has failed, whoever began it."""
    begun = read.text(manifest, "metadata", "annotations", "mlgitlab/begun")
    if found.phase is not Phase.RUNNING or not begun:
        return found
    settings = control.served.settings
    limit = Pace.of(settings).limit(settings.steps or (1, 2, 3))
    if control.clock.now().timestamp() - seconds(begun) <= limit:
        return found
    why = f"it is not done after {limit} s" + (f": {found.why}" if found.why else "")
    return replace(found, phase=Phase.FAILED, why=why)


def _wait(control: Controller, clock: Clock, digest: str) -> None:
    """Until the model answers everything; WorldError where the controller says otherwise."""
    while (now := control.progress()).phase is Phase.RUNNING:
        clock.sleep(_TICK)
    if now.traffic != Traffic(live=digest):
        raise WorldError(f"{digests.short(digest)} is not back: {now.phase}, {now.why}", "look at the cluster")
