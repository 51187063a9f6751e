"""Two columns' rows over the same bins: those of the baseline."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from mlgitlab.jobs.data.profile import Categories, ColumnProfile, Histogram
from mlgitlab.jobs.data.profile_making import equal_bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Rows in each bin. Of `now`, where it was counted over other bins, `least` and `most` are bounds."""

    before: tuple[float, ...]
    now: tuple[float, ...]
    least: tuple[float, ...]
    most: tuple[float, ...]
    ordered: bool
    new: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the bounds meet."""
        return self.least == self.most


def align(before: ColumnProfile, now: ColumnProfile, bins: int) -> Aligned | None:
    """The two columns over `bins` bins of `before`; None where one of them has none."""
    if before.histogram and now.histogram:
        return _numbers(before, now, bins)
    if before.categories and now.categories:
        return _values(before.categories, now.categories)
    return None


def _numbers(before: ColumnProfile, now: ColumnProfile, bins: int) -> Aligned:
    old, new = before.histogram, now.histogram
    assert old
    assert new
    coarse = _coarse(old, bins)
    total = float(sum(new.counts))
    cuts = [_below(new, edge) for edge in _bounds(coarse)]
    sure, possible, even = ((0.0, *each, total) for each in zip(*cuts, strict=True))
    likely = tuple(upper - lower for lower, upper in pairwise(even))
    least = tuple(max(0.0, upper - lower) for lower, upper in zip(possible, sure[1:], strict=False))
    most = tuple(upper - lower for lower, upper in zip(sure, possible[1:], strict=False))
    return Aligned(
        before=(*_apart(coarse), float(before.infinite)),
        now=(*likely, float(now.infinite)),
        least=(*least, float(now.infinite)),
        most=(*most, float(now.infinite)),
        ordered=True,
    )


def _coarse(histogram: Histogram, bins: int) -> Histogram:
    """At most so many bins, each made of whole ones."""
    starts, counts = equal_bins(tuple(zip(histogram.edges, histogram.counts, strict=False)), bins)
    return replace(histogram, edges=(*starts, histogram.edges[-1]), counts=counts)


def _apart(histogram: Histogram) -> list[float]:
    """The counts with the rows beyond the edges on their own, first and last.

    A baseline has none there, so numbers that it never saw count as a change, however wide its outer bins are.
    """
    counts = [float(count) for count in histogram.counts]
    counts[0] -= histogram.below
    counts[-1] -= histogram.above
    return [float(histogram.below), *counts, float(histogram.above)]


def _bounds(histogram: Histogram) -> list[float]:
    """Where the next bin starts, in the order of `_apart`: the last edge is still within its own."""
    return [*histogram.edges[:-1], math.nextafter(histogram.edges[-1], math.inf)]


def _below(histogram: Histogram, edge: float) -> tuple[float, float, float]:
    """How many rows lie below a number: at least, at most, and if they are spread evenly within their bin."""
    bounds, sums = _bounds(histogram), [0.0, *accumulate(_apart(histogram))]
    index = bisect_right(bounds, edge)
    if index and bounds[index - 1] == edge:
        return (sums[index],) * 3
    low, high = sums[index], sums[index + 1]
    inside = 0 < index < len(bounds)
    part = (edge - bounds[index - 1]) / (bounds[index] - bounds[index - 1]) if inside else 0.5
    return low, high, low + (high - low) * part


def _values(old: Categories, new: Categories) -> Aligned:
    found = dict(new.rows)
    # A value that a cut list does not name has at most the rows of the last one that it names.
    hidden = min([new.others, *(rows for _, rows in new.rows if rows)], default=0) if new.others else 0
    unknown = [0 if value in found else hidden for value, _ in old.rows]
    known = [found.get(value, 0) for value, _ in old.rows]
    rest = new.others + sum(rows for value, rows in new.rows if value not in dict(old.rows))
    others = bool(old.others or rest)
    most_hidden = min(rest, sum(unknown), new.others)
    return Aligned(
        before=(*(float(rows) for _, rows in old.rows), *([float(old.others)] if others else [])),
        now=(*map(float, known), *([float(rest)] if others else [])),
        least=(*map(float, known), *([float(rest - most_hidden)] if others else [])),
        most=(*(float(a + b) for a, b in zip(known, unknown, strict=True)), *([float(rest)] if others else [])),
        ordered=False,
        new=_new(old, new),
    )


def _new(old: Categories, new: Categories) -> tuple[str, ...]:
    """Values that the baseline, which lists all of its own, does not have."""
    if old.others:
        return ()
    known = dict(old.rows)
    return tuple(value for value, rows in new.rows if rows and value not in known)
