"""Every case has an outcome that was meant; nothing passes because nothing was looked at."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlgitlab.config.gates_metrics import Direction, Metric, MetricRule, SmallGroups, Statistics
from mlgitlab.config.scalars import Share
from mlgitlab.jobs.gate.metrics import judge
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.rows.selection import chosen
from mlgitlab.jobs.gate.ruling import CurveKind, Outcome, Ruling, Side, overall
from tests.predictions import classifiers, ids, regressors, side

QUICK = Statistics(resamples=400)
MARGIN = MetricRule(margin=0.05)


def rulings(pair: Pair, name: str = "accuracy", rule: MetricRule = MARGIN, **own: Any) -> tuple[Ruling, ...]:
    return judge({name: rule}, pair, QUICK, **own).rulings


def ruling(pair: Pair, name: str = "accuracy", rule: MetricRule = MARGIN, **own: Any) -> Ruling:
    [found] = rulings(pair, name, rule, **own)
    return found


def altered(pair: Pair, whose: Side, **changes: Any) -> Pair:
    answers = getattr(pair, whose)
    return replace(pair, **{str(whose): replace(answers, **changes)})


def both(pair: Pair, **changes: Any) -> Pair:
    return altered(altered(pair, Side.CANDIDATE, **changes), Side.PRODUCTION, **changes)


def test_a_model_that_is_as_good_passes_and_says_every_number() -> None:
    found = ruling(classifiers(4000))
    assert found.outcome is Outcome.PASS
    assert found.rule == "metrics.accuracy"
    assert found.limit == "at most 0.05 below production"
    assert found.rows == 4000
    assert found.candidate is not None
    assert found.production is not None
    assert found.difference == found.candidate - found.production
    assert found.interval is not None
    assert found.interval.low <= found.difference <= found.interval.high
    assert [number.name for number in found.numbers] == ["candidate", "production", "resamples", "independent units"]


def test_a_model_that_is_worse_fails() -> None:
    found = ruling(classifiers(4000, harm=4.0))
    assert found.outcome is Outcome.FAIL
    assert "beyond the limit" in found.why


def test_too_few_rows_for_the_margin_are_inconclusive_and_more_would_settle_it() -> None:
    found = ruling(classifiers(300), rule=MetricRule(margin=0.001))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.wanted is not None
    assert found.wanted > 300


LOWER = (Metric.LOG_LOSS, Metric.BRIER, Metric.CALIBRATION_ERROR)


@pytest.mark.parametrize("metric", [*LOWER, Metric.ROC_AUC, Metric.PR_AUC, Metric.F1, Metric.RECALL, Metric.PRECISION])
def test_each_metric_knows_which_values_are_better(metric: Metric) -> None:
    worse = classifiers(3000, harm=5.0)
    assert worse.production is not None
    better = replace(worse, candidate=worse.production, production=worse.candidate)
    rule = MetricRule(margin=0.01)
    assert ruling(worse, metric, rule).outcome is not Outcome.PASS
    assert ruling(better, metric, rule).outcome is Outcome.PASS


@pytest.mark.parametrize("metric", [Metric.MAE, Metric.MSE, Metric.RMSE, Metric.R2, Metric.PINBALL])
def test_so_does_each_metric_of_regression(metric: Metric) -> None:
    worse = regressors(2000, harm=1.0)
    assert worse.production is not None
    better = replace(worse, candidate=worse.production, production=worse.candidate)
    rule = MetricRule(margin=0.01)
    assert ruling(worse, metric, rule).outcome is Outcome.FAIL
    assert ruling(better, metric, rule).outcome is Outcome.PASS


def test_identical_answers_keep_every_margin_and_are_no_gain() -> None:
    pair = classifiers(500)
    assert pair.production is not None
    same = replace(pair, candidate=pair.production)
    for metric in (Metric.ACCURACY, Metric.ROC_AUC, Metric.LOG_LOSS, Metric.CALIBRATION_ERROR):
        found = ruling(same, metric, MetricRule(margin=0.0))
        assert (found.outcome, found.difference) == (Outcome.PASS, 0)
        assert "same answers" in found.notes[-1]
        assert ruling(same, metric, MetricRule(relative_margin=Share(0.0))).outcome is Outcome.PASS
        assert ruling(same, metric, MetricRule(gain=0.0)).outcome is Outcome.FAIL


def test_models_that_agree_on_a_few_rows_are_not_taken_to_agree_on_all() -> None:
    pair = classifiers(100)
    assert pair.production is not None
    assert pair.production.scores is not None
    # Other scores, the same classes: on a hundred rows no difference was seen, which a rate of 2 % allows.
    near = replace(pair, candidate=replace(pair.production, scores=pair.production.scores * 0.999))
    found = ruling(near, rule=MetricRule(margin=0.02))
    assert found.difference == 0
    assert found.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("metric", [Metric.BRIER, Metric.LOG_LOSS, Metric.CALIBRATION_ERROR, Metric.ROC_AUC])
def test_the_same_two_scores_on_a_few_rows_are_no_proof_of_the_same_model(metric: Metric) -> None:
    generator = np.random.default_rng(3)
    truth = (generator.random(200) < 0.4).astype(float)
    scores = np.where((generator.random(200) < 0.9) == (truth == 1), 0.8, 0.2)
    either = side(Task.BINARY, truth, scores=scores)
    same = Pair(dataset="late", candidate=either, production=either)
    found = ruling(same, metric, MetricRule(margin=0.002))
    assert (found.difference, found.outcome) == (0, Outcome.INCONCLUSIVE)
    assert ruling(same, metric, MetricRule(margin=0.3)).outcome is Outcome.PASS


@pytest.mark.parametrize("metric", [Metric.MAE, Metric.RMSE, Metric.PINBALL, Metric.R2])
def test_two_predictions_of_a_number_are_no_proof_of_the_same_model(metric: Metric) -> None:
    truth = np.linspace(0, 1, 200)
    either = side(Task.REGRESSION, truth, predicted=np.round(truth))
    found = ruling(Pair(dataset="late", candidate=either, production=either), metric, MetricRule(margin=0.001))
    assert (found.difference, found.outcome) == (0, Outcome.INCONCLUSIVE)


def test_a_perfect_area_on_a_few_rows_is_not_perfect_for_sure() -> None:
    truth = np.repeat([0.0, 1.0], 60)
    pair = Pair(dataset="late", candidate=side(Task.BINARY, truth, scores=truth * 0.5 + np.linspace(0, 0.1, 120)))
    assert ruling(pair, Metric.ROC_AUC, MetricRule(at_least=0.99)).outcome is Outcome.INCONCLUSIVE
    assert ruling(pair, Metric.ROC_AUC, MetricRule(at_least=0.9)).outcome is Outcome.PASS


@pytest.mark.parametrize("name", [Metric.ROC_AUC, Metric.ACCURACY, Metric.LOG_LOSS])
def test_an_interval_ends_where_no_rows_could_lead_further(name: Metric) -> None:
    truth = np.repeat([0.0, 1.0], 60)
    scores = np.where(np.arange(120) == 3, 0.9, 0.1 + 0.8 * truth)
    alone = Pair(dataset="late", candidate=side(Task.BINARY, truth, scores=scores, predicted=np.round(scores)))
    found = ruling(alone, name, MetricRule(at_least=0.5)).interval
    assert found is not None
    assert found.low >= 0
    assert found.high <= (math.inf if name is Metric.LOG_LOSS else 1)


NAN, INFINITE = float("nan"), float("inf")


def broken(values: Any, value: float) -> Any:
    found = values.copy()
    found[3] = value
    return found


@pytest.mark.parametrize("value", [NAN, INFINITE])
def test_a_candidate_whose_answers_are_no_numbers_fails(value: float) -> None:
    pair = classifiers(500)
    for name, metric in (("predicted", Metric.ACCURACY), ("scores", Metric.ROC_AUC), ("scores", Metric.LOG_LOSS)):
        bad = altered(pair, Side.CANDIDATE, **{name: broken(getattr(pair.candidate, name), value)})
        found = ruling(bad, metric)
        assert found.outcome is Outcome.FAIL
        assert "one row" in found.why


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(lambda pair: both(pair, truth=broken(pair.candidate.truth, NAN)), "truth", id="NaN in the truth"),
        pytest.param(
            lambda pair: altered(pair, Side.PRODUCTION, predicted=broken(pair.production.predicted, NAN)),
            "production's predictions are no finite number",
            id="NaN in production's answers",
        ),
        pytest.param(lambda pair: both(pair, weight=np.zeros(500)), "all weights are zero", id="all weights zero"),
        pytest.param(lambda pair: both(pair, weight=np.full(500, -1.0)), "weight is negative", id="negative weights"),
        pytest.param(lambda pair: altered(pair, Side.PRODUCTION, predicted=None), "no predictions", id="no column"),
        pytest.param(lambda pair: altered(pair, Side.CANDIDATE, predicted=None), "no predictions", id="nor there"),
        pytest.param(lambda pair: rows(pair, 0), "no rows", id="no rows"),
        pytest.param(lambda pair: rows(pair, 99), "99 rows: fewer than 100", id="too few rows"),
        pytest.param(lambda pair: both(pair, truth=pair.candidate.truth + 0.5), "number of a class", id="no classes"),
        pytest.param(lambda pair: both(pair, task=Task.REGRESSION), "not for regression", id="another task"),
        pytest.param(
            lambda pair: both(pair, cluster=np.repeat(["a", "b"], 250)), "2 clusters: fewer", id="too few clusters"
        ),
    ],
)
def test_what_cannot_be_judged_is_inconclusive(spoil: Any, why: str) -> None:
    found = ruling(spoil(classifiers(500)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.mandatory
    assert why in found.why


def rows(pair: Pair, count: int) -> Pair:
    assert pair.production is not None
    return replace(pair, candidate=first(pair.candidate, count), production=first(pair.production, count))


def first(answers: Predictions, count: int) -> Predictions:
    return chosen(answers, np.arange(answers.rows) < count)


@pytest.mark.parametrize("metric", [Metric.ROC_AUC, Metric.PR_AUC, Metric.BALANCED_ACCURACY, Metric.RECALL, Metric.F1])
def test_one_class_only_is_inconclusive(metric: Metric) -> None:
    pair = classifiers(500)
    found = ruling(both(pair, truth=np.zeros(500)), metric)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.candidate is None


def test_precision_where_nothing_was_predicted_is_inconclusive() -> None:
    pair = altered(classifiers(500), Side.CANDIDATE, predicted=np.zeros(500))
    assert "no row was predicted as yes" in ruling(pair, Metric.PRECISION).why


def test_scores_that_are_no_probabilities_have_an_order_and_no_log_loss() -> None:
    pair = classifiers(500)
    assert pair.candidate.scores is not None
    large = both(pair, scores=pair.candidate.scores * 10)
    assert "no probabilities" in ruling(large, Metric.LOG_LOSS).why
    assert ruling(large, Metric.ROC_AUC).outcome is Outcome.PASS


def test_rows_without_weight_do_not_count() -> None:
    pair = classifiers(500)
    weight = np.append(np.ones(150), np.zeros(350))
    found = ruling(both(pair, weight=weight))
    alone = ruling(rows(pair, 150))
    assert found.rows == 150
    assert found.difference == pytest.approx(alone.difference)


def test_the_first_model_is_judged_by_thresholds_alone() -> None:
    pair = replace(classifiers(2000), production=None)
    compared, threshold = rulings(pair, rule=MetricRule(margin=0.01, at_least=0.5))
    assert (compared.outcome, compared.mandatory) == (Outcome.INCONCLUSIVE, False)
    assert "no model in production" in compared.why
    assert threshold.outcome is Outcome.PASS
    assert overall((compared, threshold)) is Outcome.PASS
    assert overall((compared,)) is Outcome.INCONCLUSIVE


def test_production_without_scores_leaves_thresholds() -> None:
    pair = altered(classifiers(2000), Side.PRODUCTION, scores=None)
    compared, threshold = rulings(pair, Metric.ROC_AUC, MetricRule(margin=0.01, at_least=0.5))
    assert (compared.outcome, compared.mandatory) == (Outcome.INCONCLUSIVE, True)
    assert "the production's file has no scores" in compared.why
    assert threshold.outcome is Outcome.PASS


def test_a_relative_margin_is_judged_by_the_ratio() -> None:
    pair = classifiers(3000)
    found = ruling(pair, Metric.LOG_LOSS, MetricRule(relative_margin=Share(0.1)))
    assert found.outcome is Outcome.PASS
    assert found.limit == "at most 10% above production"
    assert found.interval is not None
    assert found.ratio is not None
    assert found.interval.low <= found.ratio <= found.interval.high <= 1.1


def test_a_share_of_a_value_below_zero_means_nothing() -> None:
    pair = regressors(1000)
    assert pair.production is not None
    assert pair.production.predicted is not None
    bad = altered(pair, Side.PRODUCTION, predicted=pair.production.predicted + 50)
    found = ruling(bad, Metric.R2, MetricRule(relative_margin=Share(0.1)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "`margin`" in found.why


def test_a_gain_must_be_proven() -> None:
    worse = classifiers(3000, harm=4.0)
    assert worse.production is not None
    better = replace(worse, candidate=worse.production, production=worse.candidate)
    assert ruling(better, rule=MetricRule(gain=0.005)).outcome is Outcome.PASS
    assert ruling(worse, rule=MetricRule(gain=0.005)).outcome is Outcome.FAIL
    assert ruling(classifiers(3000), rule=MetricRule(gain=0.005)).outcome is not Outcome.PASS
    assert ruling(better, Metric.LOG_LOSS, MetricRule(gain=0.01)).outcome is Outcome.PASS


def test_thresholds_hold_for_the_interval_not_the_value() -> None:
    pair = replace(classifiers(400), production=None)
    value = ruling(pair, rule=MetricRule(at_least=0.0)).candidate
    assert value is not None
    assert ruling(pair, rule=MetricRule(at_least=value - 0.001)).outcome is Outcome.INCONCLUSIVE
    assert ruling(pair, rule=MetricRule(at_least=value + 0.2)).outcome is Outcome.FAIL
    assert ruling(pair, Metric.BRIER, MetricRule(at_most=0.5)).outcome is Outcome.PASS


def test_an_advisory_rule_cannot_fail_the_verdict() -> None:
    found = ruling(classifiers(4000, harm=4.0), rule=MetricRule(margin=0.01, advisory=True))
    assert found.outcome is Outcome.FAIL
    assert not found.mandatory


def test_the_worst_group_comes_first_and_can_fail_alone() -> None:
    regions = np.array(["east", "north", "south"])[np.arange(6000) % 3]
    pair = classifiers(6000, groups={"region": regions})
    assert pair.candidate.predicted is not None
    flipped = np.where((regions == "north") & (np.arange(6000) % 2 == 0), 1, 0)
    bad = altered(pair, Side.CANDIDATE, predicted=np.abs(pair.candidate.predicted - flipped))
    whole, worst, *others = rulings(bad, rule=MetricRule(margin=0.12, slices=(("region",),)))
    assert whole.outcome is Outcome.PASS
    assert (worst.slice, worst.outcome) == ("region=north", Outcome.FAIL)
    assert worst.notes[0] == "the worst of 3 groups"
    assert worst.rows == 2000
    assert [each.outcome for each in others] == [Outcome.PASS, Outcome.PASS]


def test_small_groups_are_inconclusive_or_left_out_and_named() -> None:
    regions = np.where(np.arange(3000) < 20, "islands", "mainland")
    pair = classifiers(3000, groups={"region": regions})
    rule = MetricRule(margin=0.05, slices=(("region",),))
    _, small, large = rulings(pair, rule=rule)
    assert (small.slice, small.outcome) == ("region=islands", Outcome.INCONCLUSIVE)
    assert small.wanted == 100
    assert large.outcome is Outcome.PASS
    _, only = rulings(pair, rule=replace(rule, small=SmallGroups.SKIP))
    assert only.slice == "region=mainland"
    assert "region=islands" in only.notes[-1]
    _, none = rulings(pair, rule=replace(rule, small=SmallGroups.SKIP, min_rows=2990))
    assert none.outcome is Outcome.INCONCLUSIVE


def test_a_slice_that_is_no_column_or_tells_rows_apart_is_inconclusive() -> None:
    pair = classifiers(300, groups={"id": np.arange(300).astype(str)})
    for column in ("region", "id"):
        _, found = rulings(pair, rule=MetricRule(margin=0.2, slices=((column,),)))
        assert (found.slice, found.outcome) == (column, Outcome.INCONCLUSIVE)


def test_intersections_are_slices_too() -> None:
    groups = {"sex": np.array(["f", "m"])[np.arange(4000) % 2], "region": np.repeat(["n", "s"], 2000)}
    found = rulings(classifiers(4000, groups=groups), rule=MetricRule(margin=0.2, slices=(("sex", "region"),)))
    names = {"sex=f, region=n", "sex=f, region=s", "sex=m, region=n", "sex=m, region=s"}
    assert {each.slice for each in found[1:]} == names


def test_a_group_that_fails_by_chance_among_many_is_no_failure() -> None:
    generator = np.random.default_rng(4)
    many = classifiers(20_000, groups={"batch": generator.integers(100, size=20_000).astype(str)})
    found = rulings(many, rule=MetricRule(gain=-0.0, slices=(("batch",),)))
    assert sum(each.outcome is Outcome.FAIL for each in found[1:]) <= 2


def test_a_group_that_may_fail_by_chance_is_not_said_to_lie_on_both_sides() -> None:
    groups = {"batch": np.array(list("abcdefghij"))[np.arange(2000) % 10]}
    found = rulings(classifiers(2000, groups=groups, harm=1.0), rule=MetricRule(margin=0.01, slices=(("batch",),)))
    unsure = [each for each in found[1:] if each.outcome is Outcome.INCONCLUSIVE and each.interval]
    beyond = [each for each in unsure if each.interval and each.interval.high < -0.01]
    assert beyond
    assert all("as one of 10 groups may be by chance" in each.why for each in beyond)
    assert all(each.wanted and each.rows and each.wanted > each.rows for each in beyond)
    assert all("on both sides" in each.why for each in unsure if each not in beyond)


def test_clusters_make_intervals_wider_where_their_rows_are_alike() -> None:
    pair = classifiers(300)
    tenfold, clustered = (
        replace(
            pair,
            candidate=repeated(pair.candidate, 10, clustered=each),
            production=repeated(pair.production, 10, clustered=each),
        )
        for each in (False, True)
    )
    widths = []
    for each in (pair, tenfold, clustered):
        interval = ruling(each, Metric.LOG_LOSS).interval
        assert interval is not None
        widths.append(interval.high - interval.low)
    assert widths[1] < 0.5 * widths[0]
    assert widths[2] == pytest.approx(widths[0], rel=0.1)


def repeated(answers: Predictions | None, times: int, *, clustered: bool) -> Predictions:
    assert answers is not None
    found = chosen(answers, np.tile(np.arange(answers.rows), times))
    return replace(found, ids=ids(found.rows), cluster=found.ids if clustered else None)


def share_right(truth: Any, predicted: Any, *_others: Any) -> float:
    return float(np.mean(truth == predicted))


OWN = MetricRule(entry="costs.py:share_right", direction=Direction.HIGHER, margin=0.05)


def test_a_metric_of_the_users_own_is_judged_as_a_known_one() -> None:
    ours = ruling(classifiers(1000), "mine", OWN, own={"mine": share_right})
    known = ruling(classifiers(1000))
    assert ours.difference == known.difference
    assert ours.interval is not None
    assert known.interval is not None
    assert ours.interval.low == pytest.approx(known.interval.low, abs=0.01)
    assert ours.interval.high == pytest.approx(known.interval.high, abs=0.01)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        pytest.param(None, "was not given", id="not given"),
        pytest.param(lambda *_: 0.5, "the same whichever rows", id="constant"),
        pytest.param(lambda *_: NAN, "not a finite number", id="NaN"),
        pytest.param(lambda *_: 1 / 0, "ZeroDivisionError", id="an error"),
    ],
)
def test_a_metric_of_the_users_own_that_says_nothing_is_inconclusive(function: Any, why: str) -> None:
    found = ruling(classifiers(500), "mine", OWN, own={} if function is None else {"mine": function})
    assert found.outcome is Outcome.INCONCLUSIVE
    assert why in found.why


def test_a_name_that_is_no_metric_is_inconclusive() -> None:
    assert "no metric that is known" in ruling(classifiers(500), "acuracy").why


def test_a_direction_that_is_not_the_metrics_is_inconclusive() -> None:
    rule = MetricRule(margin=0.5, direction=Direction.LOWER)
    assert "higher values are better" in ruling(classifiers(500), rule=rule).why
    assert ruling(classifiers(500), Metric.BRIER, rule).outcome is Outcome.PASS


def test_rankings_are_drawn_by_query() -> None:
    generator = np.random.default_rng(1)
    query = np.repeat(np.arange(300), 8).astype(str)
    truth = generator.integers(0, 3, size=2400).astype(float)
    sides = [side(Task.RANKING, truth, scores=truth + noise * generator.normal(size=2400), cluster=query)
             for noise in (1.0, 1.05)]  # fmt: skip
    pair = Pair(dataset="late", candidate=sides[0], production=sides[1])
    for metric in (Metric.NDCG, Metric.MAP):
        found = ruling(pair, metric, MetricRule(margin=0.05))
        assert found.outcome is Outcome.PASS
        assert found.numbers[-1].value == 300
    assert "`cluster`" in ruling(both(pair, cluster=None), Metric.NDCG).why


def test_the_same_rows_give_the_same_rulings() -> None:
    pair = classifiers(400)
    rules = {str(metric): MARGIN for metric in (Metric.ROC_AUC, Metric.LOG_LOSS, Metric.F1)}
    assert judge(rules, pair, QUICK) == judge(rules, pair, QUICK)
    other = judge(rules, pair, replace(QUICK, seed=1))
    assert other.rulings[0].interval != judge(rules, pair, QUICK).rulings[0].interval


def test_curves_are_few_points_of_both_sides() -> None:
    drawn = judge({}, classifiers(5000), QUICK).curves
    kinds = {CurveKind.ROC, CurveKind.PRECISION_RECALL, CurveKind.CALIBRATION}
    assert {(curve.kind, curve.side) for curve in drawn} == {(kind, whose) for kind in kinds for whose in Side}
    for curve in (*drawn, *judge({}, regressors(5000), QUICK).curves):
        assert 0 < len(curve.x) == len(curve.y) <= 201
        assert all(np.isfinite(curve.x))
        assert all(np.isfinite(curve.y))
    roc = next(curve for curve in drawn if curve.kind is CurveKind.ROC)
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
