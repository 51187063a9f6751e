"""Intervals are those of known methods where these apply, the same twice, and honest where little was seen."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.jobs.gate.statistics import normal, ranks
from mlgitlab.jobs.gate.statistics.resampled import Resampled
from mlgitlab.jobs.gate.statistics.sums import Sums, counts
from mlgitlab.jobs.gate.statistics.units import units_of
from tests.predictions import classifiers, regressors


@given(st.floats(0.001, 0.999), st.floats(8, 1000))
def test_quantiles_are_those_of_scipy(part: float, freedom: float) -> None:
    assert normal.quantile(part) == pytest.approx(scipy.stats.norm.ppf(part), abs=1e-8)
    assert normal.probability(normal.quantile(part)) == pytest.approx(part, abs=1e-9)
    assert normal.student(part, freedom) == pytest.approx(scipy.stats.t.ppf(part, freedom), abs=2e-2, rel=2e-2)


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_of_a_mean_is_about_that_of_scipys_bca(seed: int) -> None:
    values = np.random.default_rng(seed).exponential(size=400)
    table = np.stack([np.ones(400), values], axis=1)
    found = Sums(table=table, times=np.ones(400)).resampled(lambda sums: sums[..., 1:] / sums[..., :1], 20_000, seed)
    ours = found.mixed((1,)).interval(0.95)
    theirs = scipy.stats.bootstrap((values,), np.mean, n_resamples=20_000, rng=seed).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_a_skewed_estimate_has_an_interval_that_is_longer_on_the_side_of_the_skew() -> None:
    values = np.random.default_rng(0).exponential(size=60)
    table = np.stack([np.ones(60), values], axis=1)
    found = Sums(table=table, times=np.ones(60)).resampled(lambda sums: sums[..., 1:] / sums[..., :1], 4000, 0)
    ends = found.mixed((1,)).interval(0.95)
    assert ends.high - found.estimate[0] > 1.1 * (found.estimate[0] - ends.low)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 30))
def test_every_draw_has_as_many_units_as_there_are(seed: int, rows: int, rarer: int) -> None:
    for times in (np.ones(rows), np.append(np.ones(rows), np.full(rarer, 1 / rarer)), np.full(rows, 7.0)):
        drawn = np.concatenate(list(counts(times, 50, seed)))
        assert drawn.shape == (50, len(times))
        assert (drawn.sum(axis=1) == round(times.sum())).all()


def test_each_unit_is_drawn_once_on_average_and_rarer_ones_as_much_less() -> None:
    times = np.append(np.ones(200), [0.5, 0.5])
    drawn = np.concatenate(list(counts(times, 20_000, 1)))
    assert drawn[:, :200].mean() == pytest.approx(1, abs=0.01)
    assert drawn[:, 200:].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.03)
    assert drawn[:, :200].var(axis=0).mean() == pytest.approx(1, abs=0.02)


def test_blocks_of_many_rows_vary_as_the_rows_do() -> None:
    answers = regressors(40_000).candidate
    assert answers.predicted is not None
    losses = np.abs(answers.truth - answers.predicted)[:, None]
    spread = []
    for most in (40_000, 2000):
        units = units_of(None, answers.rows, 3, most)
        sums = Sums(table=units.totals(losses), times=np.ones(units.count))
        spread.append(sums.resampled(lambda total: total / 40_000, 400, 5).draws.std())
    assert spread[1] == pytest.approx(spread[0], rel=0.15)


def test_the_spread_of_an_area_is_about_that_of_delong() -> None:
    pair = classifiers(1500)
    assert pair.candidate.scores is not None
    ranking = ranks.ranked(pair.candidate.truth == 1, pair.candidate.scores)
    weighing = ranks.Weighing(weight=None, units=units_of(None, 1500, 0))
    found = ranks.resampled([[ranking]], ranks.ROC, weighing, 1500, 0)
    delong = np.sqrt(np.sum(found.influence**2)) / 1500
    assert found.draws.std() == pytest.approx(delong, rel=0.1)


def test_what_no_row_showed_may_still_be() -> None:
    nothing = Resampled(
        estimate=np.array([1.0]), draws=np.ones((200, 1)), influence=np.zeros((50, 1)), times=np.ones(50), reach=1 / 50
    )
    ends = nothing.mixed((1,)).interval(0.95)
    assert ends.low <= 1 - 3 / 50
    assert ends.high >= 1


def test_draws_that_are_no_numbers_count_as_the_worst() -> None:
    draws = np.append(np.random.default_rng(0).normal(size=900), np.full(100, np.nan))[:, None]
    found = Resampled(estimate=np.zeros(1), draws=draws, influence=np.ones((50, 1)), times=np.ones(50))
    ends = found.mixed((1,)).interval(0.95)
    assert ends.low == -np.inf
    assert ends.high == np.inf


def test_an_end_beyond_what_draws_can_tell_lies_further_out() -> None:
    draws = np.random.default_rng(0).normal(size=400)[:, None]
    found = Resampled(estimate=np.zeros(1), draws=draws, influence=np.ones((90, 1)), times=np.ones(90)).mixed((1,))
    ends = [found.interval(level).high for level in (0.9, 0.99, 0.999, 0.99999)]
    assert ends == sorted(ends)
    assert ends[-1] > 1.2 * ends[-2]
