"""The largest difference and the smallest ratio between groups, and what is known of them.

A largest difference of numbers that are known with errors is larger than the true one, so it is not resampled itself.
Its upper end is the largest upper end over all pairs of groups: the pair that truly differs most is among them, so it
needs no correction (intersection-union, Berger 1982). Its lower end is the largest lower end, each at the level that
Bonferroni gives to one pair of many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from mlgitlab.jobs.gate.fairness.measuring import Numbers
from mlgitlab.jobs.gate.rows.conditions import strict as strict_level
from mlgitlab.jobs.gate.ruling import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """A number over all groups, its interval, and the groups that make it."""

    value: float
    interval: Interval
    groups: tuple[int, ...]
    rate: int = 0


def _pairs(numbers: Numbers) -> Iterator[tuple[int, int, int]]:
    rates, _, groups = numbers.values.shape
    for rate in range(rates):
        for one, other in combinations(range(groups), 2):
            yield rate, one, other


def difference(numbers: Numbers, side: int, level: float) -> Extreme:
    """The largest difference between two groups of one side."""
    pairs = list(_pairs(numbers))
    low = high = 0.0
    for rate, one, other in pairs:
        mixed = numbers.mixed([(rate, side, one, 1), (rate, side, other, -1)])
        plain, strict = mixed.interval(level), mixed.interval(strict_level(level, len(pairs)))
        high = max(high, abs(plain.low), abs(plain.high))
        low = max(low, strict.low, -strict.high)
    rate, one, other = max(pairs, key=lambda pair: _apart(numbers, side, pair))
    value = _apart(numbers, side, (rate, one, other))
    interval = Interval(low=min(low, value), high=max(high, value), level=level)
    return Extreme(value=value, interval=interval, groups=(one, other), rate=rate)


def _apart(numbers: Numbers, side: int, pair: tuple[int, int, int]) -> float:
    rate, one, other = pair
    return abs(float(numbers.values[rate, side, one] - numbers.values[rate, side, other]))


def ratio(numbers: Numbers, side: int, level: float) -> Extreme | str:
    """The smallest ratio of one group's number to another's, of one side; a text where there is none."""
    values = numbers.values[:, side]
    if values.min() < 0 or not values.max(axis=-1).all():
        return "a ratio needs numbers above zero"
    pairs = list(_pairs(numbers))
    low, high = 1.0, 1.0
    for rate, one, other in pairs:
        mixed = numbers.mixed([(rate, side, one, 1), (rate, side, other, -1)], logs=True)
        plain, strict = mixed.interval(level), mixed.interval(strict_level(level, len(pairs)))
        low = min(low, math.exp(min(plain.low, -plain.high)))
        high = min(high, math.exp(min(0.0, strict.high if strict.high < 0 else -strict.low)))
    rate, one, other = min(pairs, key=lambda pair: _share(numbers, side, pair))
    value = _share(numbers, side, (rate, one, other))
    interval = Interval(low=min(low, value), high=max(high, value), level=level)
    return Extreme(value=value, interval=interval, groups=(one, other), rate=rate)


def _share(numbers: Numbers, side: int, pair: tuple[int, int, int]) -> float:
    rate, *groups = pair
    small, large = sorted(float(numbers.values[rate, side, group]) for group in groups)
    return small / large if large else 1.0


def largest(numbers: Numbers, side: int, level: float) -> Extreme:
    """The largest number of a group, of one side."""
    groups = range(numbers.values.shape[2])
    low, high = -math.inf, -math.inf
    for group in groups:
        mixed = numbers.mixed([(0, side, group, 1)])
        high = max(high, mixed.interval(level).high)
        low = max(low, mixed.interval(strict_level(level, len(groups))).low)
    group = int(numbers.values[0, side].argmax())
    value = float(numbers.values[0, side, group])
    return Extreme(
        value=value, interval=Interval(low=min(low, value), high=max(high, value), level=level), groups=(group,)
    )


def increase(numbers: Numbers, level: float) -> Extreme:
    """How much larger the largest difference between two groups is on the first side than on the second.

    The largest difference of a side is at least that of any pair chosen beforehand. The pair that looks largest is
    chosen afterwards, hence Bonferroni's level over all pairs, in both directions, at both ends.
    """
    pairs = list(_pairs(numbers))
    strict = strict_level(level, 2 * len(pairs))
    one, other = (difference(numbers, side, level) for side in (0, 1))
    ends = []
    for fixed, free, extreme in ((1, 0, other), (0, 1, one)):
        first, second = extreme.groups
        sign = 1 if numbers.values[extreme.rate, fixed, first] >= numbers.values[extreme.rate, fixed, second] else -1
        anchor = [(extreme.rate, fixed, first, -sign), (extreme.rate, fixed, second, sign)]
        ends.append(
            max(
                numbers.mixed([*anchor, (rate, free, left, way), (rate, free, right, -way)]).interval(strict).high
                for rate, left, right in pairs
                for way in (1, -1)
            )
        )
    value = one.value - other.value
    interval = Interval(low=min(-ends[1], value), high=max(ends[0], value), level=level)
    return Extreme(value=value, interval=interval, groups=one.groups, rate=one.rate)
