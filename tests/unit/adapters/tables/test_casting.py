"""Text and JSON in the types that a schema asks for."""

from __future__ import annotations

import polars as pl
import pytest

from mlgitlab.adapters.tables.casting import Written, fit


@pytest.mark.parametrize(
    ("values", "dtype", "wrong"),
    [
        (["1", "-2", None, "+3"], pl.Int64(), []),
        (["1.0", "1e3", " 1", "1_000", "0x1", "9223372036854775808"], pl.Int64(), [0, 1, 2, 3, 4, 5]),
        (["1", "1e3", "nan", "-inf", "1,5", "abc"], pl.Float64(), [4, 5]),
        (["true", "FALSE", "True", "yes", "1"], pl.Boolean(), [3, 4]),
        (["2024-02-29", "2023-02-29", "29.02.2024", "2024-2-1x"], pl.Date(), [1, 2, 3]),
        (["2024-01-01", "2024-01-01T10:11", "2024-01-01 10:11:12.5", "2024-01-01T00:00:00Z"], pl.Datetime("us"), [3]),
        (["2024-01-01T00:00:00Z", "2024-01-01 00:00:00+02:00", "2024-01-01T00:00:00"], pl.Datetime("ns", "UTC"), [2]),
        (["10:11:12", "10:11:12.5", "25:00:00"], pl.Time(), [2]),
        (["a", "b", "c"], pl.Enum(["a", "b"]), [2]),
        (["300", "5"], pl.Int8(), [0]),
        (["1", "2"], pl.List(pl.Int64), [0, 1]),
    ],
)
def test_text_becomes_the_type_or_is_named(values: list[str | None], dtype: pl.DataType, wrong: list[int]) -> None:
    series, found = fit(pl.Series("a", values, dtype=pl.String), dtype, Written.TEXT, coerce=False)
    assert found == wrong
    assert len(series) == len(values)


@pytest.mark.parametrize(("values", "wrong"), [([1.0, 2.5, None], [1]), ([1e30, 3.0], [0])])
def test_a_number_of_json_is_whole_or_is_named(values: list[float | None], wrong: list[int]) -> None:
    assert fit(pl.Series("a", values, dtype=pl.Float64), pl.Int64(), Written.JSON, coerce=False)[1] == wrong


def test_a_type_that_the_format_declares_stays_unless_the_schema_coerces() -> None:
    column = pl.Series("a", [1, 300], dtype=pl.Int64)
    assert fit(column, pl.Int8(), Written.TYPED, coerce=False)[0].dtype == pl.Int64
    coerced, wrong = fit(column, pl.Int8(), Written.TYPED, coerce=True)
    assert coerced.dtype == pl.Int8
    assert wrong == [1]
