"""Repeated values, found by digests on disk."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.adapters.tables.uniqueness import Repeats


@settings(max_examples=30)
@given(
    st.lists(st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([2**62, -(2**62)])), max_size=30),
    st.integers(1, 7),
)
def test_it_finds_what_looking_at_all_rows_finds(values: list[int | None], size: int) -> None:
    frame = pl.DataFrame({"a": values}, schema={"a": pl.Int64})
    with Repeats() as repeats:
        for start in range(0, len(frame), size):
            repeats.add(frame[start : start + size], start)
        count, rows = repeats.find(5)
    wanted = [row for row, value in enumerate(values) if values.count(value) > 1]
    assert (count, list(rows)) == (len(wanted), wanted[:5])


def test_rows_that_are_left_out_repeat_nothing() -> None:
    with Repeats() as repeats:
        repeats.add(pl.DataFrame({"a": ["x", "x", "y", "y"]}), 10, {0})
        assert repeats.find(9) == (2, [12, 13])
