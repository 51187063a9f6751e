"""The rules on latency and throughput."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit
from mlgitlab.jobs.gate.inference.measured import Measured, Who
from mlgitlab.jobs.gate.inference.spread import Estimate, Spread
from mlgitlab.jobs.gate.ruling import Family, Interval, Judged, Number, Outcome, Ruling

# Fewer say too little of how much rounds differ, and the interval of a bootstrap over them is too short.
LEAST_ROUNDS = 10
_LEAST_BEYOND = 10  # answers slower than a quantile, without which there is no telling it
_QUANTILES = (("latency_p50", 0.5), ("latency_p95", 0.95), ("latency_p99", 0.99))
MS, RATE = "ms", "1/s"
NOT_JUDGED = "not judged: there is no model in production"


def rulings(rule: InferenceRules, measured: Measured, spread: Spread | None) -> Iterator[Ruling]:
    """One for each limit that is set."""
    judged = _Judging(measured=measured, spread=spread)
    for key, share in _QUANTILES:
        limit: LatencyLimit | None = getattr(rule, key)
        if limit is None:
            continue
        least = math.ceil(_LEAST_BEYOND / (1 - share))
        if limit.max_ratio is not None:
            yield judged.ratio(f"{key}.max_ratio", _quantile(share), limit.max_ratio, least, smaller=True)
        if limit.at_most is not None:
            yield judged.threshold(f"{key}.at_most", _quantile(share), limit.at_most.milliseconds, least, smaller=True)
    if rule.throughput and rule.throughput.min_ratio is not None:
        yield judged.ratio("throughput.min_ratio", _RATE, rule.throughput.min_ratio, 1, smaller=False)
    if rule.throughput and rule.throughput.at_least is not None:
        yield judged.threshold("throughput.at_least", _RATE, rule.throughput.at_least, 1, smaller=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quantity:
    """What is compared: of one model, and of one over another. unit: of the first."""

    of: Callable[[Spread, Who], Estimate]
    over: Callable[[Spread, Who, Who], Estimate]
    unit: str


def _quantile(share: float) -> _Quantity:
    return _Quantity(
        of=lambda spread, who: spread.quantile(who, share),
        over=lambda spread, who, other: spread.quantile_ratio(who, other, share),
        unit=MS,
    )


_RATE = _Quantity(of=Spread.rate, over=Spread.rate_ratio, unit=RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """The measurement, and what keeps from judging it."""

    measured: Measured
    spread: Spread | None

    def threshold(self, key: str, what: _Quantity, limit: float, least: int, *, smaller: bool) -> Ruling:
        """The candidate's interval on one side of the limit, or on both."""
        spoken = f"at {'most' if smaller else 'least'} {_shown(limit, what.unit)}"
        lacking = self._lacking(Who.CANDIDATE, least)
        if lacking or self.spread is None:
            return self._open(key, lacking, spoken, least)
        found = what.of(self.spread, Who.CANDIDATE)
        outcome = _side(found.interval, limit, smaller=smaller)
        return Ruling(
            rule=f"inference.{key}",
            family=Family.INFERENCE,
            outcome=outcome,
            why=f"{_spoken(found, what.unit)}, {_relation(outcome, spoken)}",
            limit=spoken,
            candidate=found.value,
            interval=found.interval,
            judged=Judged.VALUE,
            margin=limit,
            higher_is_better=not smaller,
            unit=what.unit,
            rows=self.spread.answers(Who.CANDIDATE),
        )

    def ratio(self, key: str, what: _Quantity, limit: float, least: int, *, smaller: bool) -> Ruling:
        """The interval of candidate over production, widened by what production differs from itself.

        No verdict where production's ratio to itself may be as far from 1 as the limit is.
        """
        spoken = f"at {'most' if smaller else 'least'} {limit:g} times production"
        if not self.measured.production:
            return self._open(key, NOT_JUDGED, spoken, 0, mandatory=False)
        lacking = (
            self._lacking(Who.CANDIDATE, least) or self._lacking(Who.PRODUCTION, least) or self._failing(Who.AGAIN)
        )
        if lacking or self.spread is None:
            return self._open(key, lacking, spoken, least)
        itself = what.over(self.spread, Who.AGAIN, Who.PRODUCTION)
        found = what.over(self.spread, Who.CANDIDATE, Who.PRODUCTION)
        noise, margin = _far(itself.interval), abs(math.log(limit))
        shift = abs(math.log(itself.value))
        wide = Interval(
            low=found.interval.low * math.exp(-shift),
            high=found.interval.high * math.exp(shift),
            level=found.interval.level,
        )
        if noise > margin:
            outcome = Outcome.INCONCLUSIVE
            why = (
                f"no verdict: production against itself differs by up to {math.expm1(noise):.1%}, and the limit leaves "
                f"{math.expm1(margin):.1%} (candidate: {found.value:.3f} times production)"
            )
        else:
            outcome = _side(wide, limit, smaller=smaller)
            shown = _spoken(Estimate(value=found.value, interval=wide), "times production")
            why = f"{shown}, {_relation(outcome, spoken)}"
        return Ruling(
            rule=f"inference.{key}",
            family=Family.INFERENCE,
            outcome=outcome,
            why=why,
            limit=spoken,
            candidate=what.of(self.spread, Who.CANDIDATE).value,
            production=what.of(self.spread, Who.PRODUCTION).value,
            ratio=found.value,
            interval=wide,
            judged=Judged.RATIO,
            margin=limit,
            higher_is_better=not smaller,
            unit=what.unit,
            rows=self.spread.answers(Who.CANDIDATE),
            wanted=self._wanted(found, wide, limit) if outcome is Outcome.INCONCLUSIVE and noise <= margin else None,
            numbers=(Number(name="production against itself", value=itself.value, interval=itself.interval),),
            notes=self._notes(),
        )

    def _wanted(self, found: Estimate, wide: Interval, limit: float) -> int | None:
        """Answers with which the interval would end at the limit: its length falls with the square root of them."""
        assert self.spread is not None
        gap = abs(math.log(limit) - math.log(found.value))
        half = (math.log(wide.high) - math.log(wide.low)) / 2
        factor = (half / gap) ** 2 if gap else math.inf
        answers = self.spread.answers(Who.CANDIDATE)
        return math.ceil(answers * factor) if 1 < factor < 1e4 else None

    def _lacking(self, who: Who, least: int) -> str:
        """Why nothing can be said about one model's speed."""
        if who in self.measured.fault:
            return f"the {who} cannot be served: {self.measured.fault[who]}"
        blocks = self.measured.of(who)
        answers = sum(len(block.asked.latencies) for block in blocks)
        rounds = len({block.round for block in blocks})
        if failing := self._failing(who):
            return failing
        if rounds < LEAST_ROUNDS:
            return f"only {rounds} rounds of at least {LEAST_ROUNDS} were finished; give `duration` more time"
        if answers < least:
            return f"{answers} answers of the {who}, and at least {least} are needed; give `duration` more time"
        return "" if self.spread else "a measured time is zero or no number"

    def _failing(self, who: Who) -> str:
        failed = any(block.asked.failures for block in self.measured.of(who))
        return f"the {who} failed to answer some requests, so its speed means nothing" if failed else ""

    def _notes(self) -> tuple[str, ...]:
        why = self.measured.fault.get(Who.AGAIN)
        return (
            (f"Production did not run a second time ({why}); its one process was compared with itself.",) if why else ()
        )

    def _open(self, key: str, why: str, limit: str, wanted: int, *, mandatory: bool = True) -> Ruling:
        failed = Who.CANDIDATE in self.measured.fault or self._failing(Who.CANDIDATE)
        return Ruling(
            rule=f"inference.{key}",
            family=Family.INFERENCE,
            outcome=Outcome.FAIL if failed and mandatory else Outcome.INCONCLUSIVE,
            why=why or "nothing was measured",
            limit=limit,
            mandatory=mandatory,
            wanted=wanted if wanted > 1 else None,
        )


def _side(found: Interval, limit: float, *, smaller: bool) -> Outcome:
    low, high = (found.low, found.high) if smaller else (-found.high, -found.low)
    signed = limit if smaller else -limit
    if not math.isfinite(low) or not math.isfinite(high):
        return Outcome.INCONCLUSIVE
    return Outcome.PASS if high <= signed else Outcome.FAIL if low > signed else Outcome.INCONCLUSIVE


def _far(found: Interval) -> float:
    """How far from 1 a ratio may be, as a logarithm."""
    return max(abs(math.log(found.low)), abs(math.log(found.high)))


def _relation(outcome: Outcome, limit: str) -> str:
    return {
        Outcome.PASS: f"which is {limit}",
        Outcome.FAIL: f"and {limit} is allowed",
        Outcome.INCONCLUSIVE: f"which may or may not be {limit}",
    }[outcome]


def _spoken(found: Estimate, unit: str) -> str:
    low, high = found.interval.low, found.interval.high
    return f"{found.value:.4g} {unit} (95 % interval {low:.4g} to {high:.4g})"


def _shown(value: float, unit: str) -> str:
    return f"{value:g} {unit}"
