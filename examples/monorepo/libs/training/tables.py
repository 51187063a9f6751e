"""Read a CSV file into columns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

Table = dict[str, np.ndarray]


def read(path: Path) -> Table:
    """Columns by name; numbers where every value of a column is one."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: _column([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def _column(values: list[str]) -> np.ndarray:
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array(values)
