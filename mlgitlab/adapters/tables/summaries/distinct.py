"""How many different values a column has, from the smallest of their hashes.

Z. Bar-Yossef and others, "Counting Distinct Elements in a Data Stream", 2002: of n hashes spread evenly over [0, 1) the
k-th smallest lies at about k/n. The estimate (k-1)/h has a relative standard error of 1/sqrt(k-2), here 1.6 percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_KEPT = 4096
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """The smallest hashes of the values so far, sorted, each once."""

    hashes: pl.Series

    @classmethod
    def of(cls, values: pl.Series) -> Distinct:
        """Those of one batch."""
        return cls(hashes=_smallest(values.hash(_SEED).alias("hash")))

    def merge(self, other: Distinct) -> Distinct:
        """Those of both."""
        return Distinct(hashes=_smallest(pl.concat([self.hashes, other.hashes])))

    @property
    def exact(self) -> bool:
        """Whether every value's hash is still here."""
        return len(self.hashes) < _KEPT

    def estimate(self) -> int:
        """The number of different values: counted where it is below 4096, else estimated."""
        if self.exact:
            return len(self.hashes)
        return round((_KEPT - 1) / ((int(self.hashes[-1]) + 1) / 2**64))


def _smallest(hashes: pl.Series) -> pl.Series:
    return hashes.unique().sort().head(_KEPT)
