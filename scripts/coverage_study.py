"""How often intervals hold the truth, and how often a model at the margin passes, for docs/gates-statistics.md.

    python -m scripts.coverage_study [--pairs N] [--draws N] [--only NAME ...] [--processes N]

For each scenario a population of rows is made, on which a metric's true difference between two models is known. From
it evaluation sets are drawn, and judged as the gates do. "False pass" is how often the interval lies on the good side
of the true difference: how often a candidate that is exactly at the margin would pass.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from mlgitlab.config.gates_fairness import Criterion, FairnessRule
from mlgitlab.config.gates_metrics import Direction, Metric, Statistics
from mlgitlab.jobs.gate.fairness import extremes
from mlgitlab.jobs.gate.fairness.case import measured
from mlgitlab.jobs.gate.fairness.measuring import Numbers
from mlgitlab.jobs.gate.metrics import own
from mlgitlab.jobs.gate.metrics.known import KNOWN
from mlgitlab.jobs.gate.metrics.measured import Options
from mlgitlab.jobs.gate.predictions import Pair
from mlgitlab.jobs.gate.rows.conditions import Estimate
from mlgitlab.jobs.gate.rows.selection import chosen, rows_of
from mlgitlab.jobs.gate.rows.soundness import Unsound
from mlgitlab.jobs.gate.ruling import Interval
from scripts.coverage_populations import POPULATIONS

LEVEL = 0.95
# Of the candidate, for a threshold, instead of the difference from production.
ALONE = ", alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is judged, a population, and how many rows (or clusters) an evaluation set has."""

    metric: str
    population: str
    size: int

    @property
    def passes_above(self) -> bool:
        """Whether a candidate passes with an interval that lies above the true value."""
        if self.metric in FAIRNESS:
            return self.metric.endswith(", ratio")
        return self.name != "own" and KNOWN[Metric(self.name)].direction is Direction.HIGHER

    @property
    def name(self) -> str:
        """The metric, of whichever models."""
        return self.metric.removesuffix(ALONE)

    def judged(self, pair: Pair, seed: int, draws: int) -> tuple[float, Interval] | None:
        """The number that a rule would be about, and its interval; None where nothing could be judged."""
        if self.metric in FAIRNESS:
            return _of_groups(self.metric, pair, seed, draws)
        alone, known = self.metric.endswith(ALONE), KNOWN[Metric(self.name)] if self.name != "own" else None
        rows = rows_of(pair, seed, alone=alone)
        found = (known.measure if known else partial(own.measured, _median_error))(rows, Options(draws=draws))
        if isinstance(found, str):
            return None
        if known:
            found = replace(found, resampled=replace(found.resampled, within=known.within))
        value = found.values[0] if alone else found.values[0] - found.values[1]
        spread = None if rows.identical else found.resampled.mixed((1,) if alone else (1, -1))
        return value, Estimate(value=value, spread=spread).interval(LEVEL)


def _median_error(truth: object, predicted: object, *_others: object) -> float:
    return float(np.median(np.abs(truth - predicted)))  # type: ignore[operator]


def _of_groups(metric: str, pair: Pair, seed: int, draws: int) -> tuple[float, Interval] | None:
    criterion, _, compared = metric.partition(", ")
    settings = Statistics(resamples=draws, seed=seed)
    rule = FairnessRule(criterion=Criterion(criterion), groups=(("group",),), min_group=2)
    case = measured("", rule, ("group",), pair, settings, alone=compared != "beside production")
    found = None if isinstance(case, Unsound) else FAIRNESS[metric](case.numbers)
    return (found.value, found.interval) if isinstance(found, extremes.Extreme) else None


def _difference(numbers: Numbers) -> extremes.Extreme:
    return extremes.difference(numbers, 0, LEVEL)


