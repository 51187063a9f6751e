"""What was seen of a model's answers, from Prometheus, which the API server of the cluster reaches.

Answers: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlgitlab.config.deploy_kubernetes import PrometheusQueries
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.answers import at, rows, text
from mlgitlab.jobs.deploy.kubernetes import naming
from mlgitlab.jobs.deploy.kubernetes.manifest import Cluster
from mlgitlab.jobs.deploy.kubernetes.queries import Asked
from mlgitlab.jobs.deploy.target import Seen

_MOST = 2000
# What took longer than the largest bucket of a histogram counts as so many times that.
_BEYOND = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The queries, and the cluster through which Prometheus is asked."""

    settings: PrometheusQueries
    cluster: Cluster

    def seen(self, models: Iterable[str], since: float, until: float) -> Mapping[str, Seen]:
        """What was seen of each model from one moment to another; those with no request are left out."""
        found = {model: self._of(model, since, until) for model in sorted(models)}
        return {model: seen for model, seen in found.items() if seen.requests}

    def _of(self, model: str, since: float, until: float) -> Seen:
        lasting = f"[{max(1, round(until - since))}s]"
        asked = Asked(digest=model, label=naming.digest_label(model), range=lasting)
        requests = self._count(asked.fill(self.settings.requests), until)
        errors = self._count(asked.fill(self.settings.errors), until)
        latency = self.settings.latency
        buckets = self._query(asked.fill(latency), until) if latency and requests else ()
        return Seen(requests=requests, errors=min(errors, requests), seconds=durations(buckets))

    def _count(self, query: str, moment: float) -> int:
        """Counters are extrapolated to the ends of the time, so that what they count is no whole number."""
        return round(sum(value for _, value in self._query(query, moment)))

    def _query(self, query: str, moment: float) -> Sequence[tuple[str, float]]:
        """The bound `le` and the value of every series of an answer."""
        place = self.settings
        asked = {"query": query, "time": f"{moment:.3f}"}
        answer = self.cluster.ask(place.namespace, f"{place.service}:{place.port}", "/api/v1/query", asked)
        if at(answer, "status") != "success":
            what = text(answer, "error") or "an answer that is none of Prometheus"
            raise UsageError(f"Prometheus refuses a query: {what}", "see the section `prometheus`")
        found = ((text(row, "metric", "le"), _float(text(row, "value", 1))) for row in rows(answer, "data", "result"))
        return tuple((bound, value) for bound, value in found if math.isfinite(value))


def durations(buckets: Sequence[tuple[str, float]]) -> tuple[float, ...]:
    """An even choice of the durations that the cumulative buckets of a histogram stand for, in seconds.

    Within a bucket they are spread evenly, as `histogram_quantile` does.
    """
    bounds = sorted((_float(bound), count) for bound, count in buckets)
    if not bounds or not math.isinf(bounds[-1][0]):
        return ()
    total = bounds[-1][1]
    many = min(_MOST, round(total))
    return tuple(_quantile(bounds, total * (number + 0.5) / many) for number in range(many))


def _quantile(bounds: Sequence[tuple[float, float]], rank: float) -> float:
    low, below = 0.0, 0.0
    for bound, count in bounds:
        if rank <= count:
            if math.isinf(bound):
                return low * _BEYOND
            return low + (bound - low) * (rank - below) / (count - below) if count > below else bound
        low, below = (bound, count) if math.isfinite(bound) else (low, below)
    return low


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
