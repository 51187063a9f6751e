"""How far two distributions over the same bins lie apart, and what of that few rows alone explain.

The population stability index is sum((p - q) * ln(p / q)) over the bins. That is Jeffreys' divergence (Kullback and
Leibler, "On Information and Sufficiency", 1951); the customary limits are 0.1 and 0.25 (Siddiqi, "Credit Risk
Scorecards", 2006). It is 0 for equal shares, never negative, and the same in both directions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

# Half a row more in each bin, so that an empty one has a logarithm (Jeffreys' prior).
_HALF = 0.5


def shares(counts: Sequence[float]) -> list[float]:
    """The share of each bin, none of them 0."""
    total = sum(counts) + _HALF * len(counts)
    return [(count + _HALF) / total for count in counts]


def psi(before: Sequence[float], now: Sequence[float]) -> float:
    """The index of two counts over the same bins."""
    return math.fsum((p - q) * math.log(p / q) for p, q in zip(shares(before), shares(now), strict=True))


def noise(bins: int, rows_before: int, rows_now: int) -> float:
    """The index to expect of two samples of one distribution: (bins - 1) * (1/n + 1/m).

    Yurdakul, "Statistical Properties of Population Stability Index", 2018: the index over (1/n + 1/m) is about
    chi-squared with bins - 1 degrees of freedom, whose mean that is.
    """
    if not (rows_before and rows_now):
        return math.inf
    return (bins - 1) * (1 / rows_before + 1 / rows_now)


def distance(before: Sequence[float], now: Sequence[float], *, ordered: bool) -> float:
    """The largest difference in the share of rows, 0 to 1.

    Of ordered bins: up to any edge (Kolmogorov and Smirnov's statistic, as far as the bins show it). Of categories:
    in any set of them (total variation).
    """
    n, m = sum(before) or 1, sum(now) or 1
    if not ordered:
        return math.fsum(abs(a / n - b / m) for a, b in zip(before, now, strict=True)) / 2
    sums = zip(accumulate(before), accumulate(now), strict=True)
    return max((abs(a / n - b / m) for a, b in sums), default=0.0)


def psi_between(
    before: Sequence[float], least: Sequence[float], most: Sequence[float], rows: float
) -> tuple[float, float]:
    """The least and the greatest index where of each bin's rows only bounds are known, of `rows` in all.

    Each term is convex and 0 where the shares are equal, so it is largest at an end. The shares need not add up to 1
    here, so the truth may lie well inside.
    """
    total = rows + _HALF * len(before)
    low = high = 0.0
    for p, one, other in zip(shares(before), least, most, strict=True):
        ends = [(p - q) * math.log(p / q) for q in ((one + _HALF) / total, (other + _HALF) / total)]
        low += 0.0 if one + _HALF <= p * total <= other + _HALF else min(ends)
        high += max(ends)
    return low, high
