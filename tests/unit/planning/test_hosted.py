"""What GitLab.com's own GPU runners will not do is said before a job finds out."""

from __future__ import annotations

import pytest

from mlgitlab.config.schema import Tier
from mlgitlab.planning import hosted
from mlgitlab.planning.advice import advise
from tests.projects import config, steps

TEXT = """
    version: 1
    gitlab: {tier: free}
    gpus: {t4: {hosted: true}, mine: {tags: [gpu]}}
    models:
      long: {paths: long, gpu: t4, train: {command: x, timeout: 3h 1m}}
      short: {paths: short, gpu: t4, train: {command: x, timeout: 3h}}
      ours: {paths: ours, gpu: mine, train: {command: x, timeout: 9h}}
      tagged: {paths: tagged, tags: [saas-linux-medium-amd64-gpu-standard], train: {command: x, timeout: 4h}}
"""


def test_a_limit_beyond_three_hours_is_named_wherever_the_tag_comes_from() -> None:
    found = dict(hosted.too_long(steps(TEXT).values()))
    assert found.keys() == {"long:train", "tagged:train"}
    assert found["long:train"] == "GitLab.com ends jobs on its own runners after 3h, and its limit is 3h 1m"


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        (None, "not set"),
        (Tier.FREE, "free"),
        (Tier.TRIAL, ""),
        (Tier.PREMIUM, ""),
        (Tier.ULTIMATE, ""),
    ],
)
def test_a_tier_without_them_is_named(tier: Tier | None, said: str) -> None:
    found = hosted.wrong_tier(steps(TEXT).values(), tier)
    assert (said in found) if said else not found
    assert not hosted.wrong_tier([step for step in steps(TEXT).values() if step.owner == "ours"], tier)


def test_lint_says_so_too() -> None:
    keys = {advice.key for advice in advise(config(TEXT), steps(TEXT), [], {})}
    assert {"long:train", "tagged:train", "gitlab.tier"} <= keys
