"""From a plan, and how long its steps took before, to what it is likely to take; and whether that is in the budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mlgitlab.ci import PipelineKind
from mlgitlab.config.costs import Budget, Costs
from mlgitlab.config.field import Name
from mlgitlab.planning.costs import Estimate, Forecast, gpu_hours
from mlgitlab.planning.evidence import Evidence
from mlgitlab.planning.plan import Plan, make
from mlgitlab.planning.steps import StepSpec
from mlgitlab.results import Cause

MERGE_REQUESTS = frozenset({PipelineKind.MERGE_REQUEST, PipelineKind.MERGED_RESULT, PipelineKind.MERGE_TRAIN})


class State(StrEnum):
    """How a forecast stands to the budget. Part of plan.json's contract."""

    WITHIN = "within"
    CONFIRMED = "confirmed"  # over it, and somebody said that it may be
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The budget's answer. hours: those that have to be reckoned with, before anything was left out for it."""

    budget: Budget
    hours: float
    state: State


def forecast(plan: Plan, runs: Mapping[str, Iterable[float]], costs: Costs) -> Forecast:
    """What the plan's selected steps take, by the seconds that each took before."""
    trained = {step.spec.id for step in plan.selected if step.spec.is_training}
    return Forecast(
        trainings=len(trained),
        # What was put off is not saved.
        saved=len(_trainings_of_everything(plan) - trained - plan.question.withheld.keys()),
        currency=costs.currency,
        estimates=tuple(
            _estimate(step.spec, runs.get(step.spec.id, ()), costs) for step in plan.selected if step.spec.gpu
        ),
    )


def _estimate(step: StepSpec, runs: Iterable[float], costs: Costs) -> Estimate:
    assert step.gpu is not None
    name, known = step.gpu.type or "", tuple(runs)
    # Each dataset of a matrix is a job of its own.
    gpus = step.gpu.count * max(1, len(step.matrix))
    return Estimate(
        step=step.id,
        gpu=name,
        runs=len(known),
        hours=gpu_hours(known, gpus=gpus, limit=step.timeout.seconds),
        price=costs.per_gpu_hour.get(Name(name)),
    )


def _trainings_of_everything(plan: Plan) -> frozenset[str]:
    """The trainings that the plan would start if everything had changed and the store had nothing."""
    why, cause = "for comparison", Cause.REQUESTED
    whole = make(replace(plan.question, everything=why, everything_cause=cause, evidence=Evidence(), withheld={}))
    return frozenset(step.spec.id for step in whole.selected if step.spec.is_training)


def rule(found: Forecast, budget: Budget, labels: Iterable[str]) -> Ruling:
    """Whether the forecast is in the budget, or a label of the merge request allows it to be over."""
    hours = found.hours.reserved
    state = State.WITHIN
    if hours > budget.max_gpu_hours:
        state = State.CONFIRMED if budget.label and budget.label in set(labels) else State.OVER
    return Ruling(budget=budget, hours=hours, state=state)


def on_gpus(plan: Plan) -> frozenset[str]:
    """The steps on GPUs that the plan runs, and those of its steps that could not run without one of them."""
    readers: dict[str, list[str]] = {}
    for step in plan.selected:
        for need in step.needs:
            if need.required:
                readers.setdefault(need.step, []).append(step.spec.id)
    waiting = [step.spec.id for step in plan.selected if step.spec.gpu]
    found: set[str] = set()
    while waiting:
        step_id = waiting.pop()
        if step_id not in found:
            found.add(step_id)
            waiting += readers.get(step_id, ())
    return frozenset(found)
