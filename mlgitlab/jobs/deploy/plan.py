"""From what is configured to the steps of one deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from mlgitlab.config.deploy import CONTROLLED, Deployment, ShadowTraffic, Strategy
from mlgitlab.config.scalars import Percent
from mlgitlab.config.show import as_data
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.target import Traffic
from mlgitlab.store import digests

_CANARY = (Percent(5), Percent(25), Percent(100))
_PATIENCE = 4
_AROUND = 900.0  # seconds for fetching, testing, draining and the way back


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A state of the traffic, and whether the candidate is judged in it."""

    traffic: Traffic
    judged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is decided before a deployment begins. Durations are seconds; `digest` names all of the configuration."""

    candidate: str
    before: str
    settings: Deployment
    steps: tuple[Step, ...]

    @property
    def pause(self) -> float:
        """How long a step is judged at least."""
        return float(self.settings.pause.seconds)

    @property
    def patience(self) -> float:
        """How long it may stay inconclusive."""
        given = self.settings.patience
        return float(given.seconds) if given else _PATIENCE * self.pause

    @property
    def promotes(self) -> bool:
        """Whether the candidate is the model of the environment in the end."""
        return self.settings.strategy is not Strategy.SHADOW

    @property
    def digest(self) -> str:
        """The SHA-256 of what is configured."""
        return digests.of(json.dumps(as_data(self.settings), sort_keys=True).encode())


def plan(settings: Deployment, candidate: str, before: str) -> Plan:
    """The steps from `before` (empty for the first deployment) to a candidate.

    Without a model before there is nothing to compare with: the candidate answers everything once it is tested. A
    target with a controller of its own has one step, which the controller divides.
    UsageError for a shadow of nothing.
    """
    if settings.strategy is Strategy.SHADOW and not before:
        raise UsageError("a shadow gets copies of what a live model answers, and there is none", "deploy one first")
    steps = tuple(_steps(settings, candidate, before))
    return Plan(candidate=candidate, before=before, settings=settings, steps=steps)


def shares(settings: Deployment) -> tuple[Percent, ...]:
    """The shares of the users that a canary gets, the last all of them; only that for other strategies."""
    return (settings.steps or _CANARY) if settings.strategy is Strategy.CANARY else _CANARY[-1:]


def longest(settings: Deployment) -> float:
    """Seconds that a deployment may take, were each step undecided until the end; for the time limit of a job."""
    judged = plan(settings, "candidate", "before")
    places = (settings.nginx, settings.kubernetes, settings.sagemaker)
    loading = max(place.ready.seconds if place else 0 for place in places)
    scripts = settings.command.timeout.seconds * (len(judged.steps) + 2) if settings.command else 0
    waiting = judged.patience * sum(step.judged for step in judged.steps)
    if settings.target in CONTROLLED:
        waiting = (len(shares(settings)) + 1) * (judged.patience + loading)
    return waiting + 2 * loading + scripts + _AROUND


def _steps(settings: Deployment, candidate: str, before: str) -> Iterator[Step]:
    whole, is_shadow = Traffic(live=candidate), settings.strategy is Strategy.SHADOW
    if not before or settings.strategy is Strategy.REPLACE or (settings.target in CONTROLLED and not is_shadow):
        yield Step(traffic=whole, judged=False)
        return
    shadow = settings.shadow or (ShadowTraffic() if is_shadow else None)
    if shadow:
        yield Step(traffic=Traffic(live=before, shadow=candidate, sample=shadow.sample.value))
    if is_shadow:
        yield Step(traffic=Traffic(live=before), judged=False)
        return
    for share in shares(settings):
        if share.value < 100:
            yield Step(traffic=Traffic(live=before, canary=candidate, share=share.value))
    yield Step(traffic=whole)
