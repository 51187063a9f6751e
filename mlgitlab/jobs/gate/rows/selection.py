"""The rows that one rule judges: both sides' answers, weights, and what is drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.statistics.units import MOST, Units, units_of

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats, Texts
    from mlgitlab.jobs.gate.statistics.units import Flags, Integers

_MANY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows with a weight above zero, and where draws of them start.

    `sides` are the candidate's answers, and production's where they are compared.
    """

    sides: tuple[Predictions, ...]
    seed: int
    clusters: Integers | None  # the number of each row's
    independent: int  # how many clusters there are, or rows where none are told

    @property
    def first(self) -> Predictions:
        """The candidate's answers; truth, weights and groups are the same on both sides."""
        return self.sides[0]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.first.rows

    @property
    def weight(self) -> Floats:
        """The weight of each row (n,)."""
        return np.ones(self.count) if self.first.weight is None else self.first.weight

    @property
    def plain(self) -> bool:
        """Whether rows are independent, and count the same."""
        return self.first.weight is None and self.clusters is None

    def units(self, most: int = MOST) -> Units:
        """What is drawn again, at most so many."""
        return units_of(self.clusters, self.independent, self.seed, most)

    @property
    def identical(self) -> bool:
        """Whether both sides are the same function, as far as answers can show it: the very same ones on every row.

        Classes, or scores of a few values, are the same on some hundred rows by chance. To the last bit of many
        different numbers they are not.
        """
        if len(self.sides) < 2:
            return False
        one, other = self.sides
        names = ("predicted", "scores")
        same = all(_same(getattr(one, name), getattr(other, name)) for name in names)
        return same and max(_different(getattr(one, name)) for name in names) >= _MANY


def _different(answers: Floats | None) -> int:
    return 0 if answers is None else len(np.unique(answers))


def _same(one: Floats | None, other: Floats | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.array_equal(one, other))


def rows_of(pair: Pair, seed: int, *, alone: bool = False) -> Rows:
    """All rows of a pair that count. alone: those of the candidate, without production's answers."""
    sides: tuple[Predictions, ...] = (pair.candidate,)
    if pair.production is not None and not alone:
        sides = (pair.candidate, pair.production)
    if pair.candidate.weight is not None and not np.all(pair.candidate.weight > 0):
        counting = np.asarray(pair.candidate.weight > 0)
        sides = tuple(chosen(side, counting) for side in sides)
    if sides[0].cluster is None:
        return Rows(sides=sides, seed=seed, clusters=None, independent=sides[0].rows)
    return _clustered(sides, sides[0].cluster, seed)


def _clustered(sides: tuple[Predictions, ...], names: Texts | Integers, seed: int) -> Rows:
    found, of_row = np.unique(names, return_inverse=True)
    return Rows(sides=sides, seed=seed, clusters=of_row, independent=len(found))


def some(rows: Rows, mask: Flags) -> Rows:
    """The rows of a mask (n,)."""
    sides = tuple(chosen(side, mask) for side in rows.sides)
    if rows.clusters is None:
        return Rows(sides=sides, seed=rows.seed, clusters=None, independent=sides[0].rows)
    return _clustered(sides, rows.clusters[mask], rows.seed)


def chosen(side: Predictions, mask: Flags) -> Predictions:
    """One side's answers on the rows of a mask (n,)."""
    return replace(
        side,
        ids=side.ids[mask],
        truth=side.truth[mask],
        predicted=None if side.predicted is None else side.predicted[mask],
        scores=None if side.scores is None else side.scores[mask],
        groups={name: values[mask] for name, values in side.groups.items()},
        weight=None if side.weight is None else side.weight[mask],
        cluster=None if side.cluster is None else side.cluster[mask],
    )


def groups_of(rows: Rows, columns: tuple[str, ...]) -> Iterator[tuple[str, Flags]]:
    """Each group of the columns' values that occurs: `region=north`, or `sex=f, region=north`; sorted by name."""
    texts = [rows.first.groups[column] for column in columns]
    codes = [np.unique(values, return_inverse=True) for values in texts]
    joint = np.zeros(rows.count, dtype=np.int64)
    for names, of_row in codes:
        joint = joint * len(names) + of_row
    for code in np.unique(joint):
        mask = joint == code
        place = int(np.argmax(mask))
        yield ", ".join(f"{column}={values[place]}" for column, values in zip(columns, texts, strict=True)), mask


def is_classes(task: Task) -> bool:
    """Whether answers are classes."""
    return task in (Task.BINARY, Task.MULTICLASS)
