"""Three outcomes from what was seen: kept, broken, and too little to tell."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.deploy import DeployCriteria, ErrorCriterion, LatencyCriterion, PredictionCriterion, ValueCriterion
from mlgitlab.config.scalars import Percent
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.agreement import agree
from mlgitlab.jobs.deploy.criteria import judge
from mlgitlab.jobs.deploy.intervals import EARLY, SURE
from mlgitlab.jobs.deploy.judgement import together
from mlgitlab.jobs.deploy.target import Seen
from mlgitlab.jobs.gate.ruling import Outcome

PASS, FAIL, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
BOTH = ErrorCriterion(max_ratio=1.5, at_most=Percent(1))
RATIO = ErrorCriterion(max_ratio=1.5)


@pytest.mark.parametrize(
    ("rule", "candidate", "current", "expected"),
    [
        pytest.param(BOTH, (0, 500), (0, 9500), PASS, id="no errors: the limit decides, a ratio is undefined"),
        pytest.param(BOTH, (0, 100), (0, 9500), INCONCLUSIVE, id="no errors of too few"),
        pytest.param(BOTH, (50, 500), (5, 500), FAIL, id="ten times as many"),
        pytest.param(BOTH, (100, 10_000), (100, 10_000), PASS, id="at the limit, and surely as before"),
        pytest.param(BOTH, (20, 20_000), (5, 20_000), FAIL, id="within the limit, and surely worse than before"),
        pytest.param(RATIO, (0, 5000), (0, 5000), INCONCLUSIVE, id="a ratio of nothing"),
        pytest.param(RATIO, (900, 20_000), (900, 20_000), PASS, id="the same, and many"),
        pytest.param(RATIO, (3, 100), (0, 0), INCONCLUSIVE, id="nothing to compare with"),
        pytest.param(ErrorCriterion(at_most=Percent(5)), (500, 500), (0, 500), FAIL, id="all fail"),
    ],
)
def test_errors(rule: ErrorCriterion, candidate: tuple[int, int], current: tuple[int, int], expected: Outcome) -> None:
    criteria = DeployCriteria(min_requests=1, error_rate=rule)
    new, old = (Seen(errors=errors, requests=requests) for errors, requests in (candidate, current))
    assert together(judge(criteria, new, old, SURE)) is expected


def test_too_few_requests_are_never_a_success() -> None:
    criteria = DeployCriteria(min_requests=500, error_rate=ErrorCriterion(at_most=Percent(50)))
    assert together(judge(criteria, Seen(requests=499), Seen(requests=9000), SURE)) is INCONCLUSIVE
    assert together(judge(criteria, Seen(requests=500), Seen(requests=9000), SURE)) is PASS
    assert together(judge(criteria, Seen(requests=20, errors=20), Seen(requests=9000), SURE)) is FAIL


def latencies(seed: int, count: int, factor: float = 1.0) -> Seen:
    chance = random.Random(seed)
    return Seen(requests=count, seconds=[factor * chance.lognormvariate(-4, 0.3) for _ in range(count)])


@pytest.mark.parametrize(
    ("count", "factor", "expected"),
    [
        pytest.param(20_000, 1.0, PASS, id="the same"),
        pytest.param(20_000, 1.3, FAIL, id="a third slower"),
        pytest.param(60, 1.0, INCONCLUSIVE, id="the same, of too few"),
        pytest.param(5, 1.0, INCONCLUSIVE, id="hardly any"),
        pytest.param(0, 1.0, INCONCLUSIVE, id="none"),
    ],
)
def test_latency(count: int, factor: float, expected: Outcome) -> None:
    criteria = DeployCriteria(min_requests=1, latency_p95=LatencyCriterion(max_ratio=1.1))
    found = judge(criteria, latencies(1, count, factor), latencies(2, 20_000), SURE)
    assert found[1].outcome is expected


@pytest.mark.parametrize(
    ("count", "shift", "expected"),
    [
        pytest.param(5000, 0.0, PASS, id="the same distribution"),
        pytest.param(5000, 1.5, FAIL, id="shifted"),
        pytest.param(20, 0.0, INCONCLUSIVE, id="too few for chance to stay below the limit"),
        pytest.param(0, 0.0, INCONCLUSIVE, id="none"),
    ],
)
def test_predictions(count: int, shift: float, expected: Outcome) -> None:
    chance = random.Random(3)
    before = {str(n): f"{chance.gauss(0, 1)}" for n in range(5000)}
    now = {str(n): f"{chance.gauss(shift, 1)}" for n in range(count)}
    criteria = DeployCriteria(min_requests=0, prediction=PredictionCriterion(max_psi=0.2))
    found = judge(criteria, Seen(predictions=now), Seen(predictions=before), SURE)
    assert found[1].outcome is expected


def test_predictions_that_are_classes_are_compared_class_by_class() -> None:
    criteria = DeployCriteria(min_requests=0, prediction=PredictionCriterion(max_psi=0.2))
    before = {str(n): "ham" if n % 2 else "spam" for n in range(4000)}
    now = {str(n): "ham" if n % 10 else "spam" for n in range(4000)}
    assert judge(criteria, Seen(predictions=now), Seen(predictions=before), SURE)[1].outcome is FAIL
    assert judge(criteria, Seen(predictions=before), Seen(predictions=before), SURE)[1].outcome is PASS


@pytest.mark.parametrize(("mean", "expected"), [(10.0, PASS), (7.0, FAIL)])
def test_numbers_of_the_business(mean: float, expected: Outcome) -> None:
    chance = random.Random(4)
    criteria = DeployCriteria(min_requests=0, values={"revenue": ValueCriterion(min_ratio=0.95)})  # type: ignore[dict-item]
    new, old = [Seen(values={"revenue": [chance.gauss(middle, 2) for _ in range(4000)]}) for middle in (mean, 10.0)]
    assert judge(criteria, new, old, SURE)[1].outcome is expected


def test_without_a_model_before_only_limits_are_judged() -> None:
    criteria = DeployCriteria(min_requests=1, error_rate=BOTH, latency_p95=LatencyCriterion(max_ratio=1.1))
    found = judge(criteria, Seen(requests=1000), None, SURE)
    assert [(each.criterion, each.outcome) for each in found] == [("min_requests", PASS), ("error_rate", PASS)]


def test_chance_alone_rarely_looks_like_a_failure() -> None:
    """Of 400 candidates no worse than the model before, at most a few per cent fail, and almost none early."""
    chance, failed = random.Random(5), {SURE: 0, EARLY: 0}
    criteria = DeployCriteria(min_requests=1, error_rate=ErrorCriterion(max_ratio=1.0))
    for _ in range(400):
        new, old = [Seen(requests=n, errors=sum(chance.random() < 0.03 for _ in range(n))) for n in (500, 2000)]
        for z in failed:
            failed[z] += together(judge(criteria, new, old, z)) is FAIL
    assert failed[SURE] <= 20
    assert failed[EARLY] <= 2


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 200), st.integers(1, 200))
def test_intervals_hold_their_estimate(one: int, n: int, other: int, m: int) -> None:
    one, other = min(one, n), min(other, m)
    share = intervals.rate(one, n, SURE)
    assert 0 <= share.low <= share.value <= share.high <= 1
    ratio = intervals.rate_ratio(one, n, other, m, SURE)
    if one + other:
        assert ratio.low <= ratio.value <= ratio.high
    else:
        assert math.isnan(ratio.value)
        assert (ratio.low, ratio.high) == (0, math.inf)


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_lies_within_its_interval(numbers: list[float], q: float) -> None:
    found = intervals.quantile(sorted(numbers), q, SURE)
    assert found.low <= found.value <= found.high


def test_an_interval_of_a_quantile_holds_the_truth_as_often_as_it_says() -> None:
    chance = random.Random(6)
    samples = (sorted(chance.random() for _ in range(300)) for _ in range(500))
    found = [intervals.quantile(sample, 0.95, SURE) for sample in samples]
    assert sum(each.low <= 0.95 <= each.high for each in found) >= 0.93 * 500


def test_agreement_counts_what_both_answered() -> None:
    found = agree({"a": "1.0", "b": "2", "c": "x"}, {"a": "1.05", "b": "3", "d": "x"}, 0.1)
    assert (found.pairs, found.same, found.differing) == (2, 1, (("b", "2", "3"),))
    assert found.mean == pytest.approx(0.525)
    assert agree({"a": "nan"}, {"a": "0"}, 1.0).same == 0
