"""A model that is alike for all groups passes, one that is not fails, and nobody is left out unsaid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlgitlab.config.gates_fairness import Criterion, FairnessRule, GroupLoss
from mlgitlab.config.gates_metrics import SmallGroups, Statistics
from mlgitlab.jobs.gate.fairness import judge
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.ruling import CurveKind, Outcome, Ruling, Side
from tests.predictions import classifiers, regressors, side

QUICK = Statistics(resamples=400)
BY_SEX = (("sex",),)


def people(count: int = 6000, *, against: float = 0.0, production: float = 0.0) -> Pair:
    """Classifiers that refuse a share of women whom they would have accepted."""
    sex = np.array(["f", "m"])[np.arange(count) % 2]
    region = np.repeat(["n", "s", "e"], count // 3)
    pair = classifiers(count, groups={"sex": sex, "region": region})
    assert pair.production is not None
    refused = np.random.default_rng(3).random(count)
    return replace(
        pair,
        candidate=_refusing(pair.candidate, (sex == "f") & (refused < against)),
        production=_refusing(pair.production, (sex == "f") & (refused < production)),
    )


def _refusing(answers: Predictions, refused: Any) -> Predictions:
    assert answers.predicted is not None
    assert answers.scores is not None
    scores = np.where(refused, answers.scores * 0.3, answers.scores)
    return replace(answers, predicted=np.where(refused, 0.0, answers.predicted), scores=scores)


def rulings(pair: Pair, name: str, **rule: Any) -> tuple[Ruling, ...]:
    return judge({name: FairnessRule(**{"groups": BY_SEX, **rule})}, pair, QUICK).rulings


def ruling(pair: Pair, name: str, **rule: Any) -> Ruling:
    [found] = rulings(pair, name, **rule)
    return found


TOLERANT: dict[Criterion, dict[str, Any]] = {
    Criterion.DEMOGRAPHIC_PARITY: {"max_difference": 0.1, "min_ratio": 0.8},
    Criterion.EQUAL_OPPORTUNITY: {"max_difference": 0.1, "min_ratio": 0.8},
    Criterion.EQUALISED_ODDS: {"max_difference": 0.1},
    Criterion.EQUALIZED_ODDS: {"max_difference": 0.1},
    Criterion.ERROR_PARITY: {"max_difference": 0.05},
    Criterion.CALIBRATION: {"max_difference": 0.1},
}


@pytest.mark.parametrize("criterion", TOLERANT)
def test_a_model_that_is_alike_for_all_passes_and_one_that_is_not_fails(criterion: Criterion) -> None:
    for found in rulings(people(), criterion, **TOLERANT[criterion]):
        assert found.outcome is Outcome.PASS, found.why
        assert found.mandatory
        assert found.slice == "sex"
    for found in rulings(people(against=0.5), criterion, **TOLERANT[criterion]):
        assert found.outcome is Outcome.FAIL, found.why
        assert "sex=f and sex=m" in found.why or criterion is Criterion.CALIBRATION


def test_predictive_parity_looks_at_those_who_were_chosen() -> None:
    pair = people()
    truth = pair.candidate.truth
    wrong = np.where((pair.candidate.groups["sex"] == "f") & (np.arange(6000) % 3 == 0), 0.0, truth)
    assert ruling(pair, "predictive_parity", max_difference=0.1).outcome is Outcome.PASS
    spoilt = replace(pair, candidate=replace(pair.candidate, truth=wrong))
    assert ruling(spoilt, "predictive_parity", max_difference=0.1).outcome is Outcome.FAIL


def test_regression_is_compared_by_means_and_by_errors() -> None:
    group = np.array(["a", "b"])[np.arange(4000) % 2]
    pair = regressors(4000, groups={"g": group})
    assert pair.candidate.predicted is not None
    off = replace(pair, candidate=replace(pair.candidate, predicted=pair.candidate.predicted + (group == "a")))
    groups = (("g",),)
    for each, outcome in ((pair, Outcome.PASS), (off, Outcome.FAIL)):
        assert ruling(each, "mean_difference", groups=groups, max_difference=0.3).outcome is outcome
        assert ruling(each, "error_parity", groups=groups, max_difference=0.2).outcome is outcome
        assert ruling(each, "error_parity", groups=groups, loss=GroupLoss.RMSE, max_difference=0.2).outcome is outcome
        assert ruling(each, "bounded_group_loss", groups=groups, at_most=0.6).outcome is outcome
    assert ruling(off, "bounded_group_loss", groups=groups, at_most=0.6).why.endswith("mae of g=a")


def test_intersections_find_what_single_columns_hide() -> None:
    pair = people()
    assert pair.candidate.predicted is not None
    sex, region = pair.candidate.groups["sex"], pair.candidate.groups["region"]
    picked = ((sex == "f") & (region == "n")) | ((sex == "m") & (region == "s"))
    drawn = np.random.default_rng(1).random(6000) < 0.5
    candidate = replace(pair.candidate, predicted=np.where(picked & drawn, 0.0, pair.candidate.predicted))
    hidden = replace(pair, candidate=candidate)
    single, joint = rulings(hidden, "demographic_parity", groups=(("sex",), ("sex", "region")), max_difference=0.15)
    assert single.outcome is Outcome.PASS
    assert (joint.slice, joint.outcome) == ("sex, region", Outcome.FAIL)
    assert len(joint.numbers) == 6


def test_the_difference_may_be_compared_with_productions() -> None:
    assert ruling(people(against=0.3, production=0.3), "demographic_parity", no_worse=0.05).outcome is Outcome.PASS
    worse = ruling(people(against=0.4), "demographic_parity", no_worse=0.05)
    assert worse.outcome is Outcome.FAIL
    assert worse.candidate is not None
    assert worse.production is not None
    assert worse.difference == pytest.approx(worse.candidate - worse.production)


def test_the_first_model_is_not_compared_and_its_own_difference_is_judged() -> None:
    alone = replace(people(), production=None)
    parity, compared = rulings(alone, "demographic_parity", no_worse=0.05, max_difference=0.1)
    assert parity.outcome is Outcome.PASS
    assert (compared.outcome, compared.mandatory) == (Outcome.INCONCLUSIVE, False)


def test_small_groups_are_inconclusive_or_left_out_and_named() -> None:
    pair = people()
    sex = np.where(np.arange(6000) < 30, "x", pair.candidate.groups["sex"])
    few = replace(pair, candidate=replace(pair.candidate, groups={"sex": sex}))
    found = ruling(few, "demographic_parity", max_difference=0.1)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "sex=x (30)" in found.why
    skipped = ruling(few, "demographic_parity", max_difference=0.1, small=SmallGroups.SKIP)
    assert skipped.outcome is Outcome.PASS
    assert skipped.notes == ("left out, as too small: sex=x",)
    none = ruling(few, "demographic_parity", max_difference=0.1, small=SmallGroups.SKIP, min_group=5000)
    assert none.outcome is Outcome.INCONCLUSIVE


def test_a_group_needs_enough_rows_that_count_not_rows() -> None:
    pair = people()
    truth = np.where((pair.candidate.groups["sex"] == "f") & (np.arange(6000) > 60), 0.0, pair.candidate.truth)
    rare = replace(pair, candidate=replace(pair.candidate, truth=truth))
    found = ruling(rare, "equal_opportunity", max_difference=0.1)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "sex=f" in found.why


def test_groups_of_which_none_was_ever_chosen_may_still_differ() -> None:
    truth = np.zeros(120)
    truth[::2] = 1
    groups = {"sex": np.repeat(["f", "m"], 60)}
    pair = Pair(dataset="late", candidate=side(Task.BINARY, truth, predicted=np.zeros(120), groups=groups))
    found = ruling(pair, "demographic_parity", max_difference=0.05)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert ruling(pair, "demographic_parity", min_ratio=0.8).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "rule", "why"),
    [
        pytest.param("parity", {}, "no criterion that is known", id="no criterion"),
        pytest.param("demographic_parity", {"groups": (("age",),)}, "no column age", id="no column"),
        pytest.param("mean_difference", {}, "not for binary", id="another task"),
        pytest.param("error_parity", {"loss": GroupLoss.MAE}, "the loss mae is not for binary", id="another loss"),
        pytest.param("demographic_parity", {"positive": "perhaps"}, "no class is called perhaps", id="no class"),
    ],
)
def test_what_has_no_meaning_is_inconclusive(name: str, rule: dict[str, Any], why: str) -> None:
    found = ruling(people(300), name, max_difference=0.1, **rule)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert why in found.why


def test_answers_that_are_no_numbers_fail() -> None:
    pair = people(300)
    assert pair.candidate.predicted is not None
    predicted = np.where(np.arange(300) == 7, np.nan, pair.candidate.predicted)
    bad = replace(pair, candidate=replace(pair.candidate, predicted=predicted))
    assert ruling(bad, "demographic_parity", max_difference=0.9).outcome is Outcome.FAIL
    nothing = replace(pair, candidate=replace(pair.candidate, predicted=None))
    assert ruling(nothing, "demographic_parity", max_difference=0.9).outcome is Outcome.INCONCLUSIVE


def test_the_favourable_class_may_be_any() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=3000).astype(float)
    predicted = generator.integers(3, size=3000).astype(float)
    groups = {"sex": np.array(["f", "m"])[np.arange(3000) % 2]}
    answers = side(Task.MULTICLASS, truth, predicted=predicted, classes=("a", "b", "c"), groups=groups)
    pair = Pair(dataset="late", candidate=answers)
    assert "`positive`" in ruling(pair, "demographic_parity", max_difference=0.1).why
    assert ruling(pair, "demographic_parity", max_difference=0.1, positive="a").outcome is Outcome.PASS


def test_weights_and_clusters_are_drawn_with_their_rows() -> None:
    pair = people(3000)
    doubled = replace(
        pair,
        candidate=replace(
            pair.candidate,
            weight=np.random.default_rng(0).random(3000) + 0.5,
            cluster=(np.arange(3000) // 3).astype(str),
        ),
    )
    found = ruling(doubled, "equal_opportunity", max_difference=0.15)
    assert found.outcome is Outcome.PASS
    assert found.interval is not None
    assert found.interval.low >= 0


def test_every_group_is_drawn_for_both_sides_where_they_are_compared() -> None:
    rules = {"equalised_odds": FairnessRule(groups=BY_SEX, max_difference=0.1, no_worse=0.1)}
    drawn = judge(rules, people(), QUICK).curves
    assert [(curve.title, curve.side) for curve in drawn] == [
        (f"equalised_odds by sex: {rate}", whose)
        for rate in ("true positive rate", "false positive rate")
        for whose in Side
    ]
    for curve in drawn:
        assert curve.kind is CurveKind.GROUPS
        assert curve.labels == ("sex=f", "sex=m")
        assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))
