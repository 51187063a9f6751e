"""Every fault is planted, and every rule that must see it is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.config.scalars import Duration
from mlgitlab.jobs.gate.binding import Bound
from mlgitlab.jobs.gate.case import Answers, Case
from mlgitlab.jobs.gate.drill.faults import Missing, planted
from mlgitlab.jobs.gate.inference.measured import Measured
from mlgitlab.jobs.gate.judging import judge
from mlgitlab.jobs.gate.ruling import Family, Outcome, Ruling

# A digest that no model has: the other side of a drill is the model itself.
_ITSELF = f"sha256:{'0' * 64}"
_LONGEST = 10  # seconds in which models are measured


class Seen(StrEnum):
    """What a rule made of a fault."""

    CAUGHT = "caught"
    MISSED = "missed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One rule and one planted fault: whether the rule saw it, and what it said."""

    rule: str
    fault: str
    seen: Seen
    why: str


def drill(case: Case, rules: Gates) -> tuple[Trial, ...]:
    """Plant every fault that the rules must see in the candidate, and compare it with the candidate as it is."""
    base = _beside_itself(case)
    sound = {_about(ruling) for ruling in judge(base, Bound(rules=rules)).rulings if ruling.outcome is Outcome.PASS}
    found: list[Trial] = []
    for fault in planted(base, rules):
        if isinstance(fault, Missing):
            found += (
                Trial(rule=rule, fault=fault.name, seen=Seen.NOT_APPLICABLE, why=fault.why) for rule in fault.rules
            )
            continue
        asked = _asking(rules, fault.rules)
        rulings = judge(fault.case, Bound(rules=asked)).rulings
        found += (trial for rule in fault.rules for trial in _trials(rule, fault.name, rulings, sound))
    return tuple(found)


def _about(ruling: Ruling) -> tuple[str, str, str]:
    return ruling.rule, ruling.dataset, ruling.slice


def _trials(
    rule: str, fault: str, rulings: Sequence[Ruling], sound: Collection[tuple[str, str, str]]
) -> Iterator[Trial]:
    """A trial for each key at or below the rule; slices and datasets of one key together.

    sound: what is said to be well of the model without the fault. Not to know is an answer only where it was known.
    """
    is_data = rule.partition(".")[0] == Family.DATA  # of sound data there is no ruling
    about: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        if ruling.rule == rule or ruling.rule.startswith(f"{rule}."):
            about.setdefault(ruling.rule, []).append(ruling)
    if not about:
        yield Trial(rule=rule, fault=fault, seen=Seen.MISSED, why="the rule said nothing at all")
    for key, said in about.items():
        fails = (each for each in said if each.outcome is Outcome.FAIL)
        unsure = [each for each in said if each.outcome is Outcome.INCONCLUSIVE]
        no = next(fails, None) or next((each for each in unsure if _about(each) in sound or is_data), None)
        if no:
            yield Trial(rule=key, fault=fault, seen=Seen.CAUGHT, why=f"{no.outcome}: {no.why}")
        elif unsure:
            why = f"it cannot tell of the model as it is, either: {unsure[0].why}"
            yield Trial(rule=key, fault=fault, seen=Seen.NOT_APPLICABLE, why=why)
        else:
            yield Trial(rule=key, fault=fault, seen=Seen.MISSED, why=f"pass: {said[0].why}")


def _asking(rules: Gates, keys: Sequence[str]) -> Gates:
    """Of the rules those that must see the fault: the others cost time, and prove nothing."""
    families = {key.partition(".")[0] for key in keys}
    on_rows = Family.DATA in families
    return replace(
        rules,
        metrics={name: rule for name, rule in rules.metrics.items() if on_rows or f"metrics.{name}" in keys},
        fairness={name: rule for name, rule in rules.fairness.items() if on_rows or f"fairness.{name}" in keys},
        inference=rules.inference if "inference" in families else None,
        size=rules.size if "size" in families else None,
        format=rules.format if "format" in families else None,
    )


def _beside_itself(case: Case) -> Case:
    """The candidate compared with itself: without a fault, no rule that compares finds a difference."""
    return replace(
        case,
        production=_ITSELF,
        smoke=False,
        answers=tuple(_itself(each) for each in case.answers),
        production_files=case.files,
        measure=_once(case.measure),
    )


def _itself(found: Answers) -> Answers:
    return replace(found, production=found.candidate, beside=found.kept, missing="")


def _once(measure: Callable[[InferenceRules], Measured]) -> Callable[[InferenceRules], Measured]:
    """Measure each rule once, and no longer than it takes to see a fault."""
    known: dict[str, Measured] = {}

    def measured(rule: InferenceRules) -> Measured:
        short = replace(rule, duration=Duration(min(_LONGEST, rule.duration.seconds)))
        if repr(short) not in known:
            known[repr(short)] = measure(short)
        return known[repr(short)]

    return measured


def as_data(trials: Sequence[Trial]) -> list[dict[str, str]]:
    """The trials as plain data."""
    return [{"rule": each.rule, "fault": each.fault, "seen": str(each.seen), "why": each.why} for each in trials]


def as_rulings(trials: Sequence[Trial]) -> tuple[Ruling, ...]:
    """The trials as rulings, for a report that shows those: a fault that was missed is a fail."""
    outcomes = {Seen.CAUGHT: Outcome.PASS, Seen.MISSED: Outcome.FAIL, Seen.NOT_APPLICABLE: Outcome.INCONCLUSIVE}
    return tuple(
        Ruling(
            rule=each.rule,
            family=Family(each.rule.partition(".")[0]),
            outcome=outcomes[each.seen],
            why=each.why,
            mandatory=each.seen is not Seen.NOT_APPLICABLE,
            slice=each.fault,
        )
        for each in trials
    )
