"""Parameters that were estimated, estimated again on rows that were drawn again, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.ruling import Interval
from mlgitlab.jobs.gate.statistics import normal

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers

# When the spread rests on fewer units than this, what none of them shows may still exist.
_FEW = 6
# Where a sum of products is the same number but for the order of its terms.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """J parameters, estimated on the rows and on each of B draws of as many units as there are.

    `estimate` (J,) and `draws` (B, J). `influence` (D, J): how much a parameter moves with the share of units of a
    kind; `times` (D,): how many units of each kind there are. `excess` (J,), not negative: how much more than the
    truth an estimate may be because absolute values add up the noise. `reach`: how far one unit that was not seen could
    move a parameter, where that is bounded.
    """

    estimate: Floats
    draws: Floats
    influence: Floats
    times: Floats
    excess: Floats | None = None
    reach: float = 0.0

    def some(self, which: Integers) -> Resampled:
        """The parameters at those places."""
        return Resampled(
            estimate=self.estimate[which],
            draws=self.draws[:, which],
            influence=self.influence[:, which],
            times=self.times,
            excess=None if self.excess is None else self.excess[which],
            reach=self.reach,
        )

    def mixed(self, factors: Sequence[float] | Floats) -> Mixed:
        """The one parameter that is this sum of the others: (1, -1) for a difference."""
        by = np.asarray(factors, dtype=np.float64)
        with np.errstate(invalid="ignore"):  # infinity less infinity is NaN, and counts as the worst
            draws = self.draws @ by
        return Mixed(
            estimate=float(self.estimate @ by),
            draws=draws,
            influence=self.influence @ by,
            times=self.times,
            excess=None if self.excess is None else (self._excess(by), self._excess(-by)),
            reach=self.reach,
        )

    def _excess(self, by: Floats) -> float:
        assert self.excess is not None
        return float(np.sum(self.excess[by > 0] * by[by > 0]))

    def logs(self) -> Resampled:
        """The logarithms of the parameters; those of values that are not positive are infinite or NaN."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = None if self.excess is None else self.estimate - self.excess
            excess = None if low is None else np.log(self.estimate) - np.log(np.maximum(low, 0))
            return Resampled(
                estimate=np.log(self.estimate),
                draws=np.log(self.draws),
                influence=self.influence / self.estimate,
                times=self.times,
                excess=excess,
                reach=self.reach / float(np.min(self.estimate)) if np.min(self.estimate) > 0 else 0.0,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """One parameter: `draws` (B,), `influence` and `times` (D,), as `Resampled` has them.

    `excess`: how far the truth may lie below the estimate, and above it, because of noise that adds up.
    """

    estimate: float
    draws: Floats
    influence: Floats
    times: Floats
    excess: tuple[float, float] | None = None
    reach: float = 0.0

    def interval(self, level: float) -> Interval:
        """The interval of that level, two-sided; see `end`. Infinite where numbers are too large to be added."""
        part = (1 - level) / 2
        low, high = self.end(part), self.end(1 - part)
        low, high = (-math.inf if math.isnan(low) else low), (math.inf if math.isnan(high) else high)
        return Interval(low=low, high=high, level=level)

    def end(self, part: float) -> float:
        """The bound that the truth lies below with a probability of `part`, infinite where the draws say nothing.

        The bias-corrected and accelerated bootstrap (Efron 1987, JASA 82:171-185), its percentiles expanded as
        Student's distribution is wider than the normal one (Hesterberg 2015, The American Statistician 69:371-386).
        The acceleration comes from the influence of the units (Efron and Tibshirani 1993, section 22.6).
        """
        lower, least = part < 0.5, min(2 / (len(self.draws) + 1), 0.25)
        if min(part, 1 - part) < least:
            # So few draws lie there that they do not say where it ends; a normal distribution does, from where they do.
            known = 1.01 * least if lower else 1 - 1.01 * least
            return self.estimate + (self.end(known) - self.estimate) * normal.quantile(part) / normal.quantile(known)
        units = float(np.sum(self.times[self.influence != 0]))
        if not self._varies():
            # As many rows that were not seen as the rule of three allows: z² = 3.84 for 95 %.
            return self.estimate + math.copysign(normal.quantile(part) ** 2 * self.reach, part - 0.5)
        z = math.sqrt(units / max(units - 1, 1)) * normal.student(part, self._freedom(units))
        if self.excess is not None:
            with np.errstate(invalid="ignore"):
                moved = z * float(np.std(self.draws)) + (-self.excess[0] if lower else self.excess[1])
            return self.estimate + (moved if math.isfinite(moved) else math.copysign(math.inf, z))
        start, acceleration = self._start(), self._acceleration()
        place = start + (start + z) / max(1 - acceleration * (start + z), 0.1)
        bound = _quantile(self.draws, normal.probability(place), lower=lower)
        return bound + math.copysign(self._unseen(z), z)

    def _varies(self) -> bool:
        spread = float(np.ptp(self.draws)) if len(self.draws) else 0.0
        return not spread <= _ROUNDING * max(abs(self.estimate), 1)  # NaN varies

    def _freedom(self, units: float) -> float:
        """The degrees of freedom with which the spread is known: fewer than units where a few of them carry it.

        Those of a variance whose own variance is that of `units` values of this kurtosis (Satterthwaite 1946); four at
        least, which is as few as `normal.student` knows.
        """
        second, fourth = self._moment(2), self._moment(4)
        kurtosis = units * fourth / second**2 if second else 3.0
        return max(min(units - 1, 2 * units / max(kurtosis - 1, 1e-9)), 4.0)

    def _start(self) -> float:
        """Which quantile of the draws the estimate is: how far they are off on one side, as a normal deviate."""
        near = _ROUNDING * max(abs(self.estimate), 1)
        below = np.count_nonzero(self.draws < self.estimate - near)
        at = np.count_nonzero(np.abs(self.draws - self.estimate) <= near)
        count = len(self.draws)
        return normal.quantile(min(max((below + at / 2) / count, 1 / (count + 1)), count / (count + 1)))

    def _acceleration(self) -> float:
        second, third = (self._moment(power) for power in (2, 3))
        return third / (6 * second**1.5) if second > 0 else 0.0

    def _unseen(self, z: float) -> float:
        """How much further a bound is for what may be and was not seen, as in intervals of a rare event.

        Where few units carry the spread, as much as Wilson's interval (1927) of no event at all: z² / 2 of them. Where
        many do, and all pull to one side, half as much on that side, as exact intervals of a Poisson mean have it
        beyond this one. Nothing where both sides pull alike.
        """
        second, third, fourth = (self._moment(power) for power in (2, 3, 4))
        if not second:
            return 0.0
        size = math.sqrt(fourth / second) * self._largest() / float(self.times.sum())
        if second**2 / fourth < _FEW:
            return z**2 / 2 * max(size, self.reach)
        one_sided = math.copysign(third / math.sqrt(second * fourth), z * third)
        return z**2 / 4 * max(one_sided, 0.0) * size

    def _moment(self, power: int) -> float:
        """The sum of powers of influences, as shares of the largest one: large ones have powers that are too large."""
        largest = self._largest()
        return float(self.times @ (self.influence / largest) ** power) if largest else 0.0

    def _largest(self) -> float:
        return float(np.abs(self.influence).max(initial=0.0))


def _quantile(draws: Floats, part: float, *, lower: bool) -> float:
    """A quantile of the draws, the next one outwards; NaN counts as the worst."""
    place = part * (len(draws) + 1) - 1
    chosen = min(max(math.floor(place) if lower else math.ceil(place), 0), len(draws) - 1)
    known = np.where(np.isnan(draws), -math.inf if lower else math.inf, draws)
    return float(np.partition(known, chosen)[chosen])
