"""Criteria as PromQL, for controllers that judge by themselves.

They know points and no intervals, so each query has the test built in. A limit on the error rate is the score test of a
proportion, the inverse of Wilson's interval (Wilson 1927): its value is the distance from the limit in standard errors.
Below -1.96 the whole interval of 95 % keeps the limit, above 1.96 the whole interval breaks it, and what is in between
is undecided. A ratio is the score test of one count given the sum of both (Przyborowski and Wilenski 1940). A quantile
is a point of a histogram, with no interval.

With too few requests, and for what is undefined, a query has no value at all: no traffic is no success.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mlgitlab.config.deploy import DeployCriteria, ErrorCriterion, LatencyCriterion
from mlgitlab.config.deploy_kubernetes import PrometheusQueries
from mlgitlab.jobs.deploy import intervals

# Below every real value; a comparison with it drops what is not a number.
_LOWEST = "-1e9"
_QUANTILES = (("latency_p50", 0.5), ("latency_p95", 0.95), ("latency_p99", 0.99))


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One limit: a success where the query's value is at most `kept`, a failure where it is more than `broken`."""

    name: str
    query: str
    kept: float
    broken: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For which model, and over which time, a query counts: digest, label, and a range such as `[300s] offset 60s`."""

    digest: str
    label: str
    range: str

    def fill(self, query: str) -> str:
        """The query with its places filled."""
        for place, value in (("$digest", self.digest), ("$label", self.label), ("$range", self.range)):
            query = query.replace(place, value)
        return query


def metrics(
    criteria: DeployCriteria, prometheus: PrometheusQueries, candidate: Asked, before: Asked
) -> tuple[Metric, ...]:
    """Every limit of the criteria that a controller can judge."""
    writer = _Writer(criteria=criteria, prometheus=prometheus, candidate=candidate, before=before)
    return tuple(writer.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    criteria: DeployCriteria
    prometheus: PrometheusQueries
    candidate: Asked
    before: Asked

    def all(self) -> Iterator[Metric]:
        """Error rate first, then the latencies."""
        if self.criteria.error_rate:
            yield from self._errors(self.criteria.error_rate)
        for name, quantile in _QUANTILES:
            rule: LatencyCriterion | None = getattr(self.criteria, name)
            if rule:
                yield from self._latency(name, quantile, rule)

    def _errors(self, rule: ErrorCriterion) -> Iterator[Metric]:
        wrong, count = self._wrong(self.candidate), self._count(self.candidate)
        if rule.at_most is not None:
            limit = rule.at_most.share
            spread = math.sqrt(limit * (1 - limit)) or 1.0
            query = f"({wrong} / {count} - {limit:g}) * sqrt({count}) / {spread:.9g}"
            yield self._tested("error-rate", query, -intervals.SURE)
        if rule.max_ratio is not None:
            both = f"({wrong} + {self._wrong(self.before)})"
            scaled = f"({rule.max_ratio:g} * {count})"
            share = f"({scaled} / ({scaled} + {self._count(self.before)}))"
            query = f"({wrong} - {both} * {share}) / sqrt({both} * {share} * (1 - {share}))"
            # Beside a limit that is kept, a ratio need only not be broken: without errors it is undefined.
            alone = rule.at_most is None
            kept = -intervals.SURE if alone else intervals.SURE
            yield self._tested("error-ratio", query, kept, undefined_passes=not alone)

    def _latency(self, name: str, quantile: float, rule: LatencyCriterion) -> Iterator[Metric]:
        named, own = name.replace("_", "-"), self._quantile(self.candidate, quantile)
        if rule.at_most_ms is not None:
            query = self._enough(f"1000 * {own}")
            yield Metric(name=named, query=query, kept=rule.at_most_ms, broken=rule.at_most_ms)
        if rule.max_ratio is not None:
            query = self._enough(f"{own} / {self._quantile(self.before, quantile)}")
            yield Metric(name=f"{named}-ratio", query=query, kept=rule.max_ratio, broken=rule.max_ratio)

    def _tested(self, name: str, query: str, kept: float, *, undefined_passes: bool = False) -> Metric:
        query = self._enough(query)
        if undefined_passes:
            count = self._count(self.candidate)
            query = f"({query}) or (0 * {count} and {count} >= {self.criteria.min_requests})"
        return Metric(name=name, query=query, kept=kept, broken=intervals.SURE)

    def _enough(self, query: str) -> str:
        """The query where there were enough requests, and where it is defined."""
        return f"(({query}) > {_LOWEST}) and {self._count(self.candidate)} >= {self.criteria.min_requests}"

    def _count(self, asked: Asked) -> str:
        return f"sum({asked.fill(self.prometheus.requests)})"

    def _wrong(self, asked: Asked) -> str:
        """A counter of errors that has never counted does not exist."""
        return f"(sum({asked.fill(self.prometheus.errors)}) or vector(0))"

    def _quantile(self, asked: Asked, quantile: float) -> str:
        return f"max(histogram_quantile({quantile:g}, {asked.fill(self.prometheus.latency or '')}))"
