"""A dataset in numbers: what each column holds, in a form that a later version can be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column's values are, whatever the width of their type."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    NULL = "null"
    OTHER = "other"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Rows in each bin [edge, next edge), the last one closed.

    In a profile that was made like another one, the outer bins hold what lies beyond the edges, too; `below` and
    `above` say how many rows that are.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """The most frequent values and their rows; `others` rows have one of `other_values` further values."""

    rows: tuple[tuple[str, int], ...]
    other_values: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Characters of a text."""

    least: int
    greatest: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column. What its kind does not have, or must not show, is None.

    `typed`: the type is that of the files; else it was found in text. `nan` and `infinite` are numbers that are none;
    nothing else counts them. Dates are days since 1970-01-01, times and durations microseconds. `quantiles`: share of
    rows and the value of that rank. Quantiles and the edges of the histogram are exact where `error` is 0; else each
    is at most that share of its own size below the exact one.
    """

    name: str
    kind: Kind
    dtype: str
    rows: int
    nulls: int
    distinct: int | None = None
    distinct_exact: bool = True
    typed: bool = True
    sensitive: bool = False
    nan: int = 0
    infinite: int = 0
    least: float | None = None
    greatest: float | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: tuple[tuple[float, float], ...] = ()
    error: float = 0.0
    histogram: Histogram | None = None
    categories: Categories | None = None
    lengths: Lengths | None = None

    @property
    def missing(self) -> float:
        """The share of rows without a value: missing ones, and numbers that are none."""
        return (self.nulls + self.nan) / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A dataset's columns, in its own order. `bins`: how many a comparison with it uses; histograms are finer."""

    rows: int
    bins: int
    columns: tuple[ColumnProfile, ...]

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)
