"""Features of card payments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features import money, shops

NIGHT_ENDS = 6


def build(table: Mapping[str, np.ndarray]) -> np.ndarray:
    """One row for each payment, one column for each feature, all from 0 to 1."""
    night = (table["hour"] < NIGHT_ENDS).astype(float)
    return np.column_stack(
        [
            money.size(table["amount"]),
            money.of_balance(table["amount"], table["balance"]),
            night,
            table["country_risk"],
            night * table["country_risk"],
            shops.maturity(table["shop_age_days"]),
        ]
    )
