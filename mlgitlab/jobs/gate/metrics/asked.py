"""What a rule about a metric asks: conditions, each with a bound on a value, a difference or a ratio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.config.gates_metrics import Direction, MetricRule
from mlgitlab.jobs.gate.rows.conditions import Bound


class Of(StrEnum):
    """What a condition is about."""

    VALUE = "value"  # of the candidate
    DIFFERENCE = "difference"  # candidate minus production
    RATIO = "ratio"  # candidate over production


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A bound, what it is about, and the condition as people read it."""

    of: Of
    bound: Bound
    text: str


def conditions(rule: MetricRule, direction: Direction) -> Iterator[Condition]:
    """Each condition of a rule, for a metric of that direction."""
    higher = direction == Direction.HIGHER
    sign, worse, better = (1, "below", "above") if higher else (-1, "above", "below")
    if rule.margin is not None:
        bound = Bound(limit=-sign * rule.margin, upwards=higher)
        yield Condition(of=Of.DIFFERENCE, bound=bound, text=f"at most {rule.margin:g} {worse} production")
    if rule.relative_margin is not None:
        bound = Bound(limit=1 - sign * rule.relative_margin.value, upwards=higher)
        yield Condition(of=Of.RATIO, bound=bound, text=f"at most {rule.relative_margin} {worse} production")
    if rule.gain is not None:
        bound = Bound(limit=sign * rule.gain, upwards=higher, strict=True)
        yield Condition(of=Of.DIFFERENCE, bound=bound, text=f"more than {rule.gain:g} {better} production")
    if rule.at_least is not None:
        yield Condition(of=Of.VALUE, bound=Bound(limit=rule.at_least, upwards=True), text=f"at least {rule.at_least:g}")
    if rule.at_most is not None:
        yield Condition(of=Of.VALUE, bound=Bound(limit=rule.at_most, upwards=False), text=f"at most {rule.at_most:g}")
