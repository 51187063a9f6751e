"""Numbers for values that are words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def one_hot(values: np.ndarray, known: Sequence[str]) -> np.ndarray:
    """One column for each known value; a value that nobody knows is 0 in all of them."""
    return (values[:, None] == np.array(known)[None, :]).astype(float)
