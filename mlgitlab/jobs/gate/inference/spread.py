"""Quantiles of latencies and their ratios, with intervals from a bootstrap over rounds.

Answers within a round are alike (the clock of the CPU, a neighbour's work), so rounds are drawn, not answers (a
cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their Application, 3.8). All models' blocks of a round are
drawn together: what slowed them all cancels in the ratio. Intervals are percentiles of the resamples, further out the
fewer rounds there are (the expanded percentile interval: Hesterberg, What Teachers Should Know About the Bootstrap).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, TypeAlias

from mlgitlab.jobs.gate.inference.measured import Block, Who
from mlgitlab.jobs.gate.ruling import Interval

if TYPE_CHECKING:
    import numpy as np

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Singles: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

_RESAMPLES = 2000
_SEED = 20240229  # the same measurement gives the same verdict
_LEVEL = 0.95
_VALUES = 1000
_POINTS = 200  # of a curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value and its interval."""

    value: float
    interval: Interval


class Spread:
    """All models' latencies (milliseconds) and their rates, round by round. At least one round, none of it empty."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        import numpy as np  # noqa: PLC0415 (for those who judge)

        self.rounds = max(block.round for block in blocks) + 1
        self._sorted: dict[Who, Floats] = {}
        self._counts: dict[Who, Floats] = {}
        self._seconds: dict[Who, Floats] = {}
        self._cumulated: dict[Who, Singles] = {}
        for who in Who:
            own = [block for block in blocks if block.who is who]
            if own:
                self._add(who, own)
        drawn = np.random.default_rng(_SEED).multinomial(self.rounds, np.full(self.rounds, 1 / self.rounds), _RESAMPLES)
        self._weights: Floats = drawn.astype(np.float64)

    def _add(self, who: Who, blocks: Sequence[Block]) -> None:
        """The distinct latencies, sorted, and how often each round had each: (rounds, values)."""
        import numpy as np  # noqa: PLC0415

        latencies = np.concatenate([np.asarray(block.asked.latencies) for block in blocks])
        rounds = np.concatenate([np.full(len(block.asked.latencies), block.round) for block in blocks])
        edges = _edges(latencies)
        counts = np.zeros((self.rounds, len(edges)))
        np.add.at(counts, (rounds, np.searchsorted(edges, latencies)), 1)
        self._sorted[who], self._counts[who] = edges, counts
        seconds = np.zeros(self.rounds)
        for block in blocks:
            seconds[block.round] += block.asked.seconds
        self._seconds[who] = seconds

    def has(self, who: Who) -> bool:
        """Whether there is anything of that model."""
        return who in self._counts

    def answers(self, who: Who) -> int:
        """How many answers one model gave."""
        return int(self._counts[who].sum())

    def quantile(self, who: Who, share: float) -> Estimate:
        """The least latency that this share of the answers took at most."""
        return self._estimate(self._quantiles(who, share))

    def quantile_ratio(self, who: Who, other: Who, share: float) -> Estimate:
        """One model's quantile over another's."""
        return self._estimate(self._quantiles(who, share) / self._quantiles(other, share))

    def rate(self, who: Who) -> Estimate:
        """Answers in a second."""
        return self._estimate(self._rates(who))

    def rate_ratio(self, who: Who, other: Who) -> Estimate:
        """One model's rate over another's."""
        return self._estimate(self._rates(who) / self._rates(other))

    def curve(self, who: Who) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Latencies, and the share of answers that took at most that."""
        import numpy as np  # noqa: PLC0415

        shares = self._counts[who].sum(axis=0).cumsum() / self._counts[who].sum()
        places = np.unique(np.linspace(0, len(shares) - 1, _POINTS).astype(int))
        return tuple(map(float, self._sorted[who][places])), tuple(map(float, shares[places]))

    def _quantiles(self, who: Who, share: float) -> Floats:
        """Of all rounds as they are, and then of each resample."""
        import numpy as np  # noqa: PLC0415

        reached = self._reached(who)
        # So little less that rounding does not ask for one answer more.
        wanted = reached[:, -1:] * (share - 1e-6)
        return np.asarray(self._sorted[who][np.argmax(reached >= wanted, axis=1)])

    def _reached(self, who: Who) -> Singles:
        """How many answers took at most each value: (1 + resamples, values). Such counts are exact as float32."""
        import numpy as np  # noqa: PLC0415

        if who not in self._cumulated:
            weights = np.concatenate([np.ones((1, self.rounds)), self._weights]).astype(np.float32)
            self._cumulated[who] = np.cumsum(weights @ self._counts[who].astype(np.float32), axis=1)
        return self._cumulated[who]

    def _estimate(self, found: Floats) -> Estimate:
        import numpy as np  # noqa: PLC0415

        beyond = tail(max(2, self.rounds))
        low, high = np.quantile(found[1:], [beyond, 1 - beyond])
        return Estimate(value=float(found[0]), interval=Interval(low=float(low), high=float(high), level=_LEVEL))

    def _rates(self, who: Who) -> Floats:
        import numpy as np  # noqa: PLC0415

        weights = np.concatenate([np.ones((1, self.rounds)), self._weights])
        return np.asarray(weights @ self._counts[who].sum(axis=1) / (weights @ self._seconds[who]))


def _edges(latencies: Floats) -> Floats:
    """The distinct values, or, of many, enough of them: more of the slowest twentieth, whose quantiles are judged."""
    import numpy as np  # noqa: PLC0415

    distinct = np.unique(latencies)
    if len(distinct) <= _VALUES:
        return distinct
    shares = np.concatenate([np.linspace(0, 0.95, _VALUES // 2), np.linspace(0.95, 1, _VALUES // 2)])
    return np.unique(np.quantile(latencies, shares, method="higher"))


def tail(clusters: int, level: float = _LEVEL) -> float:
    """The share of resamples beyond each end of an interval, from so many clusters (2 or more)."""
    normal = NormalDist()
    z, free = normal.inv_cdf((1 + level) / 2), clusters - 1
    # Student's quantile from the normal one: Abramowitz and Stegun, 26.7.5.
    student = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    return normal.cdf(-math.sqrt(clusters / free) * student)
