"""A profile, from what was counted: where the bins lie, which categories are listed, what stays hidden."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from mlgitlab.jobs.data.profile import Categories, ColumnProfile, Histogram, Kind, Lengths, Profile
from mlgitlab.jobs.data.profile_counts import Measured

BINS = 20
# The histogram has so many for each bin that is compared, so that profiles with other edges can be compared, too.
FINE = 10
LISTED = 50  # categories
EVERY = "*"
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def profile_of(
    counted: Sequence[Measured],
    rows: int,
    *,
    bins: int = BINS,
    sensitive: Iterable[str] = (),
    like: Profile | None = None,
    texts: Iterable[str] = (),
) -> Profile:
    """The profile of all rows. `sensitive` columns (`*`: all) keep their counts and lose every value.

    `texts`: columns that are text in the files, whatever type was found in it. `like`: a baseline whose bins and
    categories were counted; where it has any, they are this profile's, too.
    """
    hidden, read = set(sensitive), set(texts)
    columns = []
    for each in counted:
        baseline = like.column(each.name) if like else None
        bare = each.name in hidden or EVERY in hidden or (baseline is not None and baseline.sensitive)
        made = _bare(each) if bare else _whole(each, bins, baseline)
        columns.append(replace(made, typed=each.name not in read))
    return Profile(rows=rows, bins=like.bins if like else bins, columns=tuple(columns))


def _bare(counted: Measured) -> ColumnProfile:
    return ColumnProfile(
        name=counted.name,
        kind=Kind(counted.kind),
        dtype=_without_values(counted.dtype),
        rows=counted.rows,
        nulls=counted.nulls,
        distinct=_distinct(counted),
        distinct_exact=counted.distinct_exact,
        nan=counted.nan,
        infinite=counted.infinite,
        sensitive=True,
    )


def _without_values(dtype: str) -> str:
    """An enumeration's type lists its values."""
    return dtype.partition("(")[0] if dtype.startswith(("Enum", "Struct")) else dtype


def _distinct(counted: Measured) -> int | None:
    return None if counted.kind in (Kind.OTHER, Kind.MIXED) else counted.distinct


def _whole(counted: Measured, bins: int, baseline: ColumnProfile | None) -> ColumnProfile:
    numbers = sum(rows for _, rows in counted.buckets)
    return ColumnProfile(
        name=counted.name,
        kind=Kind(counted.kind),
        dtype=counted.dtype,
        rows=counted.rows,
        nulls=counted.nulls,
        distinct=_distinct(counted),
        distinct_exact=counted.distinct_exact,
        nan=counted.nan,
        infinite=counted.infinite,
        least=counted.least,
        greatest=counted.greatest,
        mean=_float(counted.total / numbers) if numbers else None,
        std=_deviation(counted, numbers),
        quantiles=tuple((share, quantile(counted.buckets, share)) for share in _QUANTILES) if numbers else (),
        error=counted.error,
        histogram=_histogram(counted, bins, baseline),
        categories=_categories(counted, baseline),
        lengths=_lengths(counted),
    )


def _float(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _deviation(counted: Measured, numbers: int) -> float | None:
    """The standard deviation of the sample, n-1 below the line; from exact sums, so nothing cancels."""
    if numbers < 2:
        return None
    variance = (counted.squares - counted.total**2 / numbers) / (numbers - 1)
    value = _float(variance)
    return None if value is None else math.sqrt(value)


def quantile(buckets: Sequence[tuple[float, int]], share: float) -> float:
    """The least value that at least this share of the rows do not exceed (the inverse of the distribution function)."""
    rank = max(1, math.ceil(share * sum(rows for _, rows in buckets)))
    for value, rows in buckets:
        rank -= rows
        if rank <= 0:
            return value
    raise ValueError("no rows")


def _histogram(counted: Measured, bins: int, baseline: ColumnProfile | None) -> Histogram | None:
    if not counted.buckets:
        return None
    if baseline and baseline.histogram and counted.between:
        return Histogram(
            edges=baseline.histogram.edges, counts=counted.between, below=counted.below, above=counted.above
        )
    starts, counts = equal_bins(counted.buckets, bins * FINE)
    assert counted.greatest is not None
    return Histogram(edges=(*starts, float(counted.greatest)), counts=counts)


def equal_bins(buckets: Sequence[tuple[float, int]], bins: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Where at most so many bins of about equally many rows start, and the rows in each.

    A value that fills a bin alone has one to itself, so a column of zeros and a tail keeps its tail apart.
    """
    share = sum(rows for _, rows in buckets) / bins
    starts, counts = [buckets[0][0]], [0]
    filled = 0
    if len(buckets) <= bins:
        return tuple(value for value, _ in buckets), tuple(rows for _, rows in buckets)
    for value, rows in buckets:
        full = filled >= share * len(starts) or (rows >= share and counts[-1] > 0)
        if counts[-1] and full and len(starts) < bins:
            starts.append(value)
            counts.append(0)
        counts[-1] += rows
        filled += rows
    return tuple(starts), tuple(counts)


def _categories(counted: Measured, baseline: ColumnProfile | None) -> Categories | None:
    """The baseline's categories first, whatever their rows, then the most frequent others."""
    asked = dict(counted.listed) if baseline and baseline.categories else {}
    if counted.values is None and not asked:
        return None
    further = [item for item in (counted.values or {}).items() if item[0] not in asked]
    ranked = sorted(further, key=lambda item: (-item[1], item[0]))
    rows = (*asked.items(), *ranked[:LISTED])
    others = counted.rows - counted.nulls - sum(count for _, count in rows)
    named = sum(count > 0 for _, count in rows)
    return Categories(rows=rows, others=others, other_values=max(counted.distinct - named, 1) if others else 0)


def _lengths(counted: Measured) -> Lengths | None:
    present = counted.rows - counted.nulls
    if counted.lengths is None or counted.kind != Kind.TEXT or not present:
        return None
    least, greatest, total = counted.lengths
    return Lengths(least=least, greatest=greatest, mean=total / present)
