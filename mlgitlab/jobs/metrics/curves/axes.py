"""An axis: the range of its values, round ticks, and where a value lies between its ends."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

_WANTED = 5
_FACTORS = (1, 2, 2.5, 5, 10)
_LARGE, _SMALL = 1e6, 1e-4
_TINY, _HUGE = 1e-300, sys.float_info.max
_MOST_DIGITS = 17
_LAST_POWER = 307  # five times ten to it is still a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From `low` to `high`, which differ; with `log` both are positive."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.log:
            start = math.log10(self.low)
            return (math.log10(value) - start) / (math.log10(self.high) - start)
        # Divided first: the difference of two large numbers may be infinite.
        span = self.high / 2 - self.low / 2
        return (value / 2 - self.low / 2) / span

    def holds(self, value: float) -> bool:
        """Whether the value has a place at all."""
        return math.isfinite(value) and (value > 0 or not self.log)


def linear(values: Iterable[float], *, tight: bool = False) -> Axis:
    """An axis that holds all finite values. `tight`: it ends at the first and the last, not at ticks."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if high / 2 - low / 2 <= max(abs(high) * 1e-12, _TINY):
        pad = abs(high) * 0.1 if abs(high) > _TINY else 1.0
        low, high = max(low - pad, -_HUGE), min(high + pad, _HUGE)
    span = high / 2 - low / 2
    unit = _unit(span / _WANTED * 2)
    first, last = (
        (math.ceil(low / unit), math.floor(high / unit)) if tight else (math.floor(low / unit), math.ceil(high / unit))
    )
    ticks = tuple(number * unit for number in range(first, last + 1))
    finite_ticks = tuple(tick for tick in ticks if math.isfinite(tick))
    return Axis(low=min(low, *finite_ticks), high=max(high, *finite_ticks), ticks=finite_ticks)


def logarithmic(values: Iterable[float]) -> Axis:
    """A logarithmic axis that holds all positive values, with ticks at powers of ten or, of few, between them."""
    positive = [value for value in values if math.isfinite(value) and value > 0]
    low, high = (min(positive), max(positive)) if positive else (1.0, 10.0)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    stride = math.ceil((last - first) / (2 * _WANTED)) or 1
    multiples = (1, 2, 5) if last - first <= 2 else (1,)
    powers = range(first, min(last + stride, _LAST_POWER) + 1, stride)
    every = [float(f"{multiple}e{power}") for power in powers for multiple in multiples]
    below = [tick for tick in every if 0 < tick <= low][-1:] or [low]
    above = [tick for tick in every if tick >= high and tick > below[0]][:1] or [high]
    start, end = below[0], above[0]
    if math.log10(end) == math.log10(start):  # next to the largest or the smallest number there is
        start, end = (start / 10, end) if start > 1 else (start, end * 10)
    return Axis(low=start, high=end, ticks=tuple(tick for tick in every if start <= tick <= end), log=True)


def labels(axis: Axis) -> tuple[str, ...]:
    """A text for each tick, with as few digits as tell them apart and say where they are."""
    largest = max(map(abs, axis.ticks), default=0)
    form = "g" if axis.log or largest >= _LARGE or 0 < largest < _SMALL else "f"
    near = min((b - a for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)), default=1.0) / 100
    for digits in range(3 if form == "g" else 0, _MOST_DIGITS):
        # Adding zero makes a negative zero positive.
        texts = tuple(f"{tick + 0.0:.{digits}{form}}" for tick in axis.ticks)
        if all(abs(float(text) - tick) < near for text, tick in zip(texts, axis.ticks, strict=True)):
            return texts
    return tuple(map(repr, axis.ticks))


def _unit(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is no less."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in _FACTORS if factor * power >= rough * (1 - 1e-9)), 10 * power)
