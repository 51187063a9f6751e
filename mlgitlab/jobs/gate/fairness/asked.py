"""What a rule about fairness asks: conditions, each with a bound on a number over all groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.config.gates_fairness import FairnessRule
from mlgitlab.jobs.gate.rows.conditions import Bound


class Of(StrEnum):
    """What a condition is about, as it is said."""

    DIFFERENCE = "the largest difference between groups"
    RATIO = "the smallest ratio between groups"
    LARGEST = "the largest value of a group"
    INCREASE = "the increase of the largest difference over production's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A bound, what it is about, and the condition as people read it."""

    of: Of
    bound: Bound
    text: str


_SHORT = {
    Of.DIFFERENCE: "largest difference",
    Of.RATIO: "smallest ratio",
    Of.LARGEST: "largest value",
    Of.INCREASE: "largest difference",
}


def conditions(rule: FairnessRule) -> Iterator[Condition]:
    """Each condition of a rule."""
    below = ((Of.DIFFERENCE, rule.max_difference), (Of.LARGEST, rule.at_most), (Of.INCREASE, rule.no_worse))
    for of, limit in below:
        if limit is not None:
            above = " above production's" if of is Of.INCREASE else ""
            yield Condition(
                of=of, bound=Bound(limit=limit, upwards=False), text=f"{_SHORT[of]} at most {limit:g}{above}"
            )
    if rule.min_ratio is not None:
        text = f"{_SHORT[Of.RATIO]} at least {rule.min_ratio:g}"
        yield Condition(of=Of.RATIO, bound=Bound(limit=rule.min_ratio, upwards=True), text=text)
