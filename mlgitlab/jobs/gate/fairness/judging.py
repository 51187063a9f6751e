"""What the rules of `gates.fairness` say about a pair of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from mlgitlab.config.gates_fairness import FairnessRule
from mlgitlab.config.gates_metrics import Statistics
from mlgitlab.jobs.gate.fairness.asked import Condition, Of, conditions
from mlgitlab.jobs.gate.fairness.case import Case, measured
from mlgitlab.jobs.gate.fairness.drawing import curves, described
from mlgitlab.jobs.gate.fairness.extremes import Extreme, difference, increase, largest, ratio
from mlgitlab.jobs.gate.predictions import Pair
from mlgitlab.jobs.gate.rows import wording
from mlgitlab.jobs.gate.rows.conditions import wanted
from mlgitlab.jobs.gate.rows.soundness import Unsound
from mlgitlab.jobs.gate.ruling import Curve, Family, Findings, Judged, Outcome, Ruling


def judge(rules: Mapping[str, FairnessRule], pair: Pair, settings: Statistics) -> Findings:
    """A ruling for each condition of each rule and each of its sets of groups, and the groups' numbers as curves.

    Where there is no production, `no_worse` is not judged, and says so in a ruling that is not mandatory.
    """
    rulings: list[Ruling] = []
    drawn: list[Curve] = []
    # What is too large to be added is infinite, and judged as such.
    with np.errstate(all="ignore"):
        for name, rule in rules.items():
            for columns in rule.groups:
                found = _columns(name, rule, columns, pair, settings)
                rulings += found[0]
                drawn += found[1]
    return Findings(rulings=tuple(rulings), curves=tuple(drawn))


def _columns(
    name: str, rule: FairnessRule, columns: tuple[str, ...], pair: Pair, settings: Statistics
) -> tuple[list[Ruling], list[Curve]]:
    level = rule.level or settings.level
    blank = Ruling(
        rule=f"fairness.{name}",
        family=Family.FAIRNESS,
        outcome=Outcome.INCONCLUSIVE,
        why="",
        mandatory=not rule.advisory,
        dataset=pair.dataset,
        slice=", ".join(columns),
    )
    alone = beside = measured(name, rule, columns, pair, settings, alone=True)
    if rule.no_worse is not None and pair.production is not None:
        beside = measured(name, rule, columns, pair, settings, alone=False)
    rulings = []
    for condition in conditions(rule):
        asked = replace(blank, limit=condition.text)
        if condition.of is not Of.INCREASE:
            rulings.append(_ruling(asked, condition, alone, level))
        elif pair.production is not None:
            rulings.append(_ruling(asked, condition, beside, level))
        else:
            why = "not judged: there is no model in production to compare with"
            rulings.append(replace(asked, why=why, mandatory=False))
    case = alone if isinstance(beside, Unsound) else beside
    if isinstance(case, Unsound):
        return rulings, []
    return rulings, list(curves(case, f"{name} by {', '.join(columns)}", pair.dataset, level))


def _ruling(blank: Ruling, condition: Condition, case: Case | Unsound, level: float) -> Ruling:
    if isinstance(case, Unsound):
        failed = case.outcome is Outcome.FAIL
        return replace(blank, outcome=case.outcome, why=case.why if failed else f"not judged: {case.why}")
    found = _extreme(condition.of, case, level)
    rows = case.groups.rows.count
    if isinstance(found, str):
        return replace(blank, why=f"not judged: {found}", rows=rows)
    outcome = condition.bound.outcome(*condition.bound.ends(found.interval))
    needed = wanted(found.value, condition.bound, found.interval, rows) if outcome is Outcome.INCONCLUSIVE else None
    said = wording.sentence(condition.of, found.value, found.interval, outcome, condition.text, needed)
    increased = condition.of is Of.INCREASE
    both = [difference(case.numbers, side, level).value for side in (0, 1)] if increased else [found.value]
    return replace(
        blank,
        outcome=outcome,
        why=f"{said}; {_between(case, found)}",
        candidate=both[0],
        production=both[1] if increased else None,
        difference=found.value if increased else None,
        interval=found.interval,
        judged=Judged.DIFFERENCE if increased else Judged.VALUE,
        margin=condition.bound.limit,
        higher_is_better=condition.bound.upwards,
        rows=rows,
        wanted=needed,
        numbers=tuple(described(case, level)),
        notes=tuple(_notes(case)),
    )


def _extreme(of: Of, case: Case, level: float) -> Extreme | str:
    match of:
        case Of.DIFFERENCE:
            return difference(case.numbers, 0, level)
        case Of.RATIO:
            return ratio(case.numbers, 0, level)
        case Of.LARGEST:
            return largest(case.numbers, 0, level)
        case Of.INCREASE:
            return increase(case.numbers, level)


def _between(case: Case, found: Extreme) -> str:
    names = " and ".join(case.groups.names[group] for group in found.groups)
    return f"{case.rates[found.rate]} of {names}"


def _notes(case: Case) -> Iterator[str]:
    if case.groups.left_out:
        yield f"left out, as too small: {'; '.join(case.groups.left_out)}"
