"""What the rules of `gates.metrics` say about a pair of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from mlgitlab.config.gates_metrics import Direction, Metric, MetricRule, Statistics
from mlgitlab.jobs.gate.curves.drawing import curves
from mlgitlab.jobs.gate.metrics import own as own_metrics
from mlgitlab.jobs.gate.metrics.asked import Condition, Of, conditions
from mlgitlab.jobs.gate.metrics.known import KNOWN
from mlgitlab.jobs.gate.metrics.measured import Known, Options
from mlgitlab.jobs.gate.metrics.own import OwnMetric
from mlgitlab.jobs.gate.metrics.question import Question
from mlgitlab.jobs.gate.metrics.slices import sliced
from mlgitlab.jobs.gate.predictions import Pair, Task
from mlgitlab.jobs.gate.rows import soundness
from mlgitlab.jobs.gate.rows.selection import rows_of
from mlgitlab.jobs.gate.rows.soundness import Reads, Unsound
from mlgitlab.jobs.gate.ruling import Findings, Ruling, Side

_NO_OWN: Mapping[str, OwnMetric] = MappingProxyType({})


def judge(
    rules: Mapping[str, MetricRule], pair: Pair, settings: Statistics, own: Mapping[str, OwnMetric] = _NO_OWN
) -> Findings:
    """A ruling for each condition of each rule, and for each group of its slices; curves of both models.

    own: what the `entry` of a rule leads to, by the rule's name. Where there is no production, conditions that need it
    are not judged, and say so in a ruling that is not mandatory.
    """
    # What is too large to be added is infinite, and judged as such.
    with np.errstate(all="ignore"):
        found = [ruling for name, rule in rules.items() for ruling in _rule(name, rule, pair, settings, own.get(name))]
        return Findings(rulings=tuple(found), curves=tuple(curves(pair)))


def _rule(name: str, rule: MetricRule, pair: Pair, settings: Statistics, own: OwnMetric | None) -> Iterator[Ruling]:
    known = _known(name, rule, pair.candidate.task, own)
    asked = conditions(rule, known.direction if isinstance(known, Known) else Direction.HIGHER)
    for condition in asked:
        question = _question(name, rule, condition, pair, settings)
        if isinstance(known, str):
            yield question.open(known)
        elif unsound := _unsound(pair, known.reads, condition):
            yield question.unsound(unsound)
        elif condition.of is not Of.VALUE and pair.production is None:
            yield question.first_model()
        else:
            rows = rows_of(pair, settings.seed, alone=condition.of is Of.VALUE)
            yield question.ruling(known.measure, rows)
            yield from sliced(question, known.measure, rows, rule)


def _known(name: str, rule: MetricRule, task: Task, own: OwnMetric | None) -> Known | str:
    """The metric that a rule is about, or why there is none."""
    if rule.entry is not None:
        return _own(rule, own)
    metric = rule.metric or name
    if metric not in list(Metric):
        return f"{metric} is no metric that is known"
    known = KNOWN[Metric(metric)]
    if task not in known.tasks:
        return f"{metric} is not for {task}"
    if rule.direction not in (None, known.direction):
        return f"of {metric}, {known.direction} values are better, and `direction` says {rule.direction}"
    return known


def _own(rule: MetricRule, own: OwnMetric | None) -> Known | str:
    if own is None:
        return f"{rule.entry} was not given"
    if rule.direction is None:
        return "`direction` does not say which values are better"
    measure = partial(own_metrics.measured, own)
    return Known(direction=rule.direction, tasks=tuple(Task), reads=Reads.EITHER, measure=measure)


def _unsound(pair: Pair, reads: Reads, condition: Condition) -> Unsound | None:
    found = soundness.of_rows(pair.candidate) or soundness.of_side(pair.candidate, Side.CANDIDATE, reads)
    if condition.of is Of.VALUE or pair.production is None:
        return found
    return found or soundness.of_side(pair.production, Side.PRODUCTION, reads)


def _question(name: str, rule: MetricRule, condition: Condition, pair: Pair, settings: Statistics) -> Question:
    return Question(
        rule=f"metrics.{name}",
        dataset=pair.dataset,
        condition=condition,
        level=rule.level or settings.level,
        mandatory=not rule.advisory,
        min_rows=rule.min_rows,
        options=Options(
            average=rule.average or "",
            k=rule.k,
            quantile=rule.quantile,
            bins=rule.bins,
            draws=rule.resamples or settings.resamples,
        ),
    )
