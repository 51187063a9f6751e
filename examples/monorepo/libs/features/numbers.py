"""Arithmetic that copes with the values real tables hold."""

from __future__ import annotations

import numpy as np


def clipped(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values outside the range become its nearest end."""
    return np.clip(values, low, high)


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole`, and 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole != 0)
