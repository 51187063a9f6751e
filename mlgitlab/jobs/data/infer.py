"""A draft of a pandera schema in YAML, from what a dataset holds today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import yaml

from mlgitlab.jobs.data.profile import ColumnProfile, Kind, Profile
from mlgitlab.paths import printable

_FEW = 20  # values that are listed, if on average each is there
_OFTEN = 5  # times
_KEY = 20  # rows from which a column of different values counts as a key
_LONG = 900  # characters; YAML wants a question mark in front of a longer key
_HEADER = """\
# A draft: what {rows} rows of {name} happen to be like. Edit it to what they must be.
# Limits are those that were observed: widen them to what is possible. A check that
# only repeats the data refuses tomorrow's.
schema_type: polars_dataframe
# With `strict: true` other columns than these are refused.
strict: false
columns:
"""


def draft(profile: Profile, name: str) -> bytes:
    """The schema, which the rows of the profile pass. Of sensitive columns it shows no values."""
    lines = [line for column in profile.columns for line in _column(column)]
    header = _HEADER.format(rows=profile.rows, name=printable(name))
    return (header + "\n".join(lines) + "\n").encode()


def _column(column: ColumnProfile) -> Iterator[str]:
    key = _text(column.name)
    if column.name == "*" or (column.name.startswith("^") and column.name.endswith("$")):
        yield f"  # Left out: {key}, since pandera takes this name for a pattern."
        return
    yield f"  {key}:" if len(key) <= _LONG else f"  ? {key}\n  :"
    if column.sensitive:
        yield "    # Sensitive: no values here."
    dtype = _dtype(column)
    if dtype:
        yield f"    dtype: {_text(dtype)}"
    else:
        yield f"    # No type: {'no row has a value' if column.kind == Kind.NULL else 'values of several types'}."
    yield f"    nullable: {'true' if column.missing or column.kind == Kind.NULL else 'false'}"
    yield from _unique(column)
    if not column.sensitive:
        yield from _range(column)
        yield from _values(column)


def _dtype(column: ColumnProfile) -> str:
    if column.kind in (Kind.NULL, Kind.MIXED) or (column.sensitive and column.dtype in ("Enum", "Struct")):
        return ""
    return column.dtype


def _unique(column: ColumnProfile) -> Iterator[str]:
    if column.kind not in (Kind.INTEGER, Kind.TEXT) or column.nulls or column.rows < _KEY or column.distinct is None:
        return
    if column.distinct_exact and column.distinct == column.rows:
        yield "    unique: true  # as observed"
    elif not column.distinct_exact and column.distinct > 0.9 * column.rows:
        yield f"    # About {column.distinct} of {column.rows} values differ: if it is a key, add `unique: true`."


def _range(column: ColumnProfile) -> Iterator[str]:
    if column.least is None or column.greatest is None:
        return
    if column.kind not in (Kind.INTEGER, Kind.NUMBER):
        shown = _moments(column)
        if shown:
            yield f"    # Observed: {shown}."
        return
    if column.nan or column.infinite:
        yield f"    # Observed: {column.nan} NaN and {column.infinite} infinite values, so no limits here."
        return
    yield "    checks:  # the least and the greatest that were observed"
    yield f"      greater_than_or_equal_to: {_number(column.least)}"
    yield f"      less_than_or_equal_to: {_number(column.greatest)}"


def _moments(column: ColumnProfile) -> str:
    """The range of dates, for people; empty where Python's calendar ends."""
    assert column.least is not None
    assert column.greatest is not None
    try:
        if column.kind == Kind.DATE:
            first, last = (date(1970, 1, 1) + timedelta(days=each) for each in (column.least, column.greatest))
            return f"{first} to {last}"
        if column.kind == Kind.DATETIME:
            start = datetime(1970, 1, 1, tzinfo=UTC)
            one, other = (start + timedelta(microseconds=each) for each in (column.least, column.greatest))
            return f"{one:%Y-%m-%d %H:%M:%S} to {other:%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        pass
    return ""


def _values(column: ColumnProfile) -> Iterator[str]:
    listed = column.categories
    if column.kind != Kind.TEXT or listed is None or listed.others or not listed.rows:
        return
    if len(listed.rows) <= _FEW and column.rows - column.nulls >= _OFTEN * len(listed.rows):
        yield "    checks:  # the values that were observed"
        yield "      isin:"
        yield from (f"        - {_text(value)}" for value in sorted(value for value, _ in listed.rows))


def _number(value: float) -> str:
    """As YAML 1.1 and 1.2 both read it: 1e-05 is text to the first."""
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _text(value: str) -> str:
    """In double quotes, on one line; what is not printable is escaped."""
    dumped = yaml.safe_dump(value, default_style='"', allow_unicode=value.isprintable(), width=10**9)
    return str(dumped).removesuffix("\n")
