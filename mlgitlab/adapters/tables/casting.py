"""Columns in the types that a schema asks for, and the rows whose value is of another type."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

_TRUTH = {"true": True, "false": False}
_ZONE = r"(?i:Z|[+-]\d{2}:?\d{2})$"


class Written(StrEnum):
    """What a file's format says of the types of its values. TEXT: nothing. JSON: something. TYPED: everything."""

    TEXT = "text"
    JSON = "json"
    TYPED = "typed"


def fit(column: pl.Series, dtype: pl.DataType, written: Written, *, coerce: bool) -> tuple[pl.Series, list[int]]:
    """The column in that type as far as its values allow, and the positions of those that do not.

    Where the format itself says that the column is of another type, it stays as it is, unless the schema coerces.
    """
    if column.dtype == dtype:
        return column, []
    if column.dtype == pl.Null:
        return column.cast(dtype), []
    if column.dtype == pl.String and (written is not Written.TYPED or coerce):
        return _misfits(column, parse(column, dtype))
    if coerce:
        return _misfits(column, _cast(column, dtype))
    if written is Written.JSON and column.dtype.is_numeric() and dtype.is_numeric():
        return _number(column, dtype)
    return column, []


def parse(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """A column of text as another type; null for what is not of that type. Dates and times as in ISO 8601."""
    if dtype == pl.Boolean:
        return column.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)
    if dtype == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Time:
        return column.str.to_time("%H:%M:%S%.f", strict=False)
    if isinstance(dtype, pl.Datetime):
        return _instant(column, dtype)
    return _cast(column, dtype)


def _instant(column: pl.Series, dtype: pl.Datetime) -> pl.Series:
    """Time without a zone where the type has none, and with one where it has one: neither is guessed."""
    text = column.str.replace(" ", "T", literal=True)
    unit = dtype.time_unit
    if dtype.time_zone is not None:
        zoned = text.str.replace(r"(?i)z$", "+00:00")
        found = zoned.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", strict=False, time_unit=unit)
        return found.cast(dtype)
    patterns = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
    frame = pl.select(
        pl.coalesce(pl.lit(text).str.to_datetime(each, strict=False, time_unit=unit) for each in patterns).alias("x")
    )
    return frame["x"].alias(column.name)


def _cast(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    try:
        return column.cast(dtype, strict=False)
    except pl.exceptions.PolarsError:  # there is no way from the one type to the other
        return pl.Series(column.name, [None] * len(column), dtype=pl.Null)


def _number(column: pl.Series, dtype: pl.DataType) -> tuple[pl.Series, list[int]]:
    """JSON has one type of number: 1.0 is a whole one, 1.5 and what is out of range are none."""
    found = _cast(column, dtype)
    if column.dtype.is_float() and dtype.is_integer():
        found = pl.select(pl.when(pl.lit(column) == pl.lit(column).floor()).then(pl.lit(found)).alias("x"))["x"]
    return _misfits(column, found.alias(column.name))


def _misfits(column: pl.Series, found: pl.Series) -> tuple[pl.Series, list[int]]:
    wrong = (column.is_not_null() & found.is_null()).arg_true().to_list()
    if found.dtype == pl.Null:  # nothing of it could be cast: it stays as it was, with every value a misfit
        return column, wrong
    return found, wrong
