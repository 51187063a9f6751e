"""What the gates of a model lead to: the step that judges it, and the one that tries the gates themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mlgitlab.config.gates import Gates
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Config, Model, Step, StepKind
from mlgitlab.planning.datasets import anchored, inputs
from mlgitlab.planning.steps import Need, Rule, StepSpec
from mlgitlab.results import Cause

_COMMANDS = {StepKind.GATE: "mlgitlab gate {}", StepKind.DRILL: "mlgitlab gate drill {}"}  # a name holds no shell


def folder_of(model: str, kind: StepKind) -> str:
    """The folder in which a gate or a drill leaves its reports."""
    return f".mlgitlab/{model}/{kind}"


def judging(name: str, model: Model, kind: StepKind) -> Step:
    """The step of that kind; it runs where the evaluation does, since the model is served and measured there."""
    like = model.evaluate or replace(model.train or Step(command=()), gpu=None)
    folder = folder_of(name, kind)
    return Step(
        command=(_COMMANDS[kind].format(name),),
        outputs=(f"{folder}/",),
        metrics=f"{folder}/metrics.txt" if kind is StepKind.GATE else None,
        junit=f"{folder}/junit.xml",
        image=like.image,
        gpu=like.gpu,
        tags=like.tags,
        timeout=like.timeout,
        variables=like.variables,
    )


def completed(spec: StepSpec, gates: Gates, *, then: bool) -> StepSpec:
    """The step with what of the rules decides about its result. then: the rules are those of an earlier commit."""
    serving = gates.inference.command if gates.inference else ()
    if gates.inference and gates.inference.endpoint:
        serving = gates.inference.endpoint.command
    own = (rule.entry.rpartition(":")[0] for rule in gates.metrics.values() if rule.entry)
    checks = "the rules of the target branch, which this one no longer has" if then else ""
    return replace(spec, gates=gates, entry=tuple(dict.fromkeys(own)), also_runs=serving, ours=True, checks=checks)


def needs_of(name: str, model: Model) -> Iterator[Need]:
    """What is judged, and by what."""
    if model.evaluate:
        yield Need(step=f"{name}:{StepKind.EVALUATE}", artifacts=True, required=True)
    yield Need(step=f"{name}:{StepKind.TRAIN}", artifacts=True, required=True)


def read_by(name: str, config: Config, gates: Gates) -> Iterator[Rule]:
    """The files that the gate itself reads."""
    if gates.inference and gates.inference.requests:
        key = f"models.{name}.gates.inference.requests"
        yield Rule(cause=Cause.INPUTS, key=key, globs=Globs((anchored(gates.inference.requests),)))
    yield from inputs("defaults.inputs", config.defaults.inputs)


def kept(config: Config, then: Iterable[Config]) -> Mapping[str, Gates]:
    """The gates of models that have none any more, though earlier they had: those count all the same."""
    found: dict[str, Gates] = {}
    for name, model in config.models.items():
        if model.gates is None and model.train is not None:
            earlier = (each.models[name].gates for each in then if name in each.models)
            found |= {str(name): gates for gates in earlier if gates is not None}
    return found


def without_store(steps: Mapping[str, StepSpec]) -> tuple[Mapping[str, StepSpec], tuple[str, ...]]:
    """The steps that can do without a store, and a sentence about those that cannot: a verdict must be kept."""
    kinds = (StepKind.GATE, StepKind.DRILL)
    models = sorted({step.owner for step in steps.values() if step.kind in kinds})
    if not models:
        return steps, ()
    told = f"no gate judges {', '.join(models)}, and nothing of it can be promoted: there is no store to keep a verdict"
    return {id_: step for id_, step in steps.items() if step.kind not in kinds}, (f"{told} (set `store`)",)
