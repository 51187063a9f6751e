"""Of each controller in the fake cluster as much as a rollout needs: its next step, whenever an object is looked at."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.cluster_kinds import digest_of, hashed

_LOOKS = 2  # how often an object is looked at until its controller is done


@dataclass
class Controllers:
    """What is there, and what the controllers find about a model: `good`, `bad`, `undecided`, `broken`, `slow`."""

    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    looks: dict[tuple[str, str], int] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)
    writes: int = 0

    def verdict(self, digest: str) -> str:
        return self.verdicts.get(digest, "good")

    def put(self, kind: str, name: str, manifest: dict[str, Any]) -> None:
        """Keep what a controller writes; a new specification is a new generation."""
        key = (kind, name)
        self.writes += 1
        before = self.objects.get(key)
        generation = before["metadata"]["generation"] if before else 0
        changed = before is None or before["spec"] != manifest["spec"]
        manifest["metadata"]["generation"] = generation + changed
        manifest["metadata"]["uid"] = f"uid-{kind}-{name}"
        manifest["metadata"]["resourceVersion"] = str(self.writes)
        if changed:
            self.looks[key] = 0
        self.objects[key] = manifest

    def look(self, plural: str, name: str) -> dict[str, Any] | None:
        """An object, after its controller has done its next step."""
        found = self.objects.get((plural, name))
        if found is None:
            return None
        self.looks[plural, name] = self.looks.get((plural, name), 0) + 1
        step = {
            "deployments": self._deployment,
            "rollouts": self._rollout,
            "canaries": self._canary,
            "inferenceservices": self._inference_service,
        }.get(plural)
        if step:
            step(name, found, self.looks[plural, name])
        return found

    def _deployment(self, _name: str, found: dict[str, Any], looks: int) -> None:
        digest, replicas = digest_of(found["spec"]["template"]), found["spec"].get("replicas", 1)
        status: dict[str, Any] = {"observedGeneration": found["metadata"]["generation"], "replicas": replicas}
        if self.verdict(digest) == "broken" and looks > _LOOKS:
            why = f'ReplicaSet "{found["metadata"]["name"]}" has timed out progressing.'
            status["conditions"] = [{"type": "Progressing", "status": "False", "message": why}]
        elif self.verdict(digest) != "broken" and looks > 1:
            status |= {"updatedReplicas": replicas, "availableReplicas": replicas, "readyReplicas": replicas}
        found["status"] = status

    def _rollout(self, name: str, found: dict[str, Any], looks: int) -> None:
        spec, status = found["spec"], found.setdefault("status", {})
        current, digest = hashed(spec["template"]), digest_of(spec["template"])
        status |= {"observedGeneration": str(found["metadata"]["generation"]), "currentPodHash": current}
        for field_ in ("pauseConditions", "message", "canary", "abort"):
            status.pop(field_, None)
        fast = status.get("stableRS") in (None, current) or current in status.get("old", [])
        verdict = self.verdict(digest)
        if (fast or (looks > _LOOKS and verdict == "good")) and verdict != "broken":
            status["old"] = [*status.get("old", []), current]
            status |= {"phase": "Healthy", "stableRS": current}
            self._select(name, current)
        elif looks <= _LOOKS:
            status |= {
                "phase": "Paused" if looks == _LOOKS else "Progressing",
                "message": "more replicas need to be updated",
            }
            if "trafficRouting" in spec["strategy"].get("canary", {}):
                weight = spec["strategy"]["canary"]["steps"][0]["setWeight"]
                weights = {"canary": {"weight": weight}, "stable": {"weight": 100 - weight}}
                status["canary"] = {"weights": weights}
                status["pauseConditions"] = [{"reason": "CanaryPauseStep", "startTime": "2030-01-01T00:00:00Z"}]
        elif verdict == "undecided":
            reason = "InconclusiveAnalysisRun"
            paused = [{"reason": reason, "startTime": "2030-01-01T00:00:00Z"}]
            status |= {"phase": "Paused", "message": reason, "pauseConditions": paused}
        elif verdict == "slow":
            status |= {"phase": "Progressing", "message": "waiting"}
        else:
            why = (
                f'RolloutAborted: Rollout aborted update to revision 2: Metric "error-rate" assessed Failed: {verdict}'
            )
            status |= {"phase": "Degraded", "abort": True, "message": why}

    def _select(self, name: str, current: str) -> None:
        """Argo Rollouts adds the hash of the pods to the selectors of the Services."""
        for plural, each in list(self.objects):
            if plural == "services" and each in (name, f"{name}-canary", f"{name}-preview"):
                self.objects[plural, each]["spec"]["selector"]["rollouts-pod-template-hash"] = current

    def _canary(self, name: str, found: dict[str, Any], _looks: int) -> None:
        target = self.objects.get(("deployments", name))
        if target is None:
            return
        status, template = found.setdefault("status", {}), target["spec"]["template"]
        now, primary = hashed(template), self.objects.get(("deployments", f"{name}-primary"))
        if primary is None:
            self._promote(name, target)
            status |= {"phase": "Initialized", "lastAppliedSpec": now, "lastPromotedSpec": now, "canaryWeight": 0}
        elif status.get("lastAppliedSpec") != now:
            status["lastAppliedSpec"] = now
            if found["spec"].get("skipAnalysis"):
                self._promote(name, target)
                status |= {"phase": "Succeeded", "lastPromotedSpec": now, "canaryWeight": 0}
            else:
                status |= {"phase": "Progressing", "looks": 0}
        elif status["phase"] == "Progressing":
            status["looks"] += 1
            status["canaryWeight"] = next(iter(found["spec"]["analysis"].get("stepWeights", [0])))
            if status["looks"] > _LOOKS:
                self._decided(name, target, status, now)

    def _decided(self, name: str, target: dict[str, Any], status: dict[str, Any], now: str) -> None:
        good = self.verdict(digest_of(target["spec"]["template"])) == "good"
        status["canaryWeight"] = 0
        target["spec"]["replicas"] = 0
        if good:
            self._promote(name, target)
            status |= {"phase": "Succeeded", "lastPromotedSpec": now}
            return
        why = "Canary analysis failed, Deployment scaled to zero."
        condition = {"type": "Promoted", "status": "False", "reason": "Failed", "message": why}
        status |= {"phase": "Failed", "conditions": [condition]}

    def _promote(self, name: str, target: dict[str, Any]) -> None:
        made = copy.deepcopy(target)
        made["metadata"] = {"name": f"{name}-primary", "generation": 1}
        self.put("deployments", f"{name}-primary", made)

    def _inference_service(self, _name: str, found: dict[str, Any], looks: int) -> None:
        predictors = [found["spec"]["predictor"], *(each["predictor"] for each in found["spec"].get("canary", []))]
        broken = [each for each in predictors if self.verdict(digest_of({"spec": each})) == "broken"]
        ready = looks > 1 and not broken
        status: dict[str, Any] = {
            "observedGeneration": found["metadata"]["generation"],
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "canaryStatuses": [
                {"name": each["predictor"]["name"], "ready": ready, "trafficPercent": each["trafficPercent"]}
                for each in found["spec"].get("canary", [])
            ],
        }
        if broken and looks > _LOOKS:
            failure = {"reason": "ModelLoadFailed", "message": "the model cannot be loaded"}
            status["modelStatus"] = {"transitionStatus": "BlockedByFailedLoad", "lastFailureInfo": failure}
        found["status"] = status
