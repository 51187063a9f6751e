"""Features of amounts of money, whose sizes differ by powers of ten."""

from __future__ import annotations

import numpy as np

from features.scaling import share, unit

LARGEST_AMOUNT = 10_000.0


def size(amount: np.ndarray) -> np.ndarray:
    """How large an amount is, on a logarithmic scale from 0 to 1."""
    return unit(np.log1p(amount), 0.0, float(np.log1p(LARGEST_AMOUNT)))


def of_balance(amount: np.ndarray, balance: np.ndarray) -> np.ndarray:
    """How much of the balance an amount takes, from 0 to 1."""
    return share(amount, balance)
