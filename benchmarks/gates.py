"""How fast intervals are: the paired bootstrap of accuracy and of ROC AUC on many rows.

    python -m benchmarks.gates [--rows N] [--runs N]

Accuracy is compared with drawing one multinomial table of as many draws, over the four ways in which two models can be
right or wrong, by the time of the CPU. Medians; peak memory is that of the process, with the rows.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from mlgitlab.config.gates_metrics import Metric
from mlgitlab.jobs.gate.metrics.known import KNOWN
from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.rows.selection import rows_of

ACCURACY_DRAWS, AREA_DRAWS = 10_000, 1_000


def main(argv: Sequence[str]) -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(prog="benchmarks.gates", description="Time the intervals of metrics.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=25, help="of what takes milliseconds")
    options = parser.parse_args(argv)
    pair = _pair(options.rows)
    print(f"{options.rows:,} rows, medians of {options.runs} runs\n")
    print("| | draws | seconds | CPU seconds | beside one table | peak MiB |\n|---|--:|--:|--:|--:|--:|")
    table = _timed(lambda: _multinomial(pair), options.runs)
    _show("one multinomial table", ACCURACY_DRAWS, table, table)
    _show("accuracy, paired", ACCURACY_DRAWS, _timed(lambda: _interval(pair, Metric.ACCURACY), options.runs), table)
    _show("ROC AUC, paired", AREA_DRAWS, _timed(lambda: _interval(pair, Metric.ROC_AUC, AREA_DRAWS), 1), table)
    return 0


def _pair(count: int) -> Pair:
    generator = np.random.default_rng(0)
    signal = 1.5 * generator.normal(size=count)
    truth = (generator.random(count) < 1 / (1 + np.exp(-signal))).astype(np.float64)
    ids = np.char.zfill(np.arange(count).astype(str), 9)
    sides = []
    for noise in (0.5, 0.4):
        scores = 1 / (1 + np.exp(-signal - noise * generator.normal(size=count)))
        predicted = (scores > 0.5).astype(np.float64)
        sides.append(Predictions(task=Task.BINARY, ids=ids, truth=truth, predicted=predicted, scores=scores))
    return Pair(dataset="", candidate=sides[0], production=sides[1])


def _multinomial(pair: Pair) -> None:
    shares = np.array([0.7, 0.06, 0.05, 0.19])
    np.random.default_rng(0).multinomial(pair.candidate.rows, shares, size=ACCURACY_DRAWS)


def _interval(pair: Pair, metric: Metric, draws: int = ACCURACY_DRAWS) -> None:
    found = KNOWN[metric].measure(rows_of(pair, 0), Options(draws=draws))
    assert isinstance(found, Measured)
    found.resampled.mixed((1, -1)).interval(0.95)


def _timed(action: Callable[[], None], runs: int) -> tuple[float, float]:
    """Seconds of the clock, and of the CPU."""
    wall, cpu = [], []
    for _ in range(runs):
        start, busy = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    return statistics.median(wall), statistics.median(cpu)


def _show(name: str, draws: int, took: tuple[float, float], table: tuple[float, float]) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells = (f"{draws:,}", f"{took[0]:.4f}", f"{took[1]:.4f}", f"{took[1] / table[1]:.1f}x", f"{peak:.0f}")
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
