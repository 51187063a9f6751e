"""What GitLab.com's own GPU runners will not do with the steps that would run on them.

https://docs.gitlab.com/ci/runners/hosted_runners/ and .../gpu_enabled/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlgitlab.config.gpus import HOSTED_LIMIT, is_hosted
from mlgitlab.config.schema import Tier
from mlgitlab.planning.steps import StepSpec

_WITH_GPUS = frozenset({Tier.TRIAL, Tier.PREMIUM, Tier.ULTIMATE})


def too_long(steps: Iterable[StepSpec]) -> Iterator[tuple[str, str]]:
    """Each step that may be ended before its own time limit, and the sentence that says so."""
    for step in steps:
        if is_hosted(step.tags) and step.timeout > HOSTED_LIMIT:
            yield (
                step.id,
                f"GitLab.com ends jobs on its own runners after {HOSTED_LIMIT}, and its limit is {step.timeout}",
            )


def wrong_tier(steps: Iterable[StepSpec], tier: Tier | None) -> str:
    """The sentence that the tier may have no such runners; empty where it has, or none is asked for."""
    if tier in _WITH_GPUS or not any(is_hosted(step.tags) for step in steps):
        return ""
    return f"GPU runners of GitLab.com are for Premium and Ultimate (gitlab.tier is {tier or 'not set'})"
