"""Rows that repeat a value, found exactly in bounded memory: digests of all values on disk, compared part by part."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl

# Digests with the same first bits meet in one part; at 10^9 rows one part is some 375 MiB.
_PARTS = 64
_RECORD = np.dtype([("one", "<u8"), ("two", "<u8"), ("row", "<u8")])
# Two seeds make 128 bits. Two values that differ share them by chance once in 10^20 for 10^9 rows, and would then be
# called repeated: an error on the side of a failure, never of a pass.
_SEEDS = (1, 0x9E3779B97F4A7C15)


class Repeats:
    """Collects digests of some columns' values, and tells which rows repeat one. A missing value equals another."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mlgitlab-unique-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def add(self, values: pl.DataFrame, first: int, leave_out: Collection[int] = ()) -> None:
        """The values of rows `first`, `first + 1`, ..., without those at some positions."""
        records = np.empty(len(values), dtype=_RECORD)
        records["one"] = values.hash_rows(seed=_SEEDS[0]).to_numpy()
        records["two"] = values.hash_rows(seed=_SEEDS[1]).to_numpy()
        records["row"] = np.arange(first, first + len(values), dtype="<u8")
        records = np.delete(records, sorted(leave_out)) if leave_out else records
        part = (records["one"] % _PARTS).astype(np.int64)
        order = np.argsort(part, kind="stable")
        bounds = np.searchsorted(part[order], np.arange(_PARTS + 1))
        for number in range(_PARTS):
            chosen = records[order[bounds[number] : bounds[number + 1]]]
            if len(chosen):
                with self._part(number).open("ab") as stream:
                    stream.write(chosen.tobytes())

    def find(self, most: int) -> tuple[int, Sequence[int]]:
        """How many rows share their values with another, and the first `most` of them."""
        count, first = 0, np.empty(0, dtype="<u8")
        for number in range(_PARTS):
            rows = self._repeated(number)
            count += len(rows)
            first = np.sort(np.concatenate([first, rows]))[:most]
        return count, [int(row) for row in first]

    def _repeated(self, number: int) -> np.ndarray:
        part = self._part(number)
        if not part.exists():
            return np.empty(0, dtype="<u8")
        records = np.fromfile(part, dtype=_RECORD)
        records = records[np.lexsort((records["two"], records["one"]))]
        same = (records["one"][1:] == records["one"][:-1]) & (records["two"][1:] == records["two"][:-1])
        repeated = np.zeros(len(records), dtype=bool)
        repeated[1:] |= same
        repeated[:-1] |= same
        rows: np.ndarray = records["row"][repeated]
        return rows

    def _part(self, number: int) -> Path:
        return Path(self._folder.name, f"{number:02d}")
