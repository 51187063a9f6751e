"""Features of the shop that is paid."""

from __future__ import annotations

import numpy as np

from features.scaling import unit

OLD_DAYS = 4000


def maturity(age_days: np.ndarray) -> np.ndarray:
    """0 for a shop that opened today, 1 for one that has been there for eleven years."""
    return unit(age_days, 0, OLD_DAYS)
