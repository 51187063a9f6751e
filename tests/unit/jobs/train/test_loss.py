"""The loss: found in output in whatever pieces it comes, and judged by a rule that never passes by accident."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.errors import UsageError
from mlgitlab.jobs.train.loss import Series, Watch, ends, fault

FINITE = st.floats(min_value=-1e6, max_value=1e6)


@given(st.lists(FINITE, min_size=2, max_size=60))
def test_a_loss_falls_where_the_mean_of_its_last_third_is_below_that_of_its_first(values: list[float]) -> None:
    third = max(1, len(values) // 3)
    first, last = math.fsum(values[:third]) / third, math.fsum(values[-third:]) / third
    found = fault(Series(values), must_fall=True)
    if math.isclose(first, last, rel_tol=1e-12, abs_tol=1e-9):
        return  # the two ways to sum may differ in the last bit
    assert (found == "") == (last < first)


@given(st.lists(FINITE, max_size=30), st.sampled_from([math.nan, math.inf, -math.inf]), st.lists(FINITE, max_size=30))
def test_what_is_not_finite_never_passes(before: list[float], broken: float, after: list[float]) -> None:
    series = Series([*before, broken, *after])
    assert str(len(before) + 1) in fault(series, must_fall=False)
    assert fault(series, must_fall=True)


@given(FINITE, st.integers(min_value=2, max_value=40))
def test_a_loss_that_stays_as_it_is_does_not_fall(value: float, count: int) -> None:
    assert "does not fall" in fault(Series([value] * count), must_fall=True)


def test_too_few_values_never_pass_for_a_fall() -> None:
    assert fault(Series(), must_fall=False) == "no loss was found"
    assert "one value" in fault(Series([1.0]), must_fall=True)
    assert fault(Series([1.0]), must_fall=False) == ""


def test_a_million_values_take_little_memory_and_keep_their_means() -> None:
    count = 1_000_003
    series = Series(float(count - number) for number in range(count))
    assert series.count == count
    assert len(series.values) <= 16385
    first, last = ends(series.values)
    assert first == pytest.approx(count * 5 / 6, rel=1e-3)
    assert last == pytest.approx(count / 6, rel=1e-3)
    assert fault(series, must_fall=True) == ""


@given(st.lists(FINITE, min_size=1, max_size=20), st.sampled_from(["\n", "\r", "\r\n"]), st.data())
def test_output_may_come_in_any_pieces(values: list[float], end: str, data: st.DataObject) -> None:
    text = end.join(f"epoch {number} loss={value!r}" for number, value in enumerate(values)).encode()
    watch, rest = Watch(r"loss=(\S+)"), text
    while rest:
        size = data.draw(st.integers(min_value=1, max_value=len(rest)))
        watch.feed(rest[:size])
        rest = rest[size:]
    assert watch.finish().values == tuple(values)


def test_a_number_that_cannot_be_read_is_not_skipped() -> None:
    watch = Watch(r"loss=(\S+)")
    watch.feed(b"loss=0.5\nloss=???\n\xff\xfe loss=nan")
    assert watch.finish().broken == 2


def test_the_command_itself_says_nothing_of_the_loss() -> None:
    watch = Watch(r"loss=(\S+)", ["$ python train.py --loss=mse"])
    watch.feed(b"$ python train.py --loss=mse\nloss=0.5\n")
    assert watch.finish().values == (0.5,)


def test_colours_do_not_hide_a_loss_and_a_line_without_end_costs_no_memory() -> None:
    watch = Watch(r"loss (?P<loss>[0-9.]+) after (\d+)")
    watch.feed(b"\x1b[32mloss\x1b[0m 0.25 after 3\n")
    for _ in range(100):
        watch.feed(b"x" * 100_000)
    assert watch.finish().values == (0.25,)


@pytest.mark.parametrize("pattern", ["loss=[0-9]+", "(a)(b)", "(", "(?P<lost>x)(y)"])
def test_a_pattern_must_say_where_the_number_is(pattern: str) -> None:
    with pytest.raises(UsageError, match=r"loss\.pattern"):
        Watch(pattern)
