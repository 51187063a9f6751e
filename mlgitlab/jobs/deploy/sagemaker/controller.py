"""SageMaker as a `Controller`: it shifts the traffic and watches its alarms; we tell it once, and follow."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.errors import WorldError
from mlgitlab.jobs.deploy.sagemaker.endpoint import Console, Found
from mlgitlab.jobs.deploy.target import Phase, Progress, Rollout, Traffic
from mlgitlab.store import digests

_CANDIDATE, _BEFORE = "mlgitlab:candidate", "mlgitlab:before"
_STUCK = frozenset({"OutOfService", "Failed", "UpdateRollbackFailed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SageMakerEndpoint:
    """The endpoint of one model in one environment."""

    console: Console

    def begin(self, rollout: Rollout) -> None:
        """Make the model and the configuration, and let the endpoint move there."""
        to = self.console.configured(rollout.candidate)
        self.console.move(to, {_CANDIDATE: rollout.candidate, _BEFORE: rollout.before})

    def progress(self) -> Progress:
        """What the endpoint says. Moving back after an alarm is not the end of it: only standing still is."""
        found = self.console.found()
        candidate = found.tags.get(_CANDIDATE, "")
        traffic = Traffic(live=_live(found))
        if found.is_moving:
            return Progress(candidate=candidate, phase=Phase.RUNNING, traffic=traffic, why=found.why or found.status)
        good = not found.status or (found.status == "InService" and found.live == candidate)
        if good:
            return Progress(candidate=candidate, phase=Phase.DONE, traffic=traffic)
        why = found.why or "SageMaker has gone back, and does not say why: look at the alarms"
        stuck = f"{found.status}: " if found.status in _STUCK else ""
        return Progress(candidate=candidate, phase=Phase.FAILED, traffic=traffic, why=f"{stuck}{why}")

    def undo(self, before: str) -> None:
        """Move all at once to the model before, without alarms; without one, the endpoint is deleted."""
        if not before:
            self.console.delete()
            return
        self.console.settle()
        self.console.move(self.console.configured(before), {_CANDIDATE: before, _BEFORE: ""}, back=True)
        found = self.console.settle()
        if found.status != "InService" or found.live != before:
            what = f"{digests.short(before)} is not back: the endpoint is {found.status or 'gone'}"
            raise WorldError(what, found.why or "look at it in the console of SageMaker")


def _live(found: Found) -> str:
    """While an endpoint is created nobody answers; while it is updated its configuration is still the one before."""
    return "" if found.status in ("Creating", "Failed", "OutOfService") else found.live
