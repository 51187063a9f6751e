"""How often intervals hold the truth, and how often a model at the margin passes, for docs/gates-statistics.md.

    python -m scripts.coverage_study [--pairs N] [--draws N] [--only NAME] [--processes N]

For each scenario a population of rows is made, on which a metric's true difference between two models is known. From
it evaluation sets are drawn, and judged as the gates do. "False pass" is how often the interval lies on the good side
of the true difference: how often a candidate that is exactly at the margin would pass.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from mlgitlab.config.gates_metrics import Direction
from mlgitlab.jobs.gate.metrics import own
from mlgitlab.jobs.gate.metrics.known import KNOWN
from mlgitlab.jobs.gate.metrics.measured import Measure, Options
from mlgitlab.jobs.gate.predictions import Pair, Predictions
from mlgitlab.jobs.gate.rows.conditions import Known
from mlgitlab.jobs.gate.rows.selection import chosen, rows_of
from scripts.coverage_populations import POPULATIONS

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A metric, a population, and how many rows (or clusters) an evaluation set has."""

    metric: str
    population: str
    size: int

    @property
    def higher(self) -> bool:
        """Whether higher values are better."""
        return self.metric != "own" and KNOWN[self.metric].direction is Direction.HIGHER

    @property
    def measure(self) -> Measure:
        """How the metric is measured."""
        return partial(own.measured, _median_error) if self.metric == "own" else KNOWN[self.metric].measure


def _median_error(truth: object, predicted: object, *_others: object) -> float:
    return float(np.median(np.abs(truth - predicted)))  # type: ignore[operator]


_BINARY = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "log_loss", "brier")
SCENARIOS = (
    *(Scenario(metric=each, population="binary", size=size) for size in (500, 2000) for each in _BINARY),
    *(Scenario(metric="calibration_error", population=each, size=2000) for each in ("binary", "miscalibrated")),
    *(Scenario(metric=each, population="rare", size=2000) for each in ("recall", "precision", "roc_auc", "pr_auc")),
    *(Scenario(metric=each, population="weighted", size=1000) for each in ("accuracy", "roc_auc", "log_loss")),
    *(Scenario(metric=each, population="clustered", size=100) for each in ("accuracy", "roc_auc", "log_loss")),
    *(Scenario(metric=each, population="multiclass", size=1000) for each in ("accuracy", "f1", "roc_auc", "log_loss")),
    *(
        Scenario(metric=each, population="regression", size=size)
        for size in (200, 1000)
        for each in ("mae", "rmse", "r2", "pinball")
    ),
    *(Scenario(metric=each, population="ranking", size=200) for each in ("ndcg", "map")),
    Scenario(metric="own", population="regression", size=500),
    *(Scenario(metric="accuracy", population="nearly alike", size=size) for size in (200, 1000)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of how many pairs the interval held the truth, or lay on the good side of it, or on the bad one."""

    pairs: int
    below: int
    above: int
    width: float
    truth: float


@cache
def population(name: str) -> Pair:
    """The population of that name."""
    return POPULATIONS[name](np.random.default_rng(20_240_601))


def drawn(everyone: Pair, size: int, generator: np.random.Generator) -> Pair:
    """An evaluation set of that many rows or clusters, which may come twice, as new ones."""
    first, production = everyone.candidate, everyone.production
    assert production is not None
    if first.cluster is None:
        taken = generator.integers(first.rows, size=size)
        cluster = None
    else:
        _, of_row, counts = np.unique(first.cluster, return_inverse=True, return_counts=True)
        start, order = np.append(0, np.cumsum(counts)), np.argsort(of_row, kind="stable")
        picked = generator.integers(len(counts), size=size)
        taken = np.concatenate([order[start[each] : start[each + 1]] for each in picked])
        cluster = np.repeat(np.arange(size), counts[picked]).astype(str)
    return Pair(dataset="", candidate=_sampled(first, taken, cluster), production=_sampled(production, taken, cluster))


def _sampled(side: Predictions, taken: object, cluster: object) -> Predictions:
    return replace(chosen(side, taken), cluster=cluster)  # type: ignore[arg-type]


def study(scenario: Scenario, pairs: int, draws: int) -> Counted:
    """Judge that many pairs."""
    everyone = population(scenario.population)
    whole = scenario.measure(rows_of(everyone, 0), Options(draws=2))
    assert not isinstance(whole, str), whole
    truth = whole.values[0] - whole.values[1]
    generator = np.random.default_rng(7)
    below = above = judged = 0
    widths = []
    for seed in range(pairs):
        found = scenario.measure(rows_of(drawn(everyone, scenario.size, generator), seed), Options(draws=draws))
        if isinstance(found, str):
            continue
        known = Known(value=found.values[0] - found.values[1], spread=found.resampled.mixed((1, -1)))
        interval = known.interval(LEVEL)
        judged += 1
        below += interval.high < truth
        above += interval.low > truth
        widths.append(interval.high - interval.low)
    return Counted(pairs=judged, below=below, above=above, width=float(np.median(widths)), truth=truth)


def table(scenarios: Sequence[Scenario], pairs: int, draws: int, processes: int) -> Iterator[str]:
    """A line for each scenario."""
    yield "| Metric | Population | Size | True difference | Median width | Coverage | False pass |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    with ProcessPoolExecutor(processes) as pool:
        for each, found in zip(scenarios, pool.map(partial(study, pairs=pairs, draws=draws), scenarios), strict=True):
            covered = 1 - (found.below + found.above) / found.pairs
            passed = (found.above if each.higher else found.below) / found.pairs
            cells = (each.metric, each.population, f"{each.size}", f"{found.truth:+.4f}", f"{found.width:.4f}")
            yield f"| {' | '.join(cells)} | {covered * 100:.1f} % | {passed * 100:.1f} % |"


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts.coverage_study", description="Coverage of the gates' intervals.")
    parser.add_argument("--pairs", type=int, default=4000, help="pairs of models in each scenario")
    parser.add_argument("--draws", type=int, default=1000, help="draws for each interval")
    parser.add_argument("--only", default="", help="scenarios whose metric or population is this")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    wanted = [each for each in SCENARIOS if options.only in ("", each.metric, each.population)]
    for line in table(wanted, options.pairs, options.draws, options.processes):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
