"""Counts of a column of text or of true and false: the rows of each value, as long as there are few and short ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from mlgitlab.adapters.tables.summaries.distinct import Distinct

LIMIT = 10_000  # different values
LONGEST = 256  # characters of a value that is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """What was counted of the values that are there. `values` is None once there were too many, or too long ones."""

    values: pl.DataFrame | None
    listed: dict[str, int]
    distinct: Distinct
    shortest: int | None
    longest: int | None
    characters: int

    @classmethod
    def of(cls, series: pl.Series, listed: Sequence[str] = ()) -> Strings:
        """The counts of one batch."""
        text = series.drop_nulls().cast(pl.String)
        counted = text.alias("value").to_frame().group_by("value").agg(pl.len().cast(pl.Int64).alias("rows"))
        sizes = text.str.len_chars().unique().to_list()
        asked = counted.filter(pl.col("value").is_in(list(listed))) if listed else counted.clear()
        found = dict(asked.iter_rows())
        return cls(
            values=_kept(counted),
            listed={value: found.get(value, 0) for value in listed},
            distinct=Distinct.of(text),
            shortest=min(sizes, default=None),
            longest=max(sizes, default=None),
            characters=int(text.str.len_chars().sum()),
        )

    def merge(self, other: Strings) -> Strings:
        """The counts of both together."""
        values = None
        if self.values is not None and other.values is not None:
            both = pl.concat([self.values, other.values])
            values = _kept(both.group_by("value").agg(pl.col("rows").sum()))
        return Strings(
            values=values,
            listed={value: rows + other.listed[value] for value, rows in self.listed.items()},
            distinct=self.distinct.merge(other.distinct),
            shortest=min((each for each in (self.shortest, other.shortest) if each is not None), default=None),
            longest=max((each for each in (self.longest, other.longest) if each is not None), default=None),
            characters=self.characters + other.characters,
        )

    def facts(self) -> dict[str, Any]:
        """The fields of `Measured` that text has."""
        known = self.values is not None
        sizes = (
            None if self.shortest is None or self.longest is None else (self.shortest, self.longest, self.characters)
        )
        return {
            "distinct": len(self.values) if self.values is not None else self.distinct.estimate(),
            "distinct_exact": known or self.distinct.exact,
            "values": dict(self.values.sort("value").iter_rows()) if self.values is not None else None,
            "listed": self.listed,
            "lengths": sizes,
        }


def _kept(counted: pl.DataFrame) -> pl.DataFrame | None:
    if len(counted) > LIMIT or (counted["value"].str.len_chars() > LONGEST).any():
        return None
    return counted
