"""Counting a table's columns in one pass: what a profile is made of, exact where it can be, and mergeable.

Nothing here depends on the order of the rows or on how they were cut into batches: merging what shards gave is the same
as measuring all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from mlgitlab.adapters.tables.summaries.numbers import Numbers
from mlgitlab.adapters.tables.summaries.strings import Strings
from mlgitlab.jobs.data.profile_counts import Like, Measured

_WHOLE = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_TEXT = (pl.String, pl.Categorical, pl.Enum)
MIXED = "mixed"


class Measuring:
    """Counts of a table so far. Give it frames, or another one's counts; ask for the result at any time."""

    def __init__(self, like: Like | None = None) -> None:
        self._like = like or Like()
        self._columns: dict[str, _Column] = {}
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Count these rows. A column that this frame lacks is missing in all its rows."""
        for series in frame.iter_columns():
            edges, listed = self._like.edges.get(series.name, ()), self._like.categories.get(series.name, ())
            new = _Column.of(series.alias("x"), edges, listed)  # polars takes `^x$` for a pattern
            known = self._columns.get(series.name)
            self._columns[series.name] = known.merge(new) if known else new
        self.rows += len(frame)

    def merge(self, other: Measuring) -> None:
        """Count the rows that another one counted."""
        for name, column in other._columns.items():
            known = self._columns.get(name)
            self._columns[name] = known.merge(column) if known else column
        self.rows += other.rows

    def result(self) -> tuple[Measured, ...]:
        """What is known of each column, in the order of their first appearance."""
        return tuple(column.measured(name, self.rows) for name, column in self._columns.items())


def measure(frames: Iterable[pl.DataFrame], like: Like | None = None) -> Measuring:
    """The counts of all frames together."""
    measuring = Measuring(like)
    for frame in frames:
        measuring.add(frame)
    return measuring


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Counts of one column: those that every type has, and those of numbers or of text."""

    kind: str
    dtype: str
    rows: int
    nulls: int
    numbers: Numbers | None = None
    strings: Strings | None = None

    @classmethod
    def of(cls, series: pl.Series, edges: Sequence[float], listed: Sequence[str]) -> _Column:
        kind = kind_of(series.dtype)
        numeric = kind in ("integer", "number", "date", "datetime", "time", "duration")
        return cls(
            kind=kind,
            dtype=str(series.dtype),
            rows=len(series),
            nulls=series.null_count(),
            numbers=Numbers.of(series, edges) if numeric else None,
            strings=Strings.of(series, listed) if kind in ("text", "boolean") else None,
        )

    def merge(self, other: _Column) -> _Column:
        rows, nulls = self.rows + other.rows, self.nulls + other.nulls
        if "null" in (self.kind, other.kind):  # no value, so no say in the type
            return replace(other if self.kind == "null" else self, rows=rows, nulls=nulls)
        if self.dtype == other.dtype:
            kind, dtype = self.kind, self.dtype
        elif {self.kind, other.kind} <= {"integer", "number"}:
            kind, dtype = ("number", "Float64") if "number" in (self.kind, other.kind) else ("integer", "Int64")
        else:
            return _Column(kind=MIXED, dtype=MIXED, rows=rows, nulls=nulls)
        return _Column(
            kind=kind,
            dtype=dtype,
            rows=rows,
            nulls=nulls,
            numbers=self.numbers.merge(other.numbers) if self.numbers and other.numbers else None,
            strings=self.strings.merge(other.strings) if self.strings and other.strings else None,
        )

    def measured(self, name: str, rows: int) -> Measured:
        counts = self.numbers or self.strings
        return Measured(
            name=name,
            kind=self.kind,
            dtype=self.dtype,
            rows=rows,
            nulls=self.nulls + rows - self.rows,
            **({"distinct": 0, "distinct_exact": False} if counts is None else counts.facts()),
        )


def kind_of(dtype: pl.DataType) -> str:
    """The type as a profile names it, whatever its width."""
    kinds: dict[type[pl.DataType], str] = {
        pl.Null: "null",
        pl.Boolean: "boolean",
        pl.Date: "date",
        pl.Datetime: "datetime",
        pl.Time: "time",
        pl.Duration: "duration",
        **dict.fromkeys(_WHOLE, "integer"),
        **dict.fromkeys(_TEXT, "text"),
        **dict.fromkeys((pl.Float32, pl.Float64, pl.Decimal), "number"),
    }
    return kinds.get(dtype.base_type(), "other")
