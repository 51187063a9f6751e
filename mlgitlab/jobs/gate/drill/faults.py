"""The faults that are planted, and the rules that must see each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_fairness import Criterion, FairnessRule
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.case import Answers, Case
from mlgitlab.jobs.gate.drill import answers, files
from mlgitlab.jobs.gate.drill.slowing import LIMITS, muted, slowed
from mlgitlab.jobs.gate.held_out import HELD_OUT, Training
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.store import digests


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A fault: its name, the case that has it, and the rules that must not pass it (a key, or what is below it)."""

    name: str
    case: Case
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A fault that cannot be planted here, and why."""

    name: str
    rules: tuple[str, ...]
    why: str


def planted(case: Case, rules: Gates) -> Iterator[Planted | Missing]:
    """Every fault that some of the rules must see. RefusedError where rules on rows have no rows to be tried on."""
    yield from _on_rows(case, rules)
    if rules.inference:
        limits = tuple(f"inference.{name}" for name in LIMITS if getattr(rules.inference, name))
        slow = replace(case, measure=lambda rule: slowed(rule, case.measure(rule)))
        yield Planted(name="slowed, and grown in memory", case=slow, rules=limits)
        mute = replace(case, measure=lambda rule: muted(case.measure(rule)))
        yield Planted(name="requests that are not answered", case=mute, rules=("inference.answers",))
    if rules.size:
        large = files.too_large(case.files, rules.size)
        yield Planted(name="grown in size", case=replace(case, files=large), rules=("size",))
    if rules.format:
        pickled = replace(case, files=files.with_pickle(case.files))
        yield Planted(name="forbidden pickle", case=pickled, rules=("format.pickle",))
        broken = replace(case, files=files.broken(case.files))
        yield Planted(name="a file that is not what it is called", case=broken, rules=("format.whole",))
    if rules.format and rules.format.allow and "pickle" not in rules.format.allow:
        pickled = replace(case, files=files.with_pickle(case.files))
        yield Planted(name="format that is not allowed", case=pickled, rules=("format.allow",))
    if rules.format and rules.format.onnx:
        graph = replace(case, files=files.with_onnx(case.files))
        yield Planted(name="operators that no runtime has", case=graph, rules=("format.onnx",))


def _on_rows(case: Case, rules: Gates) -> Iterator[Planted | Missing]:
    if not rules.on_rows:
        return
    metrics = tuple(f"metrics.{name}" for name in rules.metrics)
    every = (*metrics, *(f"fairness.{name}" for name in rules.fairness))
    if not any(each.candidate is not None and each.candidate.rows for each in case.answers):
        what = f"the store has no predictions of {case.model}@{digests.short(case.candidate)} to plant faults in"
        raise RefusedError(what, f"evaluate it first: mlgitlab evaluate {case.model}")
    if metrics:
        yield Planted(name="labels flipped", case=_altered(case, answers.flipped), rules=metrics)
    for name, rule in rules.fairness.items():
        yield from _biased(case, f"fairness.{name}", Criterion(rule.criterion or name), rule)
    yield Planted(name="an answer that is no number", case=_altered(case, answers.not_a_number), rules=every)
    yield Planted(name="no rows", case=_altered(case, answers.none), rules=("data.predictions",))
    yield Planted(name="evaluation set leaked by its rows", case=_leaked(case, by_rows=True), rules=(HELD_OUT,))
    if any(each.dataset for each in case.answers):
        leaked = _leaked(case, by_rows=False)
        yield Planted(name="evaluation set declared for training", case=leaked, rules=(HELD_OUT,))


def _biased(case: Case, key: str, criterion: Criterion, rule: FairnessRule) -> Iterator[Planted | Missing]:
    for columns in rule.groups:
        name = f"biased against one group of {' and '.join(columns)}"
        sets = [each.candidate for each in case.answers if each.candidate is not None]
        if all(answers.groups_of(found, columns) < 2 for found in sets):
            yield Missing(name=name, rules=(key,), why="all rows are of one group")
        else:
            yield Planted(name=name, case=_altered(case, answers.biased(criterion, columns)), rules=(key,))


def _altered(case: Case, fault: Callable[[Predictions], Predictions]) -> Case:
    """The case with the candidate's answers altered on every set; production's stay, but for rows that are gone."""
    return replace(case, answers=tuple(_with(each, fault) for each in case.answers))


def _with(found: Answers, fault: Callable[[Predictions], Predictions]) -> Answers:
    return found if found.candidate is None else replace(found, candidate=fault(found.candidate))


def _leaked(case: Case, *, by_rows: bool) -> Case:
    """The case in which the rows were trained on, as the training says it, or as the configuration does."""
    if not by_rows:
        names = frozenset(each.dataset for each in case.answers if each.dataset)
        return replace(case, training=Training(datasets=case.training.datasets | names))
    sets = tuple(
        replace(each, kept=replace(each.kept, seen={"ids": each.kept.rows, "shared": each.kept.rows, "some": []}))
        if each.kept
        else each
        for each in case.answers
    )
    return replace(case, answers=sets)
