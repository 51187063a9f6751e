"""What the candidate's answers say about it, criterion by criterion: pass, fail, or not enough to tell.

A limit is broken where the whole interval lies beyond it, and kept where the whole interval lies within it. Where a
criterion has two limits, one must be kept and none broken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlgitlab.config.deploy import DeployCriteria, LatencyCriterion, ValueCriterion
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.agreement import agree
from mlgitlab.jobs.deploy.intervals import Estimate
from mlgitlab.jobs.deploy.judgement import Judgement
from mlgitlab.jobs.deploy.predictions import shifted
from mlgitlab.jobs.deploy.target import Seen
from mlgitlab.jobs.gate.ruling import Outcome

_QUANTILES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99}


def judge(criteria: DeployCriteria, candidate: Seen, current: Seen | None, z: float) -> tuple[Judgement, ...]:
    """All criteria. `current` is what was seen of the model that is compared with; None where there is none.

    What only compares is then left out. `z` is how sure a judgement must be.
    """
    return (_enough(criteria.min_requests, candidate), *_all(criteria, candidate, current, z))


def _enough(least: int, candidate: Seen) -> Judgement:
    enough = candidate.requests >= least
    return Judgement(
        criterion="min_requests",
        outcome=Outcome.PASS if enough else Outcome.INCONCLUSIVE,
        why=f"{candidate.requests} requests, {least} are needed",
        value=float(candidate.requests),
    )


def _all(criteria: DeployCriteria, candidate: Seen, current: Seen | None, z: float) -> Iterator[Judgement]:
    if criteria.error_rate:
        limit, most = criteria.error_rate.at_most, criteria.error_rate.max_ratio
        own = intervals.rate(candidate.errors, candidate.requests, z)
        other = current or Seen()
        ratio = intervals.rate_ratio(candidate.errors, candidate.requests, other.errors, other.requests, z)
        limits = [(own, limit.share, "at most", str(limit), "%")] if limit else []
        if most is not None and current:
            limits.append((ratio, most, "at most", f"{most:g} times the current", "x"))
        yield from _limited("error_rate", f"{candidate.errors} of {candidate.requests} failed", limits)
    for name, q in _QUANTILES.items():
        rule: LatencyCriterion | None = getattr(criteria, name)
        if rule:
            yield from latency(name, q, rule, (candidate, current), z)
    if criteria.prediction and current:
        yield shifted(candidate.predictions.values(), current.predictions.values(), criteria.prediction.max_psi, z)
    for name, value in criteria.values.items():
        if current:
            yield from _value(name, value, (candidate, current), z)
    if criteria.agreement and current and candidate.predictions.keys() & current.predictions.keys():
        counted = agree(current.predictions, candidate.predictions, criteria.tolerance)
        found = intervals.rate(counted.same, counted.pairs, z)
        limits = [(found, criteria.agreement.share, "at least", str(criteria.agreement), "%")]
        yield from _limited("agreement", f"{counted.same} of {counted.pairs} answers are the same", limits)
    elif criteria.agreement and current:
        yield Judgement(criterion="agreement", outcome=Outcome.INCONCLUSIVE, why="no request was answered by both")


def latency(
    name: str, q: float, rule: LatencyCriterion, sides: tuple[Seen, Seen | None], z: float
) -> Iterator[Judgement]:
    """A quantile of the latency: against a limit in milliseconds, and against the current model's."""
    candidate, current = sides
    own = intervals.quantile(sorted(candidate.seconds), q, z)
    limits = []
    if rule.at_most_ms is not None:
        limits.append((own, rule.at_most_ms / 1000, "at most", f"{rule.at_most_ms:g} ms", "ms"))
    if rule.max_ratio is not None and current:
        other = intervals.quantile(sorted(current.seconds), q, z)
        limits.append(
            (intervals.ratio(own, other), rule.max_ratio, "at most", f"{rule.max_ratio:g} times the current", "x")
        )
    yield from _limited(name, f"{own.value * 1000:.1f} ms" if candidate.seconds else "no answer", limits)


def _value(name: str, rule: ValueCriterion, sides: tuple[Seen, Seen], z: float) -> Iterator[Judgement]:
    own, other = (intervals.mean(side.values.get(name, ()), z) for side in sides)
    found = intervals.ratio(own, other)
    limits = [
        (found, limit, word, f"{limit:g} times the current", "x")
        for limit, word in ((rule.min_ratio, "at least"), (rule.max_ratio, "at most"))
        if limit is not None
    ]
    for limit in limits:  # between two limits both must be kept
        yield from _limited(f"values.{name}", f"a mean of {own.value:g}", [limit])


Limit = tuple[Estimate, float, str, str, str]  # what was found, the limit, `at most`/`at least`, in words, its unit


def _limited(criterion: str, found: str, limits: list[Limit]) -> Iterator[Judgement]:
    """One judgement of one or two limits; none where nothing could be compared."""
    if not limits:
        return
    outcomes = [_compare(estimate, limit, word) for estimate, limit, word, *_ in limits]
    outcome = Outcome.FAIL if Outcome.FAIL in outcomes else Outcome.PASS if Outcome.PASS in outcomes else outcomes[0]
    deciding = limits[outcomes.index(outcome)][0]
    said = "; ".join(f"{word} {spoken}, found {_spoken(estimate, unit)}" for estimate, _, word, spoken, unit in limits)
    yield Judgement(
        criterion=criterion,
        outcome=outcome,
        why=f"{found}; {said}",
        value=_finite(deciding.value),
        low=_finite(deciding.low),
        high=_finite(deciding.high),
    )


def _compare(found: Estimate, limit: float, word: str) -> Outcome:
    if math.isnan(found.value) and found.low == -math.inf:
        return Outcome.INCONCLUSIVE
    least, most = (found.low, found.high) if word == "at most" else (-found.high, -found.low)
    bound = limit if word == "at most" else -limit
    if least > bound:
        return Outcome.FAIL
    return Outcome.PASS if most <= bound else Outcome.INCONCLUSIVE


def _spoken(found: Estimate, unit: str) -> str:
    if math.isnan(found.value):
        return "nothing to tell by"
    factor, digits, suffix = {"%": (100, 2, " %"), "ms": (1000, 1, " ms"), "x": (1, 2, "")}[unit]
    value, low, high = (f"{number * factor:.{digits}f}" if math.isfinite(number) else "?" for number in found)
    return f"{value}{suffix} ({low} to {high})"


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
