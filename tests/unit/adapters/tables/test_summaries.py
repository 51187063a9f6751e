from __future__ import annotations

import datetime as dt
import math
import random
import statistics
from collections.abc import Iterable

import polars as pl
import pytest

from mlgitlab.adapters.tables.summaries import Measuring, measure
from mlgitlab.jobs.data.profile_counts import Like, Measured


def one(values: Iterable[object], like: Like | None = None) -> Measured:
    series = values if isinstance(values, pl.Series) else pl.Series(values)
    return measure([series.alias("x").to_frame()], like).result()[0]


def test_few_numbers_are_counted_one_by_one() -> None:
    found = one([3, 1, 1, None, 2])
    assert found.buckets == ((1.0, 2), (2.0, 1), (3.0, 1))
    assert (found.kind, found.rows, found.nulls, found.distinct, found.distinct_exact) == ("integer", 5, 1, 3, True)
    assert (found.least, found.greatest, found.error) == (1, 3, 0.0)


def test_numbers_that_are_none_are_counted_apart() -> None:
    found = one([1.0, math.nan, math.inf, -math.inf, None])
    assert (found.nulls, found.nan, found.infinite, found.buckets) == (1, 1, 2, ((1.0, 1),))
    assert (found.distinct, found.distinct_exact) == (4, True)


def test_sums_are_exact_where_floats_would_cancel() -> None:
    values = [1e16, 1.0, -1e16, 1e-300, 5e-324, -0.0]
    found = one(values)
    assert float(found.total) == math.fsum(values)
    assert float(found.squares) == 2e32
    huge = one([1.7e308, 1.7e308])
    with pytest.raises(OverflowError):
        float(huge.total)


def test_many_numbers_make_groups_of_the_width_that_is_said() -> None:
    drawn = random.Random(7)
    values = [drawn.gauss(100, 15) for _ in range(50_000)] + [-1e300, 1e-300]
    found = one(values)
    assert len(found.buckets) <= 8192
    assert sum(rows for _, rows in found.buckets) == len(values)
    assert 0 < found.error < 0.001
    starts = [value for value, _ in found.buckets]
    ordered = sorted(values)
    assert starts[0] == -1e300
    seen = 0
    for start, rows in found.buckets:
        exact = ordered[seen]
        assert start <= exact <= start + found.error * abs(start) + 5e-324
        seen += rows
    assert float(found.total) == math.fsum(values)


def test_about_so_many_different_values() -> None:
    found = one([float(index) for index in range(100_000)])
    assert not found.distinct_exact
    assert abs(found.distinct - 100_000) < 6_400  # four standard errors


def test_whole_numbers_keep_their_exact_ends() -> None:
    found = one(pl.Series([2**63 - 1, -(2**63)], dtype=pl.Int64))
    assert (found.least, found.greatest) == (-(2**63), 2**63 - 1)


def test_dates_are_days_and_times_microseconds() -> None:
    assert one([dt.date(1970, 1, 3)]).least == 2
    assert one(pl.Series([dt.datetime(1970, 1, 1, 0, 0, 1)], dtype=pl.Datetime("ms"))).least == 1e6  # noqa: DTZ001 (naive on purpose)
    assert one([dt.timedelta(seconds=2)]).least == 2e6
    assert one([dt.time(0, 0, 3)]).least == 3e6


def test_text_is_counted_while_there_are_few_and_short_values() -> None:
    found = one(["a", "bb", "a", None, ""])
    assert (found.kind, found.values, found.lengths) == ("text", {"": 1, "a": 2, "bb": 1}, (0, 2, 4))
    assert one(["a", "x" * 257]).values is None
    many = one([f"{index}" for index in range(10_001)])
    assert many.values is None
    assert abs(many.distinct - 10_001) < 640


def test_enumerations_are_text_and_structures_are_only_counted() -> None:
    assert one(pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"]))).values == {"a": 1, "b": 1}
    assert one(pl.Series(["a"], dtype=pl.Categorical())).kind == "text"
    assert (one([{"k": 1}, None]).kind, one([[1], None]).nulls) == ("other", 1)


def test_rows_between_the_edges_of_a_baseline() -> None:
    like = Like(edges={"x": (0.0, 1.0, 2.0)}, categories={"t": ("a", "gone")})
    frame = pl.DataFrame({"x": [-5.0, 0.0, 0.5, 1.0, 2.0, 9.0], "t": ["a", "a", "b", None, "c", "a"]})
    numbers, text = measure([frame], like).result()
    assert (numbers.between, numbers.below, numbers.above) == ((3, 3), 1, 1)
    assert text.listed == {"a": 3, "gone": 0}


def test_a_column_that_a_later_frame_lacks_is_missing_there() -> None:
    found = measure([pl.DataFrame({"a": [1], "b": [1]}), pl.DataFrame({"a": [2]})]).result()
    assert [(each.name, each.rows, each.nulls) for each in found] == [("a", 2, 0), ("b", 2, 1)]


def test_shards_of_several_types_meet() -> None:
    shards = [pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2.5]}), pl.DataFrame({"x": [None]})]
    total = Measuring()
    for shard in shards:
        total.merge(measure([shard]))
    assert [(each.kind, each.dtype, each.nulls, each.greatest) for each in total.result()] == [
        ("number", "Float64", 1, 2.5)
    ]
    total.add(pl.DataFrame({"x": ["text"]}))
    assert total.result()[0].kind == "mixed"


def test_mean_and_deviation_are_those_of_the_statistics_module() -> None:
    values = [1e9 + 0.1 * index for index in range(1000)]
    found = one(values)
    mean = found.total / 1000
    variance = (found.squares - found.total**2 / 1000) / 999
    assert float(mean) == statistics.fmean(values)
    assert math.sqrt(variance) == pytest.approx(statistics.stdev(values), rel=1e-12)
