"""Intervals for what little traffic shows. `z` is the number of standard deviations: 1.96 for 95 %, two-sided.

Each answer is (estimate, low, high); an end that nothing bounds is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

SURE = 1.96  # 95 %: what decides at the end of a step
EARLY = 3.29  # 99.9 %: what decides before, where it is looked at again and again


class Estimate(NamedTuple):
    """A number and its interval."""

    value: float
    low: float
    high: float


def rate(count: int, of: int, z: float) -> Estimate:
    """A share, by Wilson's score interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not of:
        return Estimate(math.nan, 0.0, 1.0)
    share, square = count / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    # At either end the formula gives 0 or 1 up to rounding.
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == of else min(1.0, middle + half)
    return Estimate(share, low, high)


def rate_ratio(count: int, of: int, other: int, of_other: int, z: float) -> Estimate:
    """The ratio of two rates of rare events.

    Given their sum, the one count is binomial with share p = r * n / (r * n + m) for a ratio r; Wilson's interval for p
    leads to that for r (Przyborowski and Wilenski, 1940). Without any event it is unbounded.
    """
    if not (of and of_other) or not count + other:
        return Estimate(math.nan, 0.0, math.inf)
    found = rate(count, count + other, z)
    low, high = (_odds(share) * of_other / of for share in (found.low, found.high))
    return Estimate(_odds(found.value) * of_other / of, low, high)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf


def quantile(ordered: Sequence[float], q: float, z: float) -> Estimate:
    """The q-quantile of numbers in ascending order, with order statistics for its interval (Woodruff, 1952)."""
    n = len(ordered)
    if not n:
        return Estimate(math.nan, -math.inf, math.inf)
    half = z * math.sqrt(n * q * (1 - q))
    low, high = math.floor(n * q - half) - 1, math.ceil(n * q + half)
    return Estimate(
        ordered[min(n - 1, max(0, math.ceil(n * q) - 1))],
        ordered[low] if low >= 0 else -math.inf,
        ordered[high] if high < n else math.inf,
    )


def ratio(one: Estimate, other: Estimate) -> Estimate:
    """The ratio of two independent positive numbers, from their intervals.

    The method of variance estimates recovery, on the logarithms: Zou and Donner, "Construction of confidence limits
    about effect measures", 2008.
    """
    if not (one.value > 0 and other.value > 0):
        return Estimate(math.nan, 0.0, math.inf)
    a, b = math.log(one.value), math.log(other.value)
    below = math.hypot(a - _log(one.low), _log(other.high) - b)
    above = math.hypot(_log(one.high) - a, b - _log(other.low))
    return Estimate(math.exp(a - b), math.exp(a - b - below), math.exp(a - b + above) if above < math.inf else math.inf)


def _log(number: float) -> float:
    if number <= 0:
        return -math.inf
    return math.log(number) if number < math.inf else math.inf


def mean(numbers: Sequence[float], z: float) -> Estimate:
    """A mean, by its standard error."""
    n = len(numbers)
    if n < 2:
        return Estimate(numbers[0] if numbers else math.nan, -math.inf, math.inf)
    middle = math.fsum(numbers) / n
    half = z * math.sqrt(math.fsum((number - middle) ** 2 for number in numbers) / (n - 1) / n)
    return Estimate(middle, middle - half, middle + half)


def chi_squared(freedom: int, z: float) -> float:
    """About the quantile of chi-squared that the normal quantile `z` stands for (Wilson and Hilferty, 1931)."""
    part = 2 / (9 * freedom)
    return float(freedom * max(0.0, 1 - part + z * math.sqrt(part)) ** 3)