FAIRNESS: dict[str, Callable[[Numbers], extremes.Extreme | str]] = {
    "demographic_parity": _difference,
    "demographic_parity, ratio": lambda numbers: extremes.ratio(numbers, 0, LEVEL),
    "equal_opportunity": _difference,
    "equalised_odds": _difference,
    "error_parity": _difference,
    "demographic_parity, beside production": lambda numbers: extremes.increase(numbers, LEVEL),
}
_BINARY = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "log_loss", "brier")
SCENARIOS = (
    *(Scenario(metric=each, population="binary", size=size) for size in (500, 2000) for each in _BINARY),
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
    *(Scenario(metric=each, population="two groups", size=2000) for each in FAIRNESS),
    *(
        Scenario(metric=each, population=name, size=2000)
        for name in ("four groups", "four equal groups")
        for each in ("demographic_parity", "equalised_odds")
    ),
    *(Scenario(metric="calibration_error", population=each, size=2000) for each in ("binary", "miscalibrated")),
    *(Scenario(metric=each, population="rare", size=2000) for each in ("recall", "precision", "roc_auc", "pr_auc")),
    *(Scenario(metric="accuracy", population="nearly alike", size=size) for size in (200, 1000)),
    *(Scenario(metric=each, population="nearly alike", size=200) for each in ("brier", "log_loss", "roc_auc")),
    *(
        Scenario(metric=each + ALONE, population="binary", size=size)
        for size in (100, 500)
        for each in ("accuracy", "recall", "f1", "roc_auc", "log_loss")
    ),
    *(Scenario(metric=each + ALONE, population="rare", size=2000) for each in ("recall", "roc_auc")),
    *(Scenario(metric=each + ALONE, population="regression", size=200) for each in ("mae", "r2")),
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


@cache
def clusters(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """The rows of a population by cluster, where each cluster begins, and how many rows it has."""
    _, of_row, counts = np.unique(
        population(name).candidate.cluster,  # type: ignore[arg-type]
        return_inverse=True,
        return_counts=True,
    )
    return np.argsort(of_row, kind="stable"), np.append(0, np.cumsum(counts)), counts


def drawn(scenario: Scenario, generator: np.random.Generator) -> Pair:
    """An evaluation set of that many rows or clusters, which may come twice, as new ones."""
    everyone, size = population(scenario.population), scenario.size
    first, production = everyone.candidate, everyone.production
    assert production is not None
    if first.cluster is None:
        taken = generator.integers(first.rows, size=size)
        cluster = None
    else:
        order, start, counts = clusters(scenario.population)
        picked = generator.integers(len(counts), size=size)
        taken = np.concatenate([order[start[each] : start[each + 1]] for each in picked])
        cluster = np.repeat(np.arange(size), counts[picked]).astype(str)
    candidate, beside = (replace(chosen(side, taken), cluster=cluster) for side in (first, production))  # type: ignore[arg-type]
    return Pair(dataset="", candidate=candidate, production=beside)


def study(scenario: Scenario, pairs: int, draws: int) -> Counted:
    """Judge that many pairs."""
    whole = scenario.judged(population(scenario.population), 0, 2)
    assert whole is not None
    truth = whole[0]
    generator = np.random.default_rng([ord(letter) for letter in f"{scenario}"])
    below = above = judged = 0
    widths = []
    for seed in range(pairs):
        found = scenario.judged(drawn(scenario, generator), seed, draws)
        if found is None:
            continue
        interval = found[1]
        judged += 1
        below += interval.high < truth
        above += interval.low > truth
        widths.append(interval.high - interval.low)
    return Counted(pairs=judged, below=below, above=above, width=float(np.median(widths)), truth=truth)


def table(scenarios: Sequence[Scenario], pairs: int, draws: int, processes: int) -> Iterator[str]:
    """A line for each scenario."""
    yield "| What | Population | Size | True value | Median width | Pairs | Coverage | False pass |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    with ProcessPoolExecutor(processes) as pool:
        for each, found in zip(scenarios, pool.map(partial(study, pairs=pairs, draws=draws), scenarios), strict=True):
            covered = 1 - (found.below + found.above) / found.pairs
            passed = (found.above if each.passes_above else found.below) / found.pairs
            cells = (
                each.metric,
                each.population,
                f"{each.size}",
                f"{found.truth:+.4f}",
                f"{found.width:.4f}",
                f"{found.pairs}",
            )
            yield f"| {' | '.join(cells)} | {covered * 100:.1f} % | {passed * 100:.1f} % |"


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="scripts.coverage_study", description="Coverage of the gates' intervals.")
    parser.add_argument("--pairs", type=int, default=2000, help="pairs of models in each scenario")
    parser.add_argument("--draws", type=int, default=500, help="draws for each interval")
    parser.add_argument("--only", nargs="*", default=[], help="scenarios whose metric or population is one of these")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(argv)
    wanted = [each for each in SCENARIOS if not options.only or {each.metric, each.population} & set(options.only)]
    for line in table(wanted, options.pairs, options.draws, options.processes):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
