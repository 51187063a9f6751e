"""Parameters that are functions of sums over rows: means, rates, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.jobs.gate.statistics.resampled import Resampled

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Codes, Integers

# Sums (..., K) to parameters (..., J).
Combine: TypeAlias = "Callable[[Floats], Floats]"

# Numbers that one batch of draws may hold: 32 MB.
_BATCH = 4_000_000
# With so few kinds of units, how often each is drawn is cheaper to draw than the units.
_FEW_KINDS = 1024
_STEP = 1e-6
# Of more codes, those that occur are found by sorting.
_FEW_CODES = 1_000_000
# Of so few, to look for each is quicker than to count them all.
_VERY_FEW_CODES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Units of D kinds: what each adds to the K sums (D, K), and how many there are of it (D,), whole in all."""

    table: Floats
    times: Floats

    def resampled(self, combine: Combine, draws: int, seed: int) -> Resampled:
        """The parameters on all units, and on each draw of as many."""
        total = self.times @ self.table
        with np.errstate(divide="ignore", invalid="ignore"):
            return Resampled(
                estimate=combine(total),
                draws=np.concatenate([combine(drawn @ self.table) for drawn in counts(self.times, draws, seed)]),
                influence=self._influence(combine, total),
                times=self.times,
            )

    def _influence(self, combine: Combine, total: Floats) -> Floats:
        """The derivatives by central differences, times the deviation of each kind of unit from the mean."""
        steps = _STEP * np.maximum(np.abs(total), np.abs(self.table).max(axis=0)) + 1e-300
        slopes = []
        for some in np.array_split(np.arange(len(total)), 1 + len(total) ** 2 // _BATCH):
            off = np.zeros((len(some), len(total)))
            off[np.arange(len(some)), some] = steps[some]
            slopes.append((combine(total + off) - combine(total - off)) / (2 * steps[some, None]))
        # A share more of one kind of units is a share less of all others.
        return np.asarray((self.table * self.times.sum() - total) @ np.nan_to_num(np.concatenate(slopes)))


def kinds(codes: Codes, number: int) -> tuple[Integers, Floats]:
    """The codes that occur among those of rows (n,), all below `number`, and how many rows have each."""
    if number <= _VERY_FEW_CODES:
        times = np.zeros(number, dtype=np.int64)
        rest, code = len(codes), number
        while rest:
            code -= 1
            times[code] = np.count_nonzero(codes == code)
            rest -= int(times[code])
        found = np.flatnonzero(times)
        return found, times[found].astype(np.float64)
    if number <= _FEW_CODES:
        times = np.bincount(codes, minlength=number)
        found = np.flatnonzero(times)
        return found, times[found].astype(np.float64)
    found, times = np.unique(codes, return_counts=True)
    return found, times.astype(np.float64)


def counts(times: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """How often each kind of unit is drawn, (batch, D) each, `draws` rows in all."""
    generator = np.random.default_rng(seed)
    units, kinds = round(float(times.sum())), len(times)
    batch = max(1, _BATCH // kinds)
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        if kinds <= _FEW_KINDS and kinds < units / 2:
            yield generator.multinomial(units, times / units, size=size).astype(np.float64)
        else:
            yield _drawn(generator, times, units, size)


def _drawn(generator: np.random.Generator, times: Floats, units: int, size: int) -> Floats:
    """How often each kind is drawn (size, D); kinds of which there is one, as rows are, stand before rarer ones."""
    single = len(times) if times[-1] == 1 else int(np.argmin(times == 1))
    if single < len(times) / 2:
        return generator.multinomial(units, times / units, size=size).astype(np.float64)
    rest = times[single:]
    others = generator.binomial(units, 1 - single / units, size=size) if len(rest) else np.zeros(size, dtype=np.int64)
    # Numbers from `single` on are thrown away, as many as are drawn of the rarer kinds.
    numbers = generator.integers(single, size=(size, units))
    numbers[np.arange(units) < others[:, None]] = single
    numbers += (single + 1) * np.arange(size)[:, None]
    drawn = np.bincount(numbers.ravel(), minlength=(single + 1) * size).reshape(size, single + 1)[:, :single]
    more = generator.multinomial(others, rest / rest.sum()) if len(rest) else np.empty((size, 0))
    return np.concatenate([drawn, more], axis=1, dtype=np.float64)
