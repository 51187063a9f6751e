"""Counts of a column of numbers: exact sums, and how many lie where, in at most `LIMIT` groups.

Floats keep their order when their bits are read as whole numbers (IEEE 754), so dropping the last `shift` bits makes
groups of neighbours whose width is a fixed share of their size: 2^(shift-52). `shift` is the smallest that leaves at
most `LIMIT` groups. As more rows can only ask for a larger one, it does not matter in which order they come: the groups
of all rows are the same. With few different values it is 0, and each group is one value.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from mlgitlab.adapters.tables.summaries.distinct import Distinct

LIMIT = 8192
_MANTISSA = 1 << 52
_SIGN = 1 << 63
_SMALLEST = 1074  # the smallest float is 2^-1074


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What was counted of the values that are there. Dates are days since 1970, times and durations microseconds.

    `total` counts 2^-1074, `squares` 2^-2148: whole numbers, so that sums are exact in any order.
    """

    groups: pl.DataFrame
    shift: int
    distinct: Distinct
    nan: int
    infinite: int
    least: float | None
    greatest: float | None
    total: int
    squares: int
    edges: tuple[float, ...]
    between: tuple[int, ...]
    below: int
    above: int

    @classmethod
    def of(cls, series: pl.Series, edges: Sequence[float] = ()) -> Numbers:
        """The counts of one batch."""
        present = series.drop_nulls()
        floats = as_floats(present)
        finite = floats.filter(floats.is_finite())
        nan = int(floats.is_nan().sum())
        groups, shift = _coarse(_keys(finite), 0)
        total, squares = _sums(finite)
        exact = present if present.dtype.is_integer() else finite
        return cls(
            groups=groups,
            shift=shift,
            distinct=Distinct.of(present),
            nan=nan,
            infinite=len(floats) - len(finite) - nan,
            least=_plain(exact.min()),
            greatest=_plain(exact.max()),
            total=total,
            squares=squares,
            edges=tuple(edges),
            between=_between(finite, edges),
            below=int((finite < edges[0]).sum()) if edges else 0,
            above=int((finite > edges[-1]).sum()) if edges else 0,
        )

    def merge(self, other: Numbers) -> Numbers:
        """The counts of both together."""
        shift = max(self.shift, other.shift)
        both = pl.concat([_shifted(self.groups, shift - self.shift), _shifted(other.groups, shift - other.shift)])
        groups, shift = _coarse(both, shift)
        return Numbers(
            groups=groups,
            shift=shift,
            distinct=self.distinct.merge(other.distinct),
            nan=self.nan + other.nan,
            infinite=self.infinite + other.infinite,
            least=min((each for each in (self.least, other.least) if each is not None), default=None),
            greatest=max((each for each in (self.greatest, other.greatest) if each is not None), default=None),
            total=self.total + other.total,
            squares=self.squares + other.squares,
            edges=self.edges,
            between=tuple(map(sum, zip(self.between, other.between, strict=True))),
            below=self.below + other.below,
            above=self.above + other.above,
        )

    def facts(self) -> dict[str, Any]:
        """The fields of `Measured` that numbers have."""
        exact = self.shift == 0 and not self.infinite
        return {
            "distinct": len(self.groups) + int(self.nan > 0) if exact else self.distinct.estimate(),
            "distinct_exact": exact or self.distinct.exact,
            "nan": self.nan,
            "infinite": self.infinite,
            "least": self.least,
            "greatest": self.greatest,
            "total": Fraction(self.total, 1 << _SMALLEST),
            "squares": Fraction(self.squares, 1 << 2 * _SMALLEST),
            "buckets": tuple((self._bound(key), rows) for key, rows in self.groups.sort("key").iter_rows()),
            "error": 2.0 ** (self.shift - 52) if self.shift else 0.0,
            "between": self.between,
            "below": self.below,
            "above": self.above,
        }

    def _bound(self, key: int) -> float:
        """The least number of a group, and no less than the least that was seen."""
        assert self.least is not None
        ordered = key << self.shift
        if ordered <= -0x7FF0000000000000:  # minus infinity
            return float(self.least)
        bits = ordered if ordered >= 0 else -ordered | _SIGN
        value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
        return max(value, float(self.least))


