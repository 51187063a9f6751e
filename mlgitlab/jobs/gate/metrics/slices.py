"""A rule on every group of a column, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlgitlab.config.gates_metrics import MetricRule, SmallGroups
from mlgitlab.jobs.gate.metrics.asked import Of
from mlgitlab.jobs.gate.metrics.measured import Measure
from mlgitlab.jobs.gate.metrics.question import Question
from mlgitlab.jobs.gate.rows.selection import Rows, groups_of, some
from mlgitlab.jobs.gate.ruling import Ruling

# A column with more groups than this tells rows apart, not groups of rows.
_MOST_GROUPS = 200


def sliced(question: Question, measure: Measure, rows: Rows, rule: MetricRule) -> Iterator[Ruling]:
    """A ruling for each group of each set of columns that the rule names."""
    for columns in rule.slices:
        yield from _groups(question, measure, rows, columns, rule.small)


def _groups(
    question: Question, measure: Measure, rows: Rows, columns: tuple[str, ...], small: SmallGroups
) -> Iterator[Ruling]:
    name = ", ".join(columns)
    missing = [column for column in columns if column not in rows.first.groups]
    if missing:
        yield question.open(f"the predictions have no column {missing[0]}", name, rows)
        return
    groups = list(groups_of(rows, columns))
    if len(groups) > _MOST_GROUPS:
        yield question.open(f"there are {len(groups)} groups: more than {_MOST_GROUPS}", name, rows)
        return
    parts = [(where, some(rows, mask)) for where, mask in groups]
    judged = [each for each in parts if each[1].independent >= question.min_rows or small is not SmallGroups.SKIP]
    skipped = tuple(where for where, part in parts if (where, part) not in judged)
    notes = (f"left out, with fewer rows than {question.min_rows}: {'; '.join(skipped)}",) if skipped else ()
    if not judged:
        yield replace(question.open("every group is left out", name, rows), notes=notes)
        return
    rulings = [question.ruling(measure, part, where, claims=len(judged)) for where, part in judged]
    worst, *others = sorted(rulings, key=lambda ruling: _room(question, ruling))
    yield replace(worst, notes=(f"the worst of {len(judged)} groups", *worst.notes, *notes))
    yield from others


def _room(question: Question, ruling: Ruling) -> float:
    """How far a group's number is from the limit; what could not be judged comes first."""
    condition = question.condition
    about = {Of.VALUE: ruling.candidate, Of.DIFFERENCE: ruling.difference, Of.RATIO: ruling.ratio}[condition.of]
    return float("-inf") if about is None else condition.bound.room(about)
