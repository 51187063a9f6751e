"""How often the interval of a latency ratio holds the truth, and how often a model at the limit passes.

Latencies are drawn as those of a machine that drifts by 30 % over the rounds, shared by both models, with blocks that
differ by more than their answers do. Run `python -m benchmarks.latency_intervals [TRIALS]`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit
from mlgitlab.jobs.gate.inference.judge import judge
from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Who
from mlgitlab.jobs.gate.inference.spread import Estimate, Spread
from mlgitlab.jobs.gate.ruling import Outcome

LIMIT = 1.1
RULES = InferenceRules(latency_p50=LatencyLimit(max_ratio=LIMIT))


def blocks(seed: int, slower: float, noise: float, rounds: int, requests: int) -> Iterator[Block]:
    """Two blocks of each model in each round. noise: the spread of blocks, as a share."""
    rng = np.random.default_rng(seed)
    factor = {Who.CANDIDATE: slower, Who.PRODUCTION: 1.0, Who.AGAIN: 1.0}
    for number in range(rounds):
        drift = 1 + 0.3 * math.sin(number / 5)
        for who in (*Who, *reversed(Who)):
            scale = 10 * drift * factor[who] * math.exp(rng.normal(0, noise))
            latencies = scale * rng.lognormal(0, 0.15, requests)
            asked = Asked(latencies=tuple(map(float, latencies)), seconds=float(latencies.sum()) / 1000)
            yield Block(who=who, round=number, asked=asked)


def estimates(spread: Spread) -> Sequence[Estimate]:
    """Candidate over production: median, 95 % quantile, rate."""
    pair = Who.CANDIDATE, Who.PRODUCTION
    return spread.quantile_ratio(*pair, 0.5), spread.quantile_ratio(*pair, 0.95), spread.rate_ratio(*pair)


def study(trials: int, noise: float, rounds: int, requests: int) -> None:
    """One line of the table."""
    held, passed, failed = np.zeros(3), 0, 0
    for seed in range(trials):
        found = tuple(blocks(seed, LIMIT, noise, rounds, requests))
        truth = LIMIT, LIMIT, 1 / LIMIT
        for place, (estimate, value) in enumerate(zip(estimates(Spread(found)), truth, strict=True)):
            held[place] += estimate.interval.low <= value <= estimate.interval.high
        passed += _outcome(found) is Outcome.PASS
        equal = tuple(blocks(seed + trials, 1.0, noise, rounds, requests))
        failed += _outcome(equal) is Outcome.FAIL
    shares = " | ".join(f"{share:.1%}" for share in (*held / trials, passed / trials, failed / trials))
    print(f"| {noise:.0%} | {rounds} | {requests} | {shares} |", flush=True)


def _outcome(found: tuple[Block, ...]) -> Outcome:
    rulings = judge(RULES, Measured(production=True, blocks=found)).rulings
    return next(ruling.outcome for ruling in rulings if ruling.rule == "inference.latency_p50.max_ratio")


def main() -> None:
    """The whole table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print("| noise | rounds | requests in a block | p50 | p95 | rate | pass at the limit | equal, and fail |")
    print("|---|---|---|---|---|---|---|---|")
    for noise, rounds, requests in ((0.02, 40, 5), (0.05, 40, 5), (0.05, 20, 5), (0.05, 10, 5), (0.2, 40, 5)):
        study(trials, noise, rounds, requests)


if __name__ == "__main__":
    main()
