"""A shadow variant of SageMaker as a `Target`: copies of requests for a candidate whose answers nobody sees.

https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests.html; metrics:
https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.answers import number, rows, text
from mlgitlab.jobs.deploy.sagemaker.endpoint import Console
from mlgitlab.jobs.deploy.sagemaker.requests import SHADOW, VARIANT, Request, Service
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.store import digests

# CloudWatch has a value for each minute, and none for parts of it.
_MINUTE = 60
_METRICS = {"requests": "Invocations", "errors": "Invocation5XXErrors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowVariant:
    """The endpoint with one shadow, and CloudWatch, which counts what both variants answer."""

    console: Console
    watch: Service

    def standing(self) -> Standing:
        """What the endpoint says."""
        found = self.console.found()
        if found.shadow:
            traffic = Traffic(live=found.live, shadow=found.shadow, sample=found.sample)
        else:
            traffic = Traffic(live=found.live)
        return Standing(traffic=traffic, warm=traffic.reached)

    def room(self, _digest: str) -> None:
        """SageMaker fetches the files by itself."""

    def place(self, digest: str) -> None:
        """Make the model; its instances start with the copies."""
        self.console.model(digest)

    def ask(self, _digest: str, _question: Question) -> Answer:
        """UsageError: nobody reaches a shadow."""
        raise UsageError("a shadow of SageMaker cannot be asked", "take `synthetic` away")

    def route(self, traffic: Traffic) -> None:
        """Let the model that is live have this shadow, or none, and wait until it is so."""
        live = self.console.found().live
        if traffic.live != live or traffic.canary:
            raise RefusedError(f"a shadow changes nothing but copies, and {digests.short(live or 'nobody')} is live")
        to = self.console.configured(live, traffic.shadow, traffic.sample)
        self.console.move(to, {}, back=True)
        found = self.console.settle()
        if found.status != "InService" or found.configuration != to:
            raise WorldError(f"the endpoint is {found.status or 'gone'}: {found.why}", "look at it in the console")

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What CloudWatch counted in the whole minutes of that time."""
        traffic = self.standing().traffic
        named = {digest: name for digest, name in ((traffic.live, VARIANT), (traffic.shadow, SHADOW)) if digest}
        start, end = -(-since // _MINUTE) * _MINUTE, until // _MINUTE * _MINUTE
        if end <= start:
            return {}
        counts = self._counts(tuple(named.values()), start, end)
        found = {
            digest: Seen(requests=counts[name, "requests"], errors=counts[name, "errors"])
            for digest, name in named.items()
        }
        return {digest: seen for digest, seen in found.items() if seen.requests}

    def remove(self, digest: str) -> None:
        """Nothing runs but what gets copies. RefusedError where it does."""
        if digest in self.standing().traffic.reached:
            raise RefusedError(f"{digests.short(digest)} gets requests", "let others answer first")

    def _counts(self, variants: tuple[str, ...], start: float, end: float) -> Mapping[tuple[str, str], int]:
        asked = {f"{kind}{n}": (name, kind) for n, name in enumerate(variants) for kind in _METRICS}
        moments = (dt.datetime.fromtimestamp(moment, dt.UTC) for moment in (start, end))
        period = int(end - start)
        queries = [self._query(id_, name, _METRICS[kind], period) for id_, (name, kind) in asked.items()]
        said = self.watch.call(
            "get_metric_data",
            {"MetricDataQueries": queries, **dict(zip(("StartTime", "EndTime"), moments, strict=True))},
        )
        found = dict.fromkeys(asked.values(), 0)
        for row in rows(said, "MetricDataResults"):
            values = range(len(rows(row, "Values")))
            found[asked[text(row, "Id")]] += round(sum(number(row, "Values", each) for each in values))
        return found

    def _query(self, id_: str, variant: str, metric: str, period: int) -> Request:
        told = {"EndpointName": self.console.about.sagemaker.endpoint, "VariantName": variant}
        dimensions = [{"Name": name, "Value": value} for name, value in told.items()]
        named = {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions}
        return {"Id": id_, "MetricStat": {"Metric": named, "Period": period, "Stat": "Sum"}}
