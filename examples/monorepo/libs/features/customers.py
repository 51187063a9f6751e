"""Features of subscribers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.encoding import one_hot

PLANS = ("basic", "plus", "pro")


def build(table: Mapping[str, np.ndarray]) -> np.ndarray:
    """One row for each customer: tenure in years, calls, the fee in tens, and the plan."""
    return np.column_stack(
        [table["months"] / 12, table["support_calls"], table["monthly_fee"] / 10, one_hot(table["plan"], PLANS)]
    )
