"""Bring numbers of different units to one scale, without looking at the data."""

from __future__ import annotations

import numpy as np

from features.numbers import clipped, ratio


def unit(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map the range to 0..1; what lies outside becomes 0 or 1."""
    return (clipped(values, low, high) - low) / (high - low)


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """How much of the whole a part is, from 0 to 1; nothing has a share in nothing."""
    return clipped(ratio(part, whole), 0.0, 1.0)
