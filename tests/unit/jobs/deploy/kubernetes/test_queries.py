"""Queries for controllers are PromQL by a real parser, and say what our own intervals say."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.deploy import DeployCriteria, ErrorCriterion
from mlgitlab.config.deploy_kubernetes import PrometheusQueries
from mlgitlab.config.scalars import Percent
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.kubernetes.queries import Asked, Metric, metrics
from tests import clusters

LEAST = 100
PLAIN = PrometheusQueries(requests="requests_$digest", errors="errors_$digest")
OWN, OTHER = (Asked(digest=name, label="", range="") for name in ("own", "other"))
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def value(found: Any, counts: Mapping[str, float]) -> float | None:
    """The one value of an expression, as Prometheus defines it; None for a vector without any."""
    match type(found).__name__:
        case "NumberLiteral":
            return float(found.val)
        case "VectorSelector":
            return counts.get(found.name)
        case "ParenExpr" | "AggregateExpr" | "UnaryExpr":
            inner = value(found.expr, counts)
            return -inner if inner is not None and type(found).__name__ == "UnaryExpr" else inner
        case "Call":
            (argument,) = (value(each, counts) for each in found.args)
            if found.func.name == "vector" or argument is None:
                return argument
            return math.sqrt(argument) if argument >= 0 else math.nan
        case _:
            return binary(str(found.op), value(found.lhs, counts), value(found.rhs, counts))


def binary(sign: str, left: float | None, right: float | None) -> float | None:
    """One operator, between vectors of one value without labels."""
    if sign == "or":
        return left if left is not None else right
    if left is None or right is None:
        return None
    if sign == "and":
        return left
    if sign in (">", ">="):
        return left if (left > right if sign == ">" else left >= right) else None
    if sign == "/":
        return left / right if right else math.nan if not left or math.isnan(left) else math.copysign(math.inf, left)
    return ARITHMETIC[sign](left, right)


def ruled(metric: Metric, counts: Mapping[str, float]) -> str:
    """What Argo Rollouts makes of a query's value."""
    found = value(promql_parser.parse(metric.query), counts)
    if found is None:
        return "undecided"
    return "kept" if found <= metric.kept else "broken" if found > metric.broken else "undecided"


def counted(own: tuple[int, int], other: tuple[int, int] = (0, 0)) -> dict[str, float]:
    return {"requests_own": own[1], "errors_own": own[0], "requests_other": other[1], "errors_other": other[0]}


def one(rule: ErrorCriterion, name: str) -> Metric:
    found = metrics(DeployCriteria(min_requests=LEAST, error_rate=rule), PLAIN, OWN, OTHER)
    return next(each for each in found if each.name == name)


@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([0.1, 1.0, 5.0, 50.0]))
def test_a_limit_is_kept_and_broken_where_wilsons_interval_says_so(errors: int, good: int, percent: float) -> None:
    requests, limit = errors + good, percent / 100
    found = ruled(one(ErrorCriterion(at_most=Percent(percent)), "error-rate"), counted((errors, requests)))
    if requests < LEAST:
        assert found == "undecided"
        return
    _, low, high = intervals.rate(errors, requests, intervals.SURE)
    if min(abs(low - limit), abs(high - limit)) < 1e-9:
        return
    assert found == ("kept" if high < limit else "broken" if low > limit else "undecided")


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        ((0, 1000), (0, 1000), "undecided"),
        ((5, 1000), (100, 1000), "kept"),
        ((100, 1000), (5, 1000), "broken"),
        ((11, 1000), (10, 1000), "undecided"),
        ((50, 50), (0, 1000), "undecided"),
    ],
)
def test_a_ratio_is_decided_only_where_the_counts_are_clear(own: Any, other: Any, said: str) -> None:
    assert ruled(one(ErrorCriterion(max_ratio=1.2), "error-ratio"), counted(own, other)) == said


def test_beside_a_limit_a_ratio_without_errors_does_not_stand_in_the_way() -> None:
    rule = ErrorCriterion(at_most=Percent(1.0), max_ratio=1.2)
    assert ruled(one(rule, "error-ratio"), counted((0, 1000), (0, 1000))) == "kept"
    assert ruled(one(rule, "error-ratio"), counted((0, 10), (0, 1000))) == "undecided"
    assert ruled(one(rule, "error-ratio"), counted((100, 1000), (5, 1000))) == "broken"


def test_without_any_traffic_nothing_is_decided() -> None:
    rule = ErrorCriterion(at_most=Percent(1.0), max_ratio=1.2)
    for name in ("error-rate", "error-ratio"):
        assert ruled(one(rule, name), {}) == "undecided"


@pytest.mark.parametrize("range_", ["[60s]", "[60s] offset 240s"])
def test_every_query_is_promql(range_: str) -> None:
    found = clusters.settings("argo-rollouts")
    assert found.kubernetes
    assert found.kubernetes.prometheus
    own, other = (Asked(digest=name, label="x", range=range_) for name in ("own", "other"))
    for metric in metrics(found.criteria, found.kubernetes.prometheus, own, other):
        assert str(promql_parser.parse(metric.query))
