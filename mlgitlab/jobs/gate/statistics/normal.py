"""Quantiles of the normal and of Student's distribution."""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_LEAST, _MOST = 1e-300, 1 - 1e-16


def probability(z: float) -> float:
    """How much of a standard normal distribution lies below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def quantile(part: float) -> float:
    """Where that part of a standard normal distribution lies below; finite for 0 and 1, too."""
    return _NORMAL.inv_cdf(min(max(part, _LEAST), _MOST))


def student(part: float, freedom: float) -> float:
    """The quantile of Student's distribution by its expansion in 1 / freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5. Within 1 % from 4 degrees of freedom on
    for the parts that intervals use.
    """
    z = quantile(part)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
