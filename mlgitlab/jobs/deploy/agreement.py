"""How often two models answer the same to the same requests, and where they do not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Requests that both answered, those that got the same answer, and of numbers how far they lie apart.

    `differing` are the requests with the greatest differences, with both answers, at most `MOST_SHOWN`; `mean` and
    `largest` the mean and largest absolute difference, None where the answers are no numbers.
    """

    pairs: int
    same: int
    mean: float | None = None
    largest: float | None = None
    differing: tuple[tuple[str, str, str], ...] = ()


MOST_SHOWN = 20


def agree(one: Mapping[str, str], other: Mapping[str, str], tolerance: float) -> Agreement:
    """Compare the predictions by the request's id; numbers agree within `tolerance`, texts when they are equal."""
    both = sorted(one.keys() & other.keys())
    apart = {request: _distance(one[request], other[request]) for request in both}
    differing = sorted((r for r in both if apart[r] > tolerance), key=lambda request: (-apart[request], request))
    numbers = [distance for distance in apart.values() if math.isfinite(distance)]
    known = bool(both) and len(numbers) == len(both)
    return Agreement(
        pairs=len(both),
        same=len(both) - len(differing),
        mean=math.fsum(numbers) / len(numbers) if known else None,
        largest=max(numbers) if known else None,
        differing=tuple((request, one[request], other[request]) for request in differing[:MOST_SHOWN]),
    )


def _distance(one: str, other: str) -> float:
    """How far two answers lie apart; infinite for texts that differ."""
    if one == other:
        return 0.0
    a, b = number(one), number(other)
    return math.inf if a is None or b is None else abs(a - b)


def number(text: str) -> float | None:
    """The finite number that a text is; None where it is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
