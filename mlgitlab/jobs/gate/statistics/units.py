"""What is drawn again: rows, clusters of rows, or blocks of them where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgitlab.jobs.gate.predictions import Predictions

if TYPE_CHECKING:
    from typing import TypeAlias

    from mlgitlab.jobs.gate.predictions import Floats

    Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

# More units are put together at random: rows are exchangeable, so what varies between blocks of them varies as much as
# they do. The variance is then known to within sqrt(2 / MOST), half a percent, and memory is bounded.
MOST = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """`of_row` (n,): the number of each row's unit, None where each row is one; there are `count`.

    `independent`: how many there were before they were put together.
    """

    of_row: Integers | None
    count: int
    independent: int

    def totals(self, columns: Floats) -> Floats:
        """The sums of columns (n, K) over the rows of each unit: (count, K)."""
        if self.of_row is None:
            return columns
        return np.stack(
            [np.bincount(self.of_row, weights=column, minlength=self.count) for column in columns.T], axis=1
        )


def units_of(predictions: Predictions, seed: int, most: int = MOST) -> Units:
    """The units of an evaluation set: its clusters, or its rows; at most `most`."""
    if predictions.cluster is None:
        of_row, count = None, predictions.rows
    else:
        names, of_row = np.unique(predictions.cluster, return_inverse=True)
        count = len(names)
    if count <= most:
        return Units(of_row=of_row, count=count, independent=count)
    block = np.arange(count) % most
    np.random.default_rng(seed).shuffle(block)
    return Units(of_row=block if of_row is None else block[of_row], count=most, independent=count)
