"""The plan: every step with the decision about it, and all that led to the decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from mlgitlab.changes import ChangeSet
from mlgitlab.ci import PipelineKind
from mlgitlab.config.schema import Select, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.planning.baseline import Resolved
from mlgitlab.planning.evidence import Evidence, Pin
from mlgitlab.planning.profiles import Chosen
from mlgitlab.planning.select import Reasons, Scope, scope, select
from mlgitlab.planning.steps import Need, StepSpec
from mlgitlab.results import Cause, Reason

if TYPE_CHECKING:  # only those load them who ask for them
    from mlgitlab.planning.costs import Forecast
    from mlgitlab.planning.costs_forecast import Ruling
    from mlgitlab.planning.fleet import Fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step and the decision: `reasons` why it runs, or `skipped` why it does not.

    `needs` holds the needs that run too, naming stand-ins where one runs in a step's place; `pins` the stored
    results that it reads where those do not run.
    """

    spec: StepSpec
    selected: bool
    reasons: tuple[Reason, ...] = ()
    skipped: str = ""
    needs: tuple[Need, ...] = ()
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a plan is asked for: the change, and everything that may decide about it.

    `withheld` maps steps that must not run to the reason; `postponed` are the trainings that ran but for a missing
    runner or a budget. `forecast`, `ruling` and `fleet` are what was found out about a plan that was made before.
    """

    kind: PipelineKind
    baseline: Resolved
    changes: ChangeSet
    profile: Chosen
    steps: Mapping[str, StepSpec]
    direct: Reasons
    unmatched: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    cosmetic: tuple[str, ...] = ()
    everything: str = ""  # why every step must run, whatever changed: a baseline not known, --all
    everything_cause: Cause = Cause.UNKNOWN_BASELINE
    parameters: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    withheld: Mapping[str, str] = field(default_factory=dict)
    postponed: tuple[str, ...] = ()
    forecast: Forecast | None = None
    ruling: Ruling | None = None
    fleet: Fleet | None = None

    @property
    def again(self) -> bool:
        """Whether everything is made anew: no earlier result stands in for a run."""
        asked = bool(self.everything) and self.everything_cause is Cause.REQUESTED
        return asked or not self.profile.profile.reuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer: `steps` in the order in which they could run one after the other."""

    question: Question
    steps: tuple[PlannedStep, ...]

    @property
    def selected(self) -> tuple[PlannedStep, ...]:
        """The steps that run."""
        return tuple(step for step in self.steps if step.selected)

    @property
    def pins(self) -> Mapping[str, Pin]:
        """The stored results that stand in for a run, by step."""
        return self.question.evidence.pins

    @property
    def skipped(self) -> tuple[PlannedStep, ...]:
        """The steps that do not."""
        return tuple(step for step in self.steps if not step.selected)


def make(question: Question) -> Plan:
    """Decide about every step."""
    within = scope(question.steps, question.profile.profile)
    if question.withheld:
        within = replace(within, allowed=within.allowed - question.withheld.keys())
    chosen = select(question.steps, _direct(question), within, question.profile.profile.models, question.evidence.pins)
    planned = [_planned(step, question, within, chosen) for step in question.steps.values()]
    return Plan(question=question, steps=_ordered(planned))


def _direct(question: Question) -> Reasons:
    """The reasons that the change itself gives, or the one that covers every step."""
    if question.everything:
        blanket = Reason(cause=question.everything_cause, text=question.everything)
    elif question.profile.profile.select is Select.ALL:
        blanket = Reason(cause=Cause.PROFILE, text=f"profile {question.profile.name} runs it whatever changed")
    else:
        owed = question.evidence.reasons
        return {id_: (*question.direct.get(id_, ()), *owed.get(id_, ())) for id_ in {**question.direct, **owed}}
    return {id_: (blanket, *question.direct.get(id_, ())) for id_ in question.steps}


def _planned(step: StepSpec, question: Question, within: Scope, chosen: Reasons) -> PlannedStep:
    if step.id not in chosen:
        return PlannedStep(spec=step, selected=False, skipped=_why_not(step, question, within))
    every = within.needs(step)
    needs = {need.step: need for need in every if need.step in chosen}
    pins = question.evidence.pins
    read = {need.step: pins[need.step] for need in every if need.artifacts and need.step in pins}
    return PlannedStep(
        spec=step, selected=True, reasons=chosen[step.id], needs=tuple(needs.values()), pins=tuple(read.values())
    )


def _why_not(step: StepSpec, question: Question, within: Scope) -> str:
    profile = question.profile
    if withheld := question.withheld.get(step.id):
        return withheld
    if stand_in := within.stand_ins.get(step.id):
        return f"profile {profile.name} runs {question.steps[stand_in].kind} in place of {step.kind}"
    if step.id not in within.allowed:
        judges_nothing = step.kind in profile.profile.steps
        only = f"only {', '.join(profile.profile.steps) or 'nothing'}"
        return f"profile {profile.name} runs {'no training whose result could be judged' if judges_nothing else only}"
    if profile.profile.models and step.model not in (None, *profile.profile.models):
        return f"profile {profile.name} runs only the models {', '.join(profile.profile.models)}"
    if pin := question.evidence.pins.get(step.id):
        return str(pin)
    return _unreached(len(question.changes.changes), len(question.cosmetic))


def _unreached(changed: int, cosmetic: int) -> str:
    """Why nothing that changed counts."""
    if not changed:
        return "nothing changed"
    if changed == cosmetic:
        return f"the {'changed file means' if changed == 1 else f'{changed} changed files mean'} what it did before"
    if changed == 1:
        return "the changed file does not reach it"
    return f"none of the {changed} changed files reaches it"


def _ordered(planned: Sequence[PlannedStep]) -> tuple[PlannedStep, ...]:
    """By stage, within a stage producers first, else as declared."""
    stages = {str(kind): position for position, kind in enumerate(StepKind)}  # called like one of the kinds in each
    ids = {step.spec.id for step in planned}
    depths = _depths({step.spec.id: [need.step for need in step.spec.needs if need.step in ids] for step in planned})
    return tuple(sorted(planned, key=lambda step: (stages[step.spec.stage], depths[step.spec.id])))


def _depths(graph: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    """How many steps each one waits for, one after the other."""
    depths: dict[str, int] = {}
    for id_ in graph if _is_in_order(graph) else TopologicalSorter(graph).static_order():
        depths[id_] = 1 + max([depths[before] for before in graph[id_]], default=0)
    return depths


def _is_in_order(graph: Mapping[str, Sequence[str]]) -> bool:
    """Whether each step comes after those that it waits for, as most configurations have it."""
    seen: set[str] = set()
    for id_, needs in graph.items():
        if not seen.issuperset(needs):
            return False
        seen.add(id_)
    return True