def as_floats(series: pl.Series) -> pl.Series:
    """Numbers and times as 64-bit floats; whole numbers beyond 2^53 are rounded."""
    kind = series.dtype.base_type()
    if kind in (pl.Datetime, pl.Duration):
        unit = series.dtype.time_unit  # type: ignore[attr-defined]
        scale = {"ns": 1e-3, "us": 1.0, "ms": 1e3}[unit]
        return series.to_physical().cast(pl.Float64) * scale
    if kind == pl.Time:
        return series.to_physical().cast(pl.Float64) / 1e3
    return (series.to_physical() if kind == pl.Date else series).cast(pl.Float64)


def _keys(finite: pl.Series) -> pl.DataFrame:
    """Whole numbers in the order of the floats, and how many rows have each."""
    bits = pl.col("x").reinterpret(dtype=pl.Int64)
    magnitude = bits & pl.lit(_SIGN - 1, dtype=pl.Int64)
    key = pl.when(bits < 0).then(-magnitude).otherwise(bits).alias("key")
    counted = finite.alias("x").to_frame().select(key).group_by("key").agg(pl.len().cast(pl.Int64).alias("rows"))
    return counted.select("key", "rows")


def _shifted(groups: pl.DataFrame, by: int) -> pl.DataFrame:
    if not by:
        return groups
    key = (pl.col("key") // (1 << by)) if by < 63 else pl.when(pl.col("key") < 0).then(-1).otherwise(0)
    return groups.select(key.cast(pl.Int64).alias("key"), "rows").group_by("key").agg(pl.col("rows").sum())


def _coarse(groups: pl.DataFrame, shift: int) -> tuple[pl.DataFrame, int]:
    """Groups, each once, under the smallest shift from `shift` on that leaves at most `LIMIT` of them."""
    once = groups.group_by("key").agg(pl.col("rows").sum())
    if len(once) <= LIMIT:
        return once, shift
    fits, fails = 63, 0  # by how much more: 63 leaves two groups
    while fits - fails > 1:
        middle = (fits + fails) // 2
        if (once["key"] // (1 << middle)).n_unique() <= LIMIT:
            fits = middle
        else:
            fails = middle
    return _shifted(once, fits), shift + fits


def _sums(finite: pl.Series) -> tuple[int, int]:
    """The exact sums of the numbers and of their squares, in units of 2^-1074 and 2^-2148.

    A float is a whole number of 53 bits times a power of two: those with one power are added as whole numbers.
    """
    bits = pl.col("x").reinterpret(dtype=pl.Int64)
    magnitude = bits & pl.lit(_SIGN - 1, dtype=pl.Int64)
    frame = (
        finite.alias("x").to_frame().select(power=magnitude // _MANTISSA, part=magnitude % _MANTISSA, negative=bits < 0)
    )
    whole = (pl.col("part") + pl.when(pl.col("power") > 0).then(_MANTISSA).otherwise(0)).cast(pl.Int64)
    signed = pl.when(pl.col("negative")).then(-whole).otherwise(whole).cast(pl.Int128)
    sums = (
        frame.select("power", signed.alias("m"))
        .group_by("power")
        .agg(one=pl.col("m").sum(), two=(pl.col("m") * pl.col("m")).sum())
    )
    total = squares = 0
    for power, one, two in sums.iter_rows():
        places = max(power, 1) - 1
        total += one << places
        squares += two << 2 * places
    return total, squares


def _between(finite: pl.Series, edges: Sequence[float]) -> tuple[int, ...]:
    """Rows in each bin [edge, next edge); the outer bins take what lies beyond them."""
    bins = max(len(edges) - 1, 1) if edges else 0
    if bins < 2:
        return (len(finite),) * bins
    place = pl.Series(edges[1:-1], dtype=pl.Float64).search_sorted(finite, side="right")
    counts = dict(place.alias("bin").value_counts(name="rows").iter_rows())
    return tuple(counts.get(index, 0) for index in range(bins))


def _plain(value: object) -> float | None:
    return None if value is None else value + 0  # type: ignore[operator]  # -0.0 equals 0.0, and becomes it
