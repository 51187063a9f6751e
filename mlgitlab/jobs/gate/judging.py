"""From a case and its rules to rulings: every family of rules is asked, and what cannot be judged is a ruling too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mlgitlab.config.gates import Gates
from mlgitlab.jobs.gate import fairness, held_out, metrics, pairing
from mlgitlab.jobs.gate.artifact import judge as artifact
from mlgitlab.jobs.gate.binding import Bound, advisory, by_key
from mlgitlab.jobs.gate.case import Answers, Case
from mlgitlab.jobs.gate.inference import judge as inference
from mlgitlab.jobs.gate.predictions import Pair
from mlgitlab.jobs.gate.ruling import Curve, Family, Findings, Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Compared

_RULES = "data.rules"
THEN = "the rule of the target branch, which this commit would weaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """All rulings, the curves of a report, and the facts of the machine."""

    rulings: tuple[Ruling, ...]
    curves: tuple[Curve, ...]
    facts: Mapping[str, str]


def judge(case: Case, bound: Bound) -> Judged:
    """Ask every rule of the commit, and those of its base that it would weaken."""
    rules = [*([(bound.rules, "")] if bound.rules else []), *((then, THEN) for then in bound.then)]
    found = [_noted(each, note) for gates, note in rules for each in _asked(case, gates)]
    rulings = _once(ruling for each in found for ruling in each.rulings)
    data = tuple(_data(case, [gates for gates, _ in rules], must_say=bound.seen))
    curves: dict[Curve, None] = {}
    facts: dict[str, str] = {}
    for each in found:
        curves.update(dict.fromkeys(each.curves))
        facts |= each.facts
    return Judged(rulings=(*data, *rulings), curves=tuple(curves), facts=facts)


def _once(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """The rulings without those that say of a rule of the target branch what its successor says as well."""
    kept: list[Ruling] = []
    said: set[Ruling] = set()
    for ruling in rulings:
        plain = replace(ruling, notes=tuple(note for note in ruling.notes if note != THEN))
        if plain not in said:
            said.add(plain)
            kept.append(ruling)
    return tuple(kept)


def _noted(found: Findings, note: str) -> Findings:
    if not note:
        return found
    rulings = tuple(replace(ruling, notes=(note, *ruling.notes)) for ruling in found.rulings)
    return replace(found, rulings=rulings)


def _asked(case: Case, rules: Gates) -> Iterator[Findings]:
    for pair in pairs(case, rules):
        if rules.metrics:
            asked = {str(name): rule for name, rule in rules.metrics.items()}
            yield metrics.judge(asked, pair, rules.statistics, case.own(asked))
        if rules.fairness:
            groups = {str(name): rule for name, rule in rules.fairness.items()}
            yield fairness.judge(groups, pair, rules.statistics)
    if rules.size or rules.format:
        yield artifact.judge(rules.size, rules.format, case.files, case.production_files)
    if rules.inference:
        yield inference.judge(rules.inference, case.measure(rules.inference))


def pairs(case: Case, rules: Gates) -> Iterator[Pair]:
    """The rows to judge on, set by set."""
    for each in judged_by(case, rules):
        if each.candidate is None or not each.candidate.rows:
            continue
        if each.production is None:
            yield Pair(dataset=each.dataset, candidate=each.candidate)
        else:
            yield pairing.pair(each.dataset, each.candidate, each.production)


def judged_by(case: Case, rules: Gates) -> Sequence[Answers]:
    """The evaluation sets that the rules name, or all."""
    if not rules.on_rows:
        return ()
    return [each for each in case.answers if not rules.held_out or each.dataset in rules.held_out]


def _data(case: Case, every: Sequence[Gates], *, must_say: bool) -> Iterator[Ruling]:
    """What can be said before any number: whether there is something to judge, and by what."""
    if case.smoke:
        yield _said(
            "data.candidate", Outcome.INCONCLUSIVE, "it is the result of a smoke training, which is no candidate"
        )
    if case.compared is Compared.ITSELF:
        why = "it is the model in production: there is nothing to promote"
        yield _said("data.candidate", Outcome.INCONCLUSIVE, why)
    counting = [key for gates in every for key, rule in by_key(gates).items() if not advisory(rule)]
    if not counting:
        yield _said(_RULES, Outcome.INCONCLUSIVE, "no rule counts: a gate without one passes nobody")
    named: dict[str, Answers] = {}
    for gates in every:
        named |= {each.dataset: each for each in judged_by(case, gates)}
        if gates.on_rows:
            for dataset in {*gates.held_out} - {each.dataset for each in case.answers}:
                named[dataset] = Answers(dataset=dataset)
    if any(gates.on_rows for gates in every) and not named:
        yield _said("data.predictions", Outcome.INCONCLUSIVE, "there are no predictions of the candidate")
    for answers in named.values():
        yield from _on_rows(case, answers, must_say=must_say)


def _on_rows(case: Case, answers: Answers, *, must_say: bool) -> Iterator[Ruling]:
    rule, dataset = "data.predictions", answers.dataset
    if answers.candidate is None or answers.kept is None:
        why = answers.missing or "there are no predictions of the candidate: was it evaluated?"
        yield _said(rule, Outcome.INCONCLUSIVE, why, dataset)
        return
    yield held_out.rule_on(answers.kept, case.training, answers.place, must_say=must_say)
    if not answers.candidate.rows:
        yield _said(rule, Outcome.INCONCLUSIVE, "there are no rows to judge by", dataset)
    elif case.compared is Compared.PRODUCTION and answers.production is None:
        why = f"there is nothing to compare with: {answers.missing or 'production has no predictions on these rows'}"
        yield _said(rule, Outcome.INCONCLUSIVE, why, dataset)


def _said(rule: str, outcome: Outcome, why: str, dataset: str = "") -> Ruling:
    return Ruling(rule=rule, family=Family.DATA, outcome=outcome, why=why, dataset=dataset)


def conclusive(rulings: Sequence[Ruling], compared: Compared) -> Iterator[Ruling]:
    """One more ruling where nothing but data was judged: then no rule has said yes."""
    judged = [ruling for ruling in rulings if ruling.mandatory and ruling.family is not Family.DATA]
    if not judged and not any(ruling.rule == _RULES for ruling in rulings):
        what = "the first model of its name is judged by rules that need no other, and there is none"
        why = what if compared is Compared.NOTHING else "no rule that counts could be asked"
        yield _said(_RULES, Outcome.INCONCLUSIVE, f"{why}: nobody said yes to this model")
