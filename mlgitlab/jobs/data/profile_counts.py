"""What is counted of a table's columns, before it is decided what of it a profile shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mlgitlab.jobs.data.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """What to count for a comparison with a baseline: rows between its edges, rows of its categories, by column."""

    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was counted of one column.

    `buckets`: lower bound and rows of each group of neighbouring numbers, in order; each group is one value where
    `error` is 0, else it is at most that share of its own size wide. `total` and `squares` are the exact sums.
    `between`: rows between the edges that were asked for; `below` and `above` them are counted in the outer ones, too.
    `values`: rows of each value of text; None where there are too many, or too long ones, to keep.
    `listed`: rows of the categories that were asked for.
    """

    name: str
    kind: str
    dtype: str
    rows: int
    nulls: int
    distinct: int
    distinct_exact: bool
    nan: int = 0
    infinite: int = 0
    least: float | None = None
    greatest: float | None = None
    total: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)
    buckets: tuple[tuple[float, int], ...] = ()
    error: float = 0.0
    between: tuple[int, ...] = ()
    below: int = 0
    above: int = 0
    values: Mapping[str, int] | None = None
    listed: Mapping[str, int] = field(default_factory=dict)
    lengths: tuple[int, int, int] | None = None


def like(profile: Profile) -> Like:
    """What to count for a comparison with this baseline."""
    return Like(
        edges={each.name: each.histogram.edges for each in profile.columns if each.histogram},
        categories={
            each.name: [value for value, _ in each.categories.rows] for each in profile.columns if each.categories
        },
    )
