"""What is drawn again: rows, clusters of rows, or blocks of them where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from mlgitlab.jobs.gate.predictions import Floats

    Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
    Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
    # Numbers that stand for something, as small as they may be.
    Codes: TypeAlias = np.ndarray[Any, np.dtype[np.integer[Any]]]

# More units are put together at random: rows are exchangeable, so what varies between blocks of them varies as much as
# they do. The variance is then known to within sqrt(2 / MOST), half a percent, and memory is bounded.
MOST = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """`of_row` (n,): the number of each row's unit, None where each row is one; there are `count`."""

    of_row: Integers | None
    count: int

    def totals(self, columns: Floats) -> Floats:
        """The sums of columns (n, K) over the rows of each unit: (count, K)."""
        if self.of_row is None:
            return columns
        sums = [np.bincount(self.of_row, weights=column, minlength=self.count) for column in columns.T]
        return np.asarray(np.stack(sums, axis=1), dtype=np.float64)

    def totals_by(self, place: Codes, width: int, values: Floats) -> Floats:
        """The sums of values (n,) over the rows of each unit that have the same place (n,): (count, width)."""
        of_row = np.arange(len(values)) if self.of_row is None else self.of_row
        sums = np.bincount(of_row * width + place, weights=values, minlength=self.count * width)
        return np.asarray(sums.reshape(self.count, width), dtype=np.float64)


def units_of(clusters: Integers | None, independent: int, seed: int, most: int = MOST) -> Units:
    """At most `most` units of that many clusters, or rows where `clusters`, the number of each row's, is None."""
    if independent <= most:
        return Units(of_row=clusters, count=independent)
    block = np.arange(independent) % most
    np.random.default_rng(seed).shuffle(block)
    return Units(of_row=block if clusters is None else block[clusters], count=most)
