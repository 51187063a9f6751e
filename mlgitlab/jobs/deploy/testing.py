"""The synthetic test: a candidate without traffic must answer, as itself, rightly, and in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlgitlab.config.deploy import SyntheticTest
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.agreement import agree
from mlgitlab.jobs.deploy.criteria import latency
from mlgitlab.jobs.deploy.judgement import Judgement
from mlgitlab.jobs.deploy.questions import Case
from mlgitlab.jobs.deploy.target import Answer, Seen, Target
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.paths import printable

_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The candidate, the model that it is compared with (empty for none), and what both are asked."""

    target: Target
    candidate: str
    current: str
    cases: Sequence[Case]
    rules: SyntheticTest


def try_out(trial: Trial) -> tuple[Judgement, ...]:
    """Ask everything, the two models in turns; judge answers, versions, predictions and the latency."""
    answers: list[tuple[Case, Answer]] = []
    other: list[float] = []
    for _ in range(trial.rules.repeat):
        for case in trial.cases:
            answers.append((case, trial.target.ask(trial.candidate, case.question)))
            if trial.current and trial.rules.latency_p95:
                answer = trial.target.ask(trial.current, case.question)
                other += [answer.seconds] if answer.status else []
    found = [_answered(answers), _versions(answers, trial.candidate), *_expected(answers, trial.rules.tolerance)]
    if trial.rules.latency_p95:
        own = Seen(seconds=[answer.seconds for _, answer in answers if answer.status])
        current = Seen(seconds=other) if trial.current else None
        found += latency("synthetic.latency_p95", 0.95, trial.rules.latency_p95, (own, current), intervals.SURE)
    return tuple(found)


def _answered(answers: Sequence[tuple[Case, Answer]]) -> Judgement:
    wrong = [
        f"{case.id}: {answer.status or printable(answer.why)}"
        for case, answer in answers
        if not 200 <= answer.status < 300
    ]
    return _judged("synthetic.status", len(answers), wrong, "answered with 2xx")


def _versions(answers: Sequence[tuple[Case, Answer]], candidate: str) -> Judgement:
    wrong = [
        f"{case.id}: {printable(answer.version)[:80] or 'no version'}"
        for case, answer in answers
        if answer.version != candidate
    ]
    return _judged("synthetic.version", len(answers), wrong, "answered by the candidate")


def _expected(answers: Sequence[tuple[Case, Answer]], tolerance: float) -> Sequence[Judgement]:
    wanted = {str(n): case.expect for n, (case, _) in enumerate(answers) if case.expect is not None}
    if not wanted:
        return ()
    found = {str(n): answer.prediction for n, (_, answer) in enumerate(answers)}
    counted = agree(wanted, {name: found[name] for name in wanted}, tolerance)
    wrong = [
        f"{answers[int(n)][0].id}: {printable(is_)[:40] or 'none'} instead of {printable(want)[:40]}"
        for n, want, is_ in counted.differing
    ]
    return [_judged("synthetic.predictions", counted.pairs, wrong, "as expected", counted.pairs - counted.same)]


def _judged(criterion: str, count: int, wrong: Sequence[str], good: str, bad: int | None = None) -> Judgement:
    bad = len(wrong) if bad is None else bad
    named = f"; {', '.join(wrong[:_MOST_SHOWN])}" if wrong else ""
    return Judgement(
        criterion=criterion,
        outcome=Outcome.FAIL if bad else Outcome.PASS,
        why=f"{count - bad} of {count} {good}{named}",
        value=float(count - bad),
    )
