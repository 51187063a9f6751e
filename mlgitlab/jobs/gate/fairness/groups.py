"""The groups that rows fall into, and which of them are large enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.config.gates_fairness import FairnessRule
from mlgitlab.config.gates_metrics import SmallGroups
from mlgitlab.jobs.gate.fairness.criteria import Rate
from mlgitlab.jobs.gate.rows.selection import Rows, groups_of, some

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.statistics.units import Integers

# Every pair of groups is compared: 1225 of them.
_MOST_GROUPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """`names` of G groups, the number of each row's group, and `rows` that belong to one of them.

    `left_out`: groups that are too small, and may be left out.
    """

    names: tuple[str, ...]
    of_row: Integers
    rows: Rows
    left_out: tuple[str, ...] = ()


def grouped(
    rows: Rows, columns: tuple[str, ...], rates: tuple[Rate, ...], rule: FairnessRule, positive: int
) -> Groups | str:
    """The groups of the columns' values; a text where they cannot be compared: why."""
    missing = [column for column in columns if column not in rows.first.groups]
    if missing:
        return f"the predictions have no column {missing[0]}"
    found = list(groups_of(rows, columns))
    small = [
        (name, count) for name, mask in found if (count := _least(some(rows, mask), rates, positive)) < rule.min_group
    ]
    if small and rule.small is SmallGroups.INCONCLUSIVE:
        listed = "; ".join(f"{name} ({count})" for name, count in small)
        return f"groups with fewer rows that count than {rule.min_group}: {listed} (`small: skip` leaves them out)"
    left_out = {name for name, _ in small}
    kept = [(name, mask) for name, mask in found if name not in left_out]
    if len(kept) < 2:
        return f"there {'is one group' if kept else 'are no groups'} to compare: two are needed"
    if len(kept) > _MOST_GROUPS:
        return f"there are {len(kept)} groups: more than {_MOST_GROUPS}"
    of_row = np.full(rows.count, -1)
    for number, (_, mask) in enumerate(kept):
        of_row[mask] = number
    chosen = some(rows, of_row >= 0)
    names = tuple(name for name, _ in kept)
    return Groups(names=names, of_row=of_row[of_row >= 0], rows=chosen, left_out=tuple(sorted(left_out)))


def _least(rows: Rows, rates: tuple[Rate, ...], positive: int) -> int:
    """The least number of rows that a rate of a side rests on."""
    counts = [np.count_nonzero(rate.parts(side, positive)[1]) for rate in rates for side in rows.sides]
    return min([rows.count, *map(int, counts)])
