"""What measuring comes to: values with what intervals are made of, or the reason why there are none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from mlgitlab.config.gates_metrics import Direction
from mlgitlab.jobs.gate.predictions import Task
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.rows.soundness import Reads
from mlgitlab.jobs.gate.statistics.resampled import Resampled


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The metric of each side: `values` as the rows have them, `resampled` for intervals (the first S parameters)."""

    values: tuple[float, ...]
    resampled: Resampled
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a metric is told beside the rows; `MetricRule` says what each means."""

    average: str = ""
    k: int | None = None
    quantile: float = 0.5
    bins: int = 10
    draws: int = 2000


# A text where the rows do not allow to measure: why.
Measure: TypeAlias = "Callable[[Rows, Options], Measured | str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A metric: which values are better, for which tasks it is, what it looks at, and how it is measured.

    `within`: the least and the greatest value that it can have.
    """

    direction: Direction
    tasks: tuple[Task, ...]
    reads: Reads
    measure: Measure
    within: tuple[float, float] = (-math.inf, math.inf)
