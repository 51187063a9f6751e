"""How much weight the classes have, in the truth and among the answers, and scores that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.jobs.gate.metrics.measured import Measured
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics.sums import Combine, Sums, kinds
from mlgitlab.jobs.gate.statistics.units import MOST, units_of

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Integers

# Weights by class (..., K), of rows whose truth it is, that were predicted as it, and that are both, to scores (...).
Score: TypeAlias = "Callable[[Floats, Floats, Floats], Floats]"

# How many numbers the table of units may hold: 160 MB.
_TABLE = 20_000_000


def measured(rows: Rows, truth: Integers, sides: Sequence[Integers], score: Score, draws: int) -> Measured:
    """The score of each side: of rows with that truth (n,) and those answers (n,), numbers of classes.

    For intervals, half a row is added in which the first side alone is right, and half a row in which it alone is
    wrong, spread over the classes: without them, models that happen to agree on a few rows would seem to agree on
    all (Agresti and Min 2005, Biometrics 61:515-523).
    """
    classes = 1 + max(1, int(truth.max()), *(int(answers.max()) for answers in sides))
    score_all = _of_sides(score, len(sides))
    table, times = _counted(rows, truth, sides, classes) or _by_unit(rows, truth, sides, classes)
    values = score_all(times @ table)
    unseen = _columns(*_unseen(np.unique(truth), classes, len(sides)), classes) * rows.weight.mean()
    sums = Sums(
        table=np.concatenate([table, unseen]), times=np.concatenate([times, np.full(len(unseen), 1 / len(unseen))])
    )
    found = sums.resampled(score_all, draws, rows.seed)
    # What was not seen in any unit may be in every row of one.
    reach = (
        float(np.abs(found.influence[-len(unseen) :]).max()) * rows.count / rows.units.independent / sums.times.sum()
    )
    return Measured(values=tuple(map(float, values)), resampled=replace(found, reach=reach))


def _of_sides(score: Score, sides: int) -> Combine:
    def combined(sums: Floats) -> Floats:
        parts = np.split(sums, 1 + 2 * sides, axis=-1)
        return np.stack([score(parts[0], *parts[1 + 2 * side : 3 + 2 * side]) for side in range(sides)], axis=-1)

    return combined


def _columns(truth: Integers, sides: Sequence[Integers], classes: int) -> Floats:
    """For each row, a one in the column of its class: of the truth, and of each side's answer and right answer."""
    every = np.arange(classes)
    true = truth[:, None] == every
    parts = [true]
    for answers in sides:
        answered = answers[:, None] == every
        parts += [answered, answered & true]
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)


def _counted(rows: Rows, truth: Integers, sides: Sequence[Integers], classes: int) -> tuple[Floats, Floats] | None:
    """One line for each kind of row that occurs; None where rows are not alike, or the kinds are too many."""
    if not (rows.first.weight is None and rows.first.cluster is None):
        return None
    codes, number = truth, classes
    for answers in sides:
        codes, number = codes * classes + answers, number * classes
    found, times = kinds(codes, number)
    if len(found) * (1 + 2 * len(sides)) * classes > _TABLE:
        return None
    digits = []
    for _ in sides:
        found, digit = np.divmod(found, classes)
        digits.append(digit)
    return _columns(found, digits[::-1], classes), times


def _by_unit(rows: Rows, truth: Integers, sides: Sequence[Integers], classes: int) -> tuple[Floats, Floats]:
    """One line for each unit of rows that are drawn together."""
    columns = (1 + 2 * len(sides)) * classes
    units = units_of(rows.first, rows.seed, max(2, min(MOST, _TABLE // columns)))
    of_row = np.arange(rows.count) if units.of_row is None else units.of_row
    parts = [_weighed(of_row, truth, rows.weight, units.count, classes)]
    for answers in sides:
        parts.append(_weighed(of_row, answers, rows.weight, units.count, classes))
        parts.append(_weighed(of_row, answers, rows.weight * (answers == truth), units.count, classes))
    return np.concatenate(parts, axis=1), np.ones(units.count)


def _weighed(of_row: Integers, classes_of: Integers, weight: Floats, units: int, classes: int) -> Floats:
    flat = np.bincount(of_row * classes + classes_of, weights=weight, minlength=units * classes)
    return np.asarray(flat.reshape(units, classes), dtype=np.float64)


def _unseen(truth: Integers, classes: int, sides: int) -> tuple[Integers, list[Integers]]:
    """For each class of the truth: a row that the first side alone gets right, and one that it alone gets wrong."""
    wrong = (truth + 1) % classes
    first = np.concatenate([truth, wrong])
    second = np.concatenate([wrong, truth])
    return np.concatenate([truth, truth]), [first, second][:sides]
