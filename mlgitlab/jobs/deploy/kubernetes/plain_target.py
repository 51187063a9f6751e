"""Deployments behind one Service as a `Target`: everything goes to one model, and the other stays ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.kubernetes import naming, plain
from mlgitlab.jobs.deploy.kubernetes.manifest import Cluster, Manifest
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from mlgitlab.jobs.deploy.kubernetes.prometheus import Numbers
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.jobs.train.world import Clock
from mlgitlab.store import digests

_TICK = 2.0
_ROOMS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueGreenService:
    """The Service of one model in one environment, and the Deployments behind it."""

    served: Served
    cluster: Cluster
    clock: Clock

    def standing(self) -> Standing:
        """Who the Service selects, and whose pods are all available."""
        live = plain.live(self.cluster.get(plain.SERVICE, self.served.name))
        warm = frozenset(plain.digest(each) for each in self._deployments() if plain.is_ready(each))
        return Standing(traffic=Traffic(live=live), warm=warm)

    def room(self, _digest: str) -> None:
        """Pods fetch the files by themselves, and verify them."""

    def place(self, digest: str) -> None:
        """Apply its Deployment, and wait until every pod is available."""
        found = self._deployments()
        if not any(plain.digest(each) == digest for each in found):
            self._make_room(found)
        self.cluster.apply([plain.deployment(self.served, digest)])
        self._wait(digest)

    def ask(self, _digest: str, _question: Question) -> Answer:
        """UsageError: from here there is no way to a pod."""
        raise UsageError("the target `kubernetes` cannot be asked past its traffic", "take `synthetic` away")

    def route(self, traffic: Traffic) -> None:
        """Let the Service select one model."""
        if traffic.canary or traffic.shadow:
            raise UsageError("a Service sends everything to one model", "`argo-rollouts` and `kserve` can do more")
        if traffic.reached - self.standing().warm:
            raise RefusedError(f"{digests.short(traffic.live)} is not ready", "place it first")
        self.cluster.apply([plain.service(self.served, traffic.live)])

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What Prometheus has of every model that is there."""
        prometheus = self.served.kubernetes.prometheus
        if prometheus is None:
            return {}
        models = [plain.digest(each) for each in self._deployments()]
        return Numbers(settings=prometheus, cluster=self.cluster).seen(models, since, until)

    def remove(self, digest: str) -> None:
        """Delete its Deployment; Kubernetes lets its pods answer to their end."""
        if digest in self.standing().traffic.reached:
            raise RefusedError(f"{digests.short(digest)} gets requests", "let others answer first")
        self.cluster.delete(plain.DEPLOYMENT, naming.with_digest(self.served.name, digest))

    def _deployments(self) -> tuple[Manifest, ...]:
        found = self.cluster.listed(plain.DEPLOYMENT, self.served.selector)
        return tuple(each for each in found if plain.digest(each))

    def _make_room(self, found: tuple[Manifest, ...]) -> None:
        """GPUs are dear: no more than two models are there at once."""
        live = self.standing().traffic.live
        idle = sorted(plain.digest(each) for each in found if plain.digest(each) != live)
        for digest in idle[: max(0, len(found) - _ROOMS + 1)]:
            self.remove(digest)

    def _wait(self, digest: str) -> None:
        name = naming.with_digest(self.served.name, digest)
        until = self.clock.seconds() + self.served.kubernetes.ready.seconds
        while True:
            found = self.cluster.get(plain.DEPLOYMENT, name)
            if found is None:
                raise WorldError(f"the Deployment {name} is gone", "somebody deleted it; run it again")
            if plain.is_ready(found):
                return
            if why := plain.trouble(found):
                raise RefusedError(
                    f"{digests.short(digest)} does not start: {why}", f"kubectl describe deployment {name}"
                )
            if self.clock.seconds() > until:
                what = f"{digests.short(digest)} is not ready after {self.served.kubernetes.ready}"
                raise RefusedError(what, f"kubectl describe deployment {name}")
            self.clock.sleep(_TICK)
