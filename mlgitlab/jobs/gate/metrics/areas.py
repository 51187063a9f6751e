"""Areas under curves of ranked scores: ROC AUC, and average precision (PR AUC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.metrics.measured import Measured, Options
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics import ranks
from mlgitlab.jobs.gate.statistics.ranks import Area, Ranked, Weighing, ranked

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats


def measured(area: Area, rows: Rows, options: Options) -> Measured | str:
    """The area for the second of two classes; for several, the mean over the classes, each against the rest."""
    fault = _one_sided(rows.first)
    if fault:
        return fault
    weighing = Weighing(weight=rows.first.weight, units=rows.units())
    sides = [_rankings(side) for side in rows.sides]
    found = ranks.resampled(sides, area, weighing, options.draws, rows.seed)
    return Measured(values=tuple(map(float, found.estimate)), resampled=found)


def _one_sided(side: Predictions) -> str:
    present = np.unique(side.truth)
    if len(present) < 2:
        return "the truth has one class only: there is nothing to rank it against"
    if side.task is Task.MULTICLASS and len(present) < len(side.classes):
        missing = next(name for number, name in enumerate(side.classes) if number not in present)
        return f"no row is of the class {missing}"
    return ""


def _rankings(side: Predictions) -> list[Ranked]:
    assert side.scores is not None
    if side.task is Task.BINARY:
        return [ranked(side.truth == 1, side.scores)]
    return [ranked(side.truth == number, _column(side.scores, number)) for number in range(len(side.classes))]


def _column(scores: Floats, number: int) -> Floats:
    return np.ascontiguousarray(scores[:, number])
