"""What one criterion says, and what several come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from mlgitlab.jobs.gate.ruling import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one criterion says. `low` and `high` are the interval of `value`; None where nothing bounds it."""

    criterion: str
    outcome: Outcome
    why: str
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def facts(self) -> dict[str, object]:
        """Plain data for the store."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def together(judgements: Iterable[Judgement]) -> Outcome:
    """The outcome of all: one failure fails, and nothing judged is no pass."""
    outcomes = {judgement.outcome for judgement in judgements}
    if Outcome.FAIL in outcomes:
        return Outcome.FAIL
    return Outcome.PASS if outcomes == {Outcome.PASS} else Outcome.INCONCLUSIVE


def shown(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """A line for each, for people."""
    return tuple(f"{each.criterion}: {each.outcome}, {each.why}" for each in judgements)


def facts(judgements: Iterable[Judgement]) -> list[Mapping[str, object]]:
    """Plain data for each, for the store."""
    return [each.facts() for each in judgements]
