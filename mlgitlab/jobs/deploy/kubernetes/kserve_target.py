"""An InferenceService as a `Target`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.kubernetes import kserve
from mlgitlab.jobs.deploy.kubernetes.kserve import Holds, predictor, predictor_of, service
from mlgitlab.jobs.deploy.kubernetes.manifest import Cluster, Manifest
from mlgitlab.jobs.deploy.kubernetes.pods import Served
from mlgitlab.jobs.deploy.kubernetes.prometheus import Numbers
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.jobs.train.world import Clock
from mlgitlab.store import digests

_TICK = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceService:
    """The InferenceService of one model in one environment. The first model answers from when it is placed."""

    served: Served
    cluster: Cluster
    clock: Clock

    def standing(self) -> Standing:
        """What the InferenceService says."""
        return self._holds().standing()

    def room(self, _digest: str) -> None:
        """Pods fetch the files by themselves, and verify them."""

    def place(self, digest: str) -> None:
        """Let the InferenceService hold the model, with no share."""
        found, now = self._found(), self._holds()
        standing = now.standing()
        if digest not in standing.warm:
            if standing.traffic.canary:
                raise RefusedError("every model gets requests", "finish what is under way")
            self.cluster.apply([self._placed(found, standing.traffic.live, digest)])
        self._wait(digest)

    def ask(self, _digest: str, _question: Question) -> Answer:
        """UsageError: from here there is no way to a pod."""
        raise UsageError("the target `kserve` cannot be asked past its traffic", "take `synthetic` away")

    def route(self, traffic: Traffic) -> None:
        """Let the shares be so; a share is a whole number of percent."""
        if traffic.shadow:
            raise UsageError("KServe sends no copies of requests", "take `shadow` away")
        if not traffic.live:
            # With nobody to answer there is nothing to hold.
            self.cluster.delete(kserve.SERVICE, self.served.name)
            return
        if missing := traffic.reached - self._holds().standing().warm:
            raise RefusedError(f"{' and '.join(sorted(map(digests.short, missing)))} is not ready", "place it first")
        if self.standing().traffic != traffic:
            self.cluster.apply([self._routed(traffic)])
        self._wait(traffic.live)

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What Prometheus has of both models."""
        prometheus = self.served.kubernetes.prometheus
        if prometheus is None:
            return {}
        return Numbers(settings=prometheus, cluster=self.cluster).seen(self.standing().warm, since, until)

    def remove(self, digest: str) -> None:
        """Let the InferenceService hold it no more. In serverless mode Knative collects revisions by itself."""
        standing = self.standing()
        if digest in standing.traffic.reached:
            raise RefusedError(f"{digests.short(digest)} gets requests", "let others answer first")
        if digest not in standing.warm:
            return
        if not standing.traffic.live:
            self.cluster.delete(kserve.SERVICE, self.served.name)
        elif not kserve.is_serverless(self.served):
            main = predictor_of(self._found(), standing.traffic.live)
            assert main
            self.cluster.apply([service(self.served, main, None, 0, answers="yes")])

    def _found(self) -> Manifest | None:
        return self.cluster.get(kserve.SERVICE, self.served.name)

    def _holds(self) -> Holds:
        return kserve.holds(self.served, self._found())

    def _placed(self, found: Manifest | None, live: str, digest: str) -> Manifest:
        new = predictor(self.served, digest)
        if not live:
            return service(self.served, new, None, 0, answers="no")
        if kserve.is_serverless(self.served):
            return service(self.served, {**new, "canaryTrafficPercent": 0}, None, 0, answers="yes", before=live)
        main = predictor_of(found, live) or predictor(self.served, live)
        return service(self.served, main, new, 0, answers="yes")

    def _routed(self, traffic: Traffic) -> Manifest:
        found, now = self._found(), self._holds()
        if kserve.is_serverless(self.served):
            return self._shared(found, now, traffic)
        main = predictor_of(found, traffic.live)
        assert main
        beside = next(iter({now.main, now.other} - {traffic.live, ""}), "")
        return service(self.served, main, predictor_of(found, beside), traffic.share, answers="yes")

    def _shared(self, found: Manifest | None, now: Holds, traffic: Traffic) -> Manifest:
        """In serverless mode the newest revision stays what it is, and only its share changes."""
        newest = now.other or now.main
        main = predictor_of(found, newest)
        assert main
        rest = {key: value for key, value in main.items() if key != "canaryTrafficPercent"}
        if traffic.live == newest:
            return service(self.served, rest, None, 0, answers="yes")
        share = int(traffic.share)
        return service(self.served, {**rest, "canaryTrafficPercent": share}, None, 0, answers="yes", before=now.main)

    def _wait(self, digest: str) -> None:
        until = self.clock.seconds() + self.served.kubernetes.ready.seconds
        while True:
            found = self._found()
            if found is None:
                raise WorldError(
                    f"the InferenceService {self.served.name} is gone", "somebody deleted it; run it again"
                )
            if kserve.is_ready(found):
                return
            hint = f"kubectl describe inferenceservice {self.served.name}"
            if why := kserve.trouble(found):
                raise RefusedError(f"{digests.short(digest)} does not start: {why}", hint)
            if self.clock.seconds() > until:
                raise RefusedError(f"{digests.short(digest)} is not ready after {self.served.kubernetes.ready}", hint)
            self.clock.sleep(_TICK)
