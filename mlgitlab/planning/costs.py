"""How many GPU hours steps are likely to take, and what these cost: estimates from earlier runs, and their sums.

Nothing here is guessed: a step without an earlier run has no estimate, and counts with its time limit at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """GPU hours or money.

    Of steps with earlier runs: the median, and what nine of ten runs stay under. `unknown`: what the time limits of
    the others allow. The quantiles of several steps are added up, which is right where they are slow together
    and too much otherwise.
    """

    median: float = 0.0
    p90: float = 0.0
    unknown: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(median=self.median + other.median, p90=self.p90 + other.p90, unknown=self.unknown + other.unknown)

    def times(self, factor: float) -> Amount:
        """So many times the same."""
        return Amount(median=self.median * factor, p90=self.p90 * factor, unknown=self.unknown * factor)

    @property
    def reserved(self) -> float:
        """What has to be reckoned with."""
        return self.p90 + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one step takes. `runs`: how many earlier runs say so. price: of one GPU for one hour, None if unknown."""

    step: str
    gpu: str
    runs: int
    hours: Amount
    price: float | None = None

    @property
    def money(self) -> Amount:
        """What it costs; nothing where the price is not known."""
        return self.hours.times(self.price or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a plan takes: an estimate of each step on a GPU that runs, in the plan's order.

    trainings: those that start; saved: those that would start if everything had changed.
    """

    trainings: int
    saved: int
    currency: str
    estimates: tuple[Estimate, ...] = ()

    @property
    def hours(self) -> Amount:
        """GPU hours of all steps together."""
        return _sum(estimate.hours for estimate in self.estimates)

    @property
    def money(self) -> Amount | None:
        """What the steps with a price cost together; None where none has one."""
        priced = [estimate.money for estimate in self.estimates if estimate.price is not None]
        return _sum(priced) if priced else None

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The GPU types in use that have no price, sorted."""
        return tuple(sorted({estimate.gpu for estimate in self.estimates if estimate.price is None}))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The steps of which no earlier run is known."""
        return tuple(estimate.step for estimate in self.estimates if not estimate.runs)


def gpu_hours(runs: Iterable[float], *, gpus: int, limit: float) -> Amount:
    """The GPU hours of a step that took `runs` (seconds each), on so many GPUs at once, ended after `limit` seconds.

    The quantiles are those of the runs themselves (nearest rank): of fewer than ten, the longest is the ninth of ten.
    """
    ordered = sorted(min(seconds, limit) for seconds in runs)
    if not ordered:
        return Amount(unknown=limit / _HOUR * gpus)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    p90 = ordered[math.ceil(0.9 * len(ordered)) - 1]
    return Amount(median=median / _HOUR * gpus, p90=p90 / _HOUR * gpus)


def _sum(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, start=Amount())
