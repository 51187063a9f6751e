"""A verdict in a sentence that somebody can act on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlgitlab.jobs.gate import report
from mlgitlab.jobs.gate.report.effect import Direction, effect, worst_first
from mlgitlab.jobs.gate.report.standing import Standing, standing
from mlgitlab.jobs.gate.ruling import Family, Interval, Judged, Outcome, Ruling
from tests.verdicts import EVERY, first, passing, same

NAME = "fraud (sha256:8f3ac1b0d92e)"
SENTENCES = {
    "pass": f"{NAME} is better than production: metrics.pr_auc on transactions-late +0.019 (95 % interval +0.007 to "
    "+0.031); all 34 mandatory checks pass, so it may be promoted.",
    "fail": f"{NAME} is worse than production: metrics.recall on transactions-late -0.031 (95 % interval -0.037 to "
    "-0.025), allowed is at most 0.01 below production; 13 of 32 mandatory checks fail, so do not promote it.",
    "inconclusive": f"Nobody can tell yet whether {NAME} may be promoted: 2 of 30 mandatory checks are inconclusive, "
    "first metrics.recall on transactions-late: the interval holds the margin: the loss may be allowed, or not; "
    "evaluate more rows (that one needs about 61,000), or let a person decide.",
    "bootstrap": f"{NAME} passes as the first model of its name, compared with nothing: all 5 mandatory checks pass, "
    "so it may be promoted.",
    "same": f"{NAME} is as good as production within noise: all 4 mandatory checks pass, so it may be promoted; "
    "expect no difference that rows like these can show.",
    "tolerated": f"{NAME} is worse than production, by less than the margin: metrics.roc_auc on transactions-late "
    "-0.0045 (95 % interval -0.0066 to -0.0024); all 4 mandatory checks pass, so it may be promoted if that loss is "
    "worth what else it brings.",
    "identical": f"{NAME} is the very model that is in production: there is nothing to promote.",
    "regression": "load (sha256:8f3ac1b0d92e) is better than production: metrics.rmse on transactions-late -1.2 kW "
    "(95 % interval -1.8 kW to -0.6 kW); all 4 mandatory checks pass, so it may be promoted.",
}


@pytest.mark.parametrize("name", EVERY)
def test_it_says_how_the_model_stands_why_and_what_to_do(name: str) -> None:
    assert report.sentence(EVERY[name]()) == SENTENCES[name]


def test_nothing_judged_is_no_pass() -> None:
    none = replace(first(), outcome=Outcome.INCONCLUSIVE, rulings=())
    assert "no mandatory check judged it, which is no pass" in report.sentence(none)


def test_a_fail_that_compares_nothing_is_not_called_worse() -> None:
    ruling = Ruling(rule="format.allowed", family=Family.FORMAT, outcome=Outcome.FAIL, why="model.pkl is a pickle.")
    verdict = replace(passing(), outcome=Outcome.FAIL, rulings=(*passing().rulings, ruling))
    assert standing(verdict) is Standing.REFUSED
    assert f"{NAME} is not acceptable: format.allowed: model.pkl is a pickle; 1 of 35" in report.sentence(verdict)


def test_production_that_breaks_a_rule_itself_is_not_passed_over() -> None:
    ruling = Ruling(rule="metrics.recall", family=Family.METRICS, outcome=Outcome.FAIL, why="0.6 is below 0.8")
    verdict = replace(EVERY["identical"](), outcome=Outcome.FAIL, rulings=(ruling,))
    assert report.sentence(verdict) == (
        f"{NAME} is the very model that is in production: there is nothing to promote, and 1 of 1 mandatory check "
        "fails, first metrics.recall: 0.6 is below 0.8; see whether production should be rolled back."
    )


def test_an_advisory_loss_does_not_make_a_model_worse() -> None:
    [compared, *others] = same().rulings
    lost = replace(compared, mandatory=False, difference=-0.2, interval=Interval(low=-0.3, high=-0.1))
    assert standing(replace(same(), rulings=(lost, compared, *others))) is Standing.SAME


@pytest.mark.parametrize(
    ("low", "high", "higher", "direction"),
    [
        (0.1, 0.2, True, Direction.BETTER),
        (0.1, 0.2, False, Direction.WORSE),
        (-0.2, -0.1, False, Direction.BETTER),
        (-0.2, 0.1, True, Direction.SAME),
        (0.0, 0.1, True, Direction.SAME),
        (0.1, 0.2, None, Direction.UNKNOWN),
        (float("-inf"), -0.1, True, Direction.WORSE),
    ],
)
def test_an_interval_on_one_side_of_no_difference_has_a_direction(
    low: float, high: float, higher: bool | None, direction: Direction
) -> None:
    found = effect(ruling(difference=0.0, interval=Interval(low=low, high=high), higher_is_better=higher))
    assert found is not None
    assert found.direction is direction


def test_what_an_interval_is_about_is_said_or_follows_from_where_it_lies() -> None:
    both = {"candidate": 0.95, "difference": 0.2, "ratio": 1.0}
    near_one, high = Interval(low=0.98, high=1.1), Interval(low=0.94, high=0.96)
    assert judged(**both, interval=near_one) is Judged.RATIO
    assert judged(**both, interval=Interval(low=0.1, high=0.3)) is Judged.DIFFERENCE
    assert judged(**both, interval=high) is Judged.VALUE
    assert judged(**both, interval=high, judged=Judged.DIFFERENCE) is Judged.DIFFERENCE
    assert judged(**both) is Judged.DIFFERENCE
    assert judged(**both, family=Family.INFERENCE) is Judged.RATIO
    assert judged(candidate=0.95, margin=0.9) is Judged.VALUE
    assert effect(ruling(candidate=0.95)) is None
    assert effect(ruling(judged=Judged.RATIO)) is None


def test_the_worst_comes_first_and_what_is_no_number_before_it() -> None:
    def one(rule: str, difference: float, **more: object) -> Ruling:
        return replace(ruling(difference=difference, margin=-0.01, higher_is_better=True), rule=rule, **more)  # type: ignore[arg-type]

    rulings = [
        one("passes", -0.5),
        one("near", -0.011, outcome=Outcome.FAIL),
        one("far", -0.2, outcome=Outcome.FAIL),
        one("advisory", -0.9, outcome=Outcome.FAIL, mandatory=False),
        one("nan", float("nan"), outcome=Outcome.FAIL),
        one("open", -0.1, outcome=Outcome.INCONCLUSIVE),
    ]
    assert [each.rule for each in worst_first(rulings)] == ["nan", "far", "near", "open", "passes", "advisory"]


def ruling(**more: object) -> Ruling:
    plain = Ruling(rule="metrics.m", family=Family.METRICS, outcome=Outcome.PASS, why="")
    return replace(plain, **more)  # type: ignore[arg-type]


def judged(**more: object) -> Judged | None:
    found = effect(ruling(**more))
    return found.judged if found else None
