"""The steps of each strategy, and how long they may take."""

from __future__ import annotations

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.plan import longest, plan
from mlgitlab.jobs.deploy.target import Traffic
from tests.deployments import settings

BASE = "target: command\ncommand: {standing: x, place: x, route: x, observe: x, timeout: 1s}\n"
CRITERIA = "criteria: {error_rate: {at_most: 1%}}\npause: 10s\n"
WHOLE = (Traffic(live="new"), True)


@pytest.mark.parametrize(
    ("how", "before", "steps"),
    [
        ("strategy: blue-green", "old", [WHOLE]),
        ("strategy: blue-green", "", [(Traffic(live="new"), False)]),
        ("strategy: replace", "old", [(Traffic(live="new"), False)]),
        (
            "strategy: canary",
            "old",
            [(Traffic(live="old", canary="new", share=share), True) for share in (5, 25)] + [WHOLE],
        ),
        (
            "strategy: canary\nshadow: 20%\nsteps: [50%, 100%]",
            "old",
            [
                (Traffic(live="old", shadow="new", sample=20), True),
                (Traffic(live="old", canary="new", share=50), True),
                WHOLE,
            ],
        ),
        (
            "strategy: shadow",
            "old",
            [(Traffic(live="old", shadow="new", sample=10), True), (Traffic(live="old"), False)],
        ),
    ],
)
def test_steps(how: str, before: str, steps: list[tuple[Traffic, bool]]) -> None:
    found = plan(settings(BASE + CRITERIA + how), "new", before)
    assert [(step.traffic, step.judged) for step in found.steps] == steps


def test_a_shadow_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="there is none"):
        plan(settings(BASE + CRITERIA + "strategy: shadow"), "new", "")


def test_each_step_may_be_undecided_for_its_patience() -> None:
    one, three = (longest(settings(BASE + CRITERIA + how)) for how in ("strategy: blue-green", "strategy: canary"))
    assert three - one == 2 * 40 + 2
    assert plan(settings(BASE + CRITERIA + "patience: 15s"), "new", "old").patience == 15


def test_a_plan_is_known_by_all_that_is_configured() -> None:
    one, other = (plan(settings(BASE + CRITERIA + f"steps: [{s}%, 100%]\nstrategy: canary"), "a", "b") for s in (5, 6))
    assert one.digest != other.digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"canary": "b", "share": 5.0},
        {"live": "a", "canary": "b"},
        {"live": "a", "share": 5.0},
        {"live": "a", "canary": "b", "share": 100.0},
        {"live": "a", "shadow": "b", "sample": 101.0},
    ],
)
def test_a_traffic_that_cannot_be_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"percent go to|no live model|is the live model"):
        Traffic(**wrong)  # type: ignore[arg-type]
