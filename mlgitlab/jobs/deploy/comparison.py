"""Two models' answers to the same requests, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.config.deploy import DeployCriteria
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.agreement import Agreement, agree
from mlgitlab.jobs.deploy.questions import Case
from mlgitlab.jobs.deploy.target import Answer, Question, Seen
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.paths import printable
from mlgitlab.store import digests

_SHOWN = 5
_QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The model that is live, the one that is not, what was seen of each, and how often they agree."""

    current: str
    candidate: str
    sides: tuple[Seen, Seen]
    agreement: Agreement
    least: float | None

    @classmethod
    def of(cls, current: str, candidate: str, sides: tuple[Seen, Seen], criteria: DeployCriteria) -> Comparison:
        """Compare what was seen, the current model's first."""
        found = agree(sides[0].predictions, sides[1].predictions, criteria.tolerance)
        least = criteria.agreement.share if criteria.agreement else None
        return cls(current=current, candidate=candidate, sides=sides, agreement=found, least=least)

    @property
    def outcome(self) -> Outcome:
        """Whether they agree as often as they must; without a criterion, whether there is anything to compare."""
        found = intervals.rate(self.agreement.same, self.agreement.pairs, intervals.SURE)
        if not self.agreement.pairs:
            return Outcome.INCONCLUSIVE
        if self.least is None or found.low >= self.least:
            return Outcome.PASS
        return Outcome.FAIL if found.high < self.least else Outcome.INCONCLUSIVE

    def facts(self) -> dict[str, object]:
        """Plain data."""
        found = self.agreement
        rate = intervals.rate(found.same, found.pairs, intervals.SURE)
        return {
            "current": self.current,
            "candidate": self.candidate,
            "outcome": str(self.outcome),
            "pairs": found.pairs,
            "same": found.same,
            "share": rate.value if found.pairs else None,
            "interval": [rate.low, rate.high],
            "mean_difference": found.mean,
            "largest_difference": found.largest,
            "differing": [{"id": id_, "current": one, "candidate": two} for id_, one, two in found.differing],
            "errors": [side.errors for side in self.sides],
            "requests": [side.requests for side in self.sides],
            "seconds": [_quantiles(side) for side in self.sides],
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        found = self.agreement
        yield f"{digests.short(self.candidate)} beside {digests.short(self.current)}: {self.outcome}"
        if not found.pairs:
            yield "no request was answered by both"
            return
        rate = intervals.rate(found.same, found.pairs, intervals.SURE)
        span = f"{rate.low * 100:.2f} to {rate.high * 100:.2f}"
        yield f"{found.same} of {found.pairs} answers are the same: {rate.value * 100:.2f} % ({span})"
        if found.mean is not None:
            yield f"difference: {found.mean:.6g} on average, {found.largest:.6g} at most"
        for id_, one, two in found.differing[:_SHOWN]:
            yield f"  {printable(id_)}: {printable(one)[:60]} became {printable(two)[:60]}"
        for side, name in zip(self.sides, ("current", "candidate"), strict=True):
            times = ", ".join(f"{key} {value * 1000:.1f} ms" for key, value in _quantiles(side).items())
            yield f"{name}: {side.errors} of {side.requests} failed{', ' + times if times else ''}"


def _quantiles(side: Seen) -> dict[str, float]:
    ordered = sorted(side.seconds)
    if not ordered:
        return {}
    return {f"p{q * 100:g}": intervals.quantile(ordered, q, intervals.SURE).value for q in _QUANTILES}


class Asked(Protocol):
    """Somewhere that models can be asked."""

    def ask(self, digest: str, question: Question) -> Answer:
        """Put a question to a model."""
        ...


def replay(target: Asked, current: str, candidate: str, cases: Sequence[Case]) -> tuple[Seen, Seen]:
    """Ask both models everything, in turns, each first in every second turn: what was seen, the current one's first."""
    found: dict[str, dict[str, Answer]] = {current: {}, candidate: {}}
    for number, case in enumerate(cases):
        pair = (current, candidate) if number % 2 else (candidate, current)
        for digest in pair:
            found[digest][f"{number + 1}:{case.id}"] = target.ask(digest, case.question)
    return _seen(found[current], current), _seen(found[candidate], candidate)


def _seen(answers: dict[str, Answer], digest: str) -> Seen:
    good = {id_: a for id_, a in answers.items() if 200 <= a.status < 300 and a.version == digest}
    return Seen(
        requests=len(answers),
        errors=len(answers) - len(good),
        seconds=[answer.seconds for answer in good.values()],
        predictions={id_: a.prediction or a.body.decode("utf-8", "replace") for id_, a in good.items()},
    )
