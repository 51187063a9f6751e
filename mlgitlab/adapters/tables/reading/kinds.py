"""The types of columns: found in text, brought together across files, applied to frames.

A column of text has the narrowest type that every one of its values has: whole number, number, true or false, date,
time. The types of two parts of a column meet in the narrowest that holds both, so neither the order of the rows nor
where the parts were cut matters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import polars as pl

Types = Mapping[str, pl.DataType]

_HEAD = 64  # values tried first: most types that do not fit are refused by these
_PADDED = r"^[+-]?0[0-9]"  # a number would lose the zeros of `00123`
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?$"
_ZONED = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$"
_TRUTH = ["true", "false", "True", "False", "TRUE", "FALSE"]


def narrowest(column: pl.Series) -> pl.DataType:
    """The type of the values of a column of text; Null where all are missing."""
    values = column.drop_nulls()
    if values.is_empty():
        return pl.Null()
    for dtype in (pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date(), pl.Datetime("us"), pl.Datetime("us", "UTC")):
        if all(parsed(part, dtype) is not None for part in (values.head(_HEAD), values)):
            return dtype
    return pl.String()


def parsed(column: pl.Series, dtype: pl.DataType) -> pl.Series | None:
    """A column of text as another type; None where one value is not of that type."""
    if dtype.is_numeric():
        cast = None if column.str.contains(_PADDED).any() else column.cast(dtype, strict=False)
    elif dtype == pl.Boolean:
        cast = column.str.to_lowercase() == "true" if column.drop_nulls().is_in(_TRUTH).all() else None
    elif dtype == pl.Date:
        cast = column.str.to_date("%Y-%m-%d", strict=False) if column.str.contains(_DATE).all() else None
    elif isinstance(dtype, pl.Datetime):
        cast = _instant(column, dtype)
    else:
        cast = column.cast(dtype, strict=False)
    return None if cast is None or cast.null_count() > column.null_count() else cast


def _instant(column: pl.Series, dtype: pl.Datetime) -> pl.Series | None:
    zoned = dtype.time_zone is not None
    if not column.str.contains(_ZONED if zoned else _TIME).all():
        return None
    text = column.str.replace(" ", "T", literal=True)
    if zoned:
        text = text.str.replace("Z", "+00:00", literal=True)
    pattern = "%Y-%m-%dT%H:%M:%S%.f%:z" if zoned else "%Y-%m-%dT%H:%M:%S%.f"
    return text.str.to_datetime(pattern, strict=False, time_unit="us").cast(dtype)


def merged(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    """The narrowest type that holds both; text where nothing else does."""
    if one == other:
        return one
    if pl.Null in (one, other):
        return other if one == pl.Null else one
    if one.is_integer() and other.is_integer():
        return _wider(one, other)
    if one.is_numeric() and other.is_numeric():
        return pl.Float64()
    if isinstance(one, pl.Datetime) and isinstance(other, pl.Datetime) and one.time_zone == other.time_zone:
        return pl.Datetime("us", one.time_zone)
    return pl.String()


def _wider(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    fits = [kind for kind in (one, other) if _holds(kind, one) and _holds(kind, other)]
    if fits:
        return fits[0]
    return pl.Int64() if _holds(pl.Int64(), one) and _holds(pl.Int64(), other) else pl.Int128()


def _holds(kind: pl.DataType, part: pl.DataType) -> bool:
    """Whether every whole number of type `part` is one of type `kind`."""
    bounds = [int(each.bit_length()) if hasattr(each, "bit_length") else _bits(each) for each in (kind, part)]
    if kind.is_signed_integer():
        return bounds[0] > bounds[1] or (bounds[0] == bounds[1] and part.is_signed_integer())
    return not part.is_signed_integer() and bounds[0] >= bounds[1]


def _bits(kind: pl.DataType) -> int:
    return int("".join(character for character in str(kind) if character.isdigit()))


def together(one: Types, other: Types) -> dict[str, pl.DataType]:
    """The types of two parts of one table, by column, in the order of first appearance."""
    names = list(dict.fromkeys((*one, *other)))
    return {name: merged(one.get(name, pl.Null()), other.get(name, pl.Null())) for name in names}


def plain(column: pl.Series) -> pl.Series:
    """The column under a name that polars' own methods take for no pattern, as they do `^x$`."""
    return column.alias("x")


def chosen(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """These columns, in this order. `select` would take the names `*` and `^x$` for patterns."""
    return pl.DataFrame({name: frame.get_column(name) for name in names})


def conform(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """The frame with its columns in these types; a column with a value that its type cannot hold stays as it is."""
    present = [(name, dtype) for name, dtype in types.items() if name in frame.columns]
    return frame.with_columns(_conformed(plain(frame.get_column(name)), dtype).alias(name) for name, dtype in present)


def _conformed(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    if column.dtype == dtype:
        return column
    if dtype == pl.String:
        return as_text(column)
    if column.dtype == pl.String:
        fitting = parsed(column, dtype)
        return column if fitting is None else fitting
    try:
        return column.cast(dtype, strict=True)
    except pl.exceptions.PolarsError:
        return column


def as_text(column: pl.Series) -> pl.Series:
    """A column of any type as text; lists and structures as JSON."""
    if not column.dtype.is_nested():
        return column.cast(pl.String, strict=False)
    values = (None if value is None else json.dumps(value, default=str) for value in column.to_list())
    return pl.Series(column.name, list(values), dtype=pl.String)
