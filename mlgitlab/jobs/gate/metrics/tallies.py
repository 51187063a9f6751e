"""How much weight the classes have, in the truth and among the answers, and scores that are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.jobs.gate.metrics.measured import Measured
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.statistics.sums import Combine, Sums, kinds
from mlgitlab.jobs.gate.statistics.units import MOST

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats
    from mlgitlab.jobs.gate.statistics.units import Codes, Integers

# Weights by class (..., K), of rows whose truth it is, that were predicted as it, and that are both, to scores (...).
Score: TypeAlias = "Callable[[Floats, Floats, Floats], Floats]"

# How many numbers the table of units may hold: 160 MB.
_TABLE = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The class of each row (n,), in truth and as each side has it; they are numbers below `classes`."""

    truth: Codes
    sides: tuple[Codes, ...]
    classes: int

    @property
    def width(self) -> int:
        """How many columns there are."""
        return (1 + 2 * len(self.sides)) * self.classes

    @property
    def kinds(self) -> int:
        """How many kinds of rows there may be."""
        return int(self.classes ** (1 + len(self.sides)))

    def codes(self) -> Codes:
        """The kind of each row (n,)."""
        small = np.min_scalar_type(max(self.kinds - 1, self.classes))
        codes = self.truth.astype(small, copy=False)
        for answers in self.sides:
            codes = codes * small.type(self.classes)
            codes += answers.astype(small, copy=False)
        return codes

    def of_kinds(self, codes: Codes) -> Answers:
        """One row of each of those kinds."""
        rest, sides = codes.astype(np.int64), []
        for _ in self.sides:
            rest, digit = np.divmod(rest, self.classes)
            sides.append(digit)
        return Answers(truth=rest, sides=tuple(sides[::-1]), classes=self.classes)

    def unseen(self) -> Answers:
        """For each class that occurs: a row that the first side alone gets right, and one that it alone gets wrong."""
        truth = np.unique(self.truth)
        wrong = (truth + 1) % self.classes
        first, second = np.concatenate([truth, wrong]), np.concatenate([wrong, truth])
        sides = (first, second)[: len(self.sides)]
        return Answers(truth=np.concatenate([truth, truth]), sides=sides, classes=self.classes)

    def columns(self) -> Floats:
        """A one in the column of each row's class: of the truth, and of each side's answer and right answer."""
        every = np.arange(self.classes)
        true = self.truth[:, None] == every
        parts = [true]
        for answers in self.sides:
            answered = answers[:, None] == every
            parts += [answered, answered & true]
        return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """`total` of the columns over the rows, and `sums` to draw from; `unseen`: the lines of rows that were added."""

    total: Floats
    sums: Sums
    unseen: Integers


def measured(rows: Rows, answers: Answers, score: Score, draws: int) -> Measured:
    """The score of each side.

    For intervals, half a row is added in which the first side alone is right, and half a row in which it alone is
    wrong, spread over the classes: without them, models that happen to agree on a few rows would seem to agree on
    all (Agresti and Min 2005, Biometrics 61:515-523).
    """
    combine = _of_sides(score, len(answers.sides))
    tally = (_counted(answers) if rows.plain else None) or _by_unit(rows, answers)
    found = tally.sums.resampled(combine, draws, rows.seed)
    # What was not seen in any unit may be in every row of one.
    most = float(np.abs(found.influence[tally.unseen]).max()) / float(found.times.sum())
    values = combine(tally.total)
    return Measured(
        values=tuple(map(float, values)), resampled=replace(found, reach=most * rows.count / rows.independent)
    )


def _of_sides(score: Score, sides: int) -> Combine:
    def combined(sums: Floats) -> Floats:
        parts = np.split(sums, 1 + 2 * sides, axis=-1)
        return np.stack([score(parts[0], *parts[1 + 2 * side : 3 + 2 * side]) for side in range(sides)], axis=-1)

    return combined


def _counted(answers: Answers) -> _Tally | None:
    """One line for each kind of row that occurs; None where these are too many."""
    codes, times = kinds(answers.codes(), answers.kinds)
    if len(codes) * answers.width > _TABLE:
        return None
    seen = answers.of_kinds(codes)
    added = seen.unseen().codes().astype(np.int64)
    together, place = np.unique(np.concatenate([codes, added]), return_inverse=True)
    more = np.full(len(added), 1 / len(added))
    return _Tally(
        total=times @ seen.columns(),
        sums=Sums(
            table=answers.of_kinds(together).columns(),
            times=np.asarray(np.bincount(place, weights=np.concatenate([times, more])), dtype=np.float64),
        ),
        unseen=place[len(codes) :],
    )


def _by_unit(rows: Rows, answers: Answers) -> _Tally:
    """One line for each unit of rows that are drawn together."""
    units = rows.units(max(2, min(MOST, _TABLE // answers.width)))
    parts = [units.totals_by(answers.truth, answers.classes, rows.weight)]
    for side in answers.sides:
        parts.append(units.totals_by(side, answers.classes, rows.weight))
        parts.append(units.totals_by(side, answers.classes, rows.weight * (side == answers.truth)))
    table = np.concatenate(parts, axis=1)
    added = answers.unseen().columns() * rows.weight.mean()
    times = np.append(np.ones(units.count), np.full(len(added), 1 / len(added)))
    sums = Sums(table=np.concatenate([table, added]), times=times)
    return _Tally(total=table.sum(axis=0), sums=sums, unseen=np.arange(units.count, len(times)))
