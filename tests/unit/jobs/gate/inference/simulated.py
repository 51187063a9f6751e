"""Measurements that were not made: latencies drawn as those of a machine that drifts and has neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Used, Who


def blocks(
    seed: int, *, slower: float = 1.0, noise: float = 0.02, rounds: int = 40, requests: int = 20, again: float = 1.0
) -> Sequence[Block]:
    """Two blocks of each model in each round. noise: the spread between blocks; all share a drift of 30 %."""
    rng = np.random.default_rng(seed)
    factor = {Who.CANDIDATE: slower, Who.PRODUCTION: 1.0, Who.AGAIN: again}
    found = []
    for number in range(rounds):
        drift = 1 + 0.3 * np.sin(number / 5)
        for who in (*Who, *reversed(Who)):
            scale = 10 * drift * factor[who] * np.exp(rng.normal(0, noise))
            latencies = scale * rng.lognormal(0, 0.15, requests)
            asked = Asked(latencies=tuple(map(float, latencies)), seconds=float(latencies.sum()) / 1000)
            found.append(Block(who=who, round=number, asked=asked))
    return found


def measured(found: Sequence[Block], used: Mapping[Who, Used] | None = None) -> Measured:
    return Measured(production=True, blocks=tuple(found), used=used or {}, facts={"cpus": "2"})
