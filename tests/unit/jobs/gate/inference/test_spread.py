"""Quantiles, rates and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.jobs.gate.inference.measured import Asked, Block, Who
from mlgitlab.jobs.gate.inference.spread import Spread, tail
from tests.unit.jobs.gate.inference.simulated import blocks

TIMES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30)


@given(st.lists(TIMES, min_size=1, max_size=6), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_that_of_numpy(times: list[list[float]], share: float) -> None:
    given_blocks = [
        Block(who=Who.CANDIDATE, round=number, asked=Asked(latencies=tuple(each), seconds=sum(each)))
        for number, each in enumerate(times)
    ]
    found = Spread(given_blocks).quantile(Who.CANDIDATE, share)
    pooled = [time for each in times for time in each]
    assert found.value == np.quantile(pooled, share, method="inverted_cdf")
    assert found.interval.low <= found.interval.high


def test_many_values_are_told_apart_well_enough() -> None:
    many = blocks(1, requests=500)
    pooled = [time for block in many if block.who is Who.CANDIDATE for time in block.asked.latencies]
    for share in (0.5, 0.95, 0.99):
        found = Spread(many).quantile(Who.CANDIDATE, share).value
        assert found == pytest.approx(np.quantile(pooled, share), rel=0.005)


def test_a_rate_is_answers_over_seconds() -> None:
    asked = Asked(latencies=(1.0,) * 30, seconds=2.0)
    found = Spread([Block(who=Who.CANDIDATE, round=number, asked=asked) for number in range(3)])
    assert found.rate(Who.CANDIDATE).value == pytest.approx(15)


def test_fewer_rounds_reach_further_out() -> None:
    # By hand, with Student's quantiles from a table: 2.262 for 9 degrees of freedom, 2.023 for 39.
    assert tail(10) == pytest.approx(0.0086, abs=0.0006)
    assert tail(40) == pytest.approx(0.0203, abs=0.0006)
    assert tail(10**6) == pytest.approx(0.025, abs=1e-4)
