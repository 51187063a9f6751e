"""From a configuration to its steps: what each inherits, reads and waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from mlgitlab.config.field import Name
from mlgitlab.config.gates import Gates
from mlgitlab.config.gpus import NO_GPU, Gpu, GpuType, demand, effective, fitting
from mlgitlab.config.scalars import Duration, Globs
from mlgitlab.config.schema import Config, Dataset, Model, Quality, Step, StepKind
from mlgitlab.planning import gates
from mlgitlab.planning.configs import CHECK, CONFIGS, compared, described_by
from mlgitlab.planning.datasets import (
    anchored,
    checks_of,
    described,
    entry_of,
    inputs,
    is_remote,
    judged_by,
    made_by,
    validation_of,
)
from mlgitlab.planning.named import named_by
from mlgitlab.planning.steps import Need, Rule, StepSpec, products
from mlgitlab.results import Cause

T = TypeVar("T")
# Checks of the code say themselves what they read; the commands that judge are ours.
_OF_DATA_AND_MODELS = frozenset({StepKind.DATA, StepKind.SMOKE, StepKind.TRAIN, StepKind.EVALUATE})


def derive(config: Config, kept: Mapping[str, Gates] = MappingProxyType({})) -> Mapping[str, StepSpec]:
    """All steps by id, in the order of stages and, within one, of the configuration.

    kept: the gates of models that the configuration no longer gives any (see `gates.kept`).
    """
    found = [
        *(_quality(config, name, step) for name, step in config.quality.items()),
        *_configs(config),
        *(spec for name, dataset in config.datasets.items() for spec in _data(config, name, dataset)),
        *(spec for name, model in config.models.items() for spec in _model(config, name, model)),
        *(spec for name, model in config.models.items() for spec in _gates(config, name, model, kept.get(name))),
    ]
    order = list(StepKind)
    return {spec.id: spec for spec in sorted(found, key=lambda spec: order.index(spec.kind))}


def with_parameters(steps: Mapping[str, StepSpec], config: Config, values: Mapping[str, str]) -> Mapping[str, StepSpec]:
    """The steps of one run: a parameter that `sets: timeout` replaces the time limit of smoke and train."""
    setting = (values[name] for name, parameter in config.parameters.items() if parameter.sets and name in values)
    limit = next(map(Duration.parse, setting), None)
    if limit is None:
        return steps
    trained = (StepKind.SMOKE, StepKind.TRAIN)
    return {id_: replace(step, timeout=limit) if step.kind in trained else step for id_, step in steps.items()}


def _quality(config: Config, name: str, step: Quality) -> StepSpec:
    key = f"quality.{name}"
    rules = [Rule(cause=Cause.PATHS, key=f"{key}.owns", globs=step.owns)] if step.owns else []
    # A check that does not say what it reads may read anything.
    rules += inputs(f"{key}.inputs", step.inputs, claims=False)
    if not (step.inputs.files or step.inputs.keys):
        rules.append(Rule(cause=Cause.INPUTS, key=key, globs=Globs(("**",)), claims=False))
    return _spec(config, StepKind.QUALITY, name, key, step, tuple(rules), ())


def _configs(config: Config) -> Iterator[StepSpec]:
    """The check of the project's own training configurations, unless a quality step has its name."""
    if config.configs and CONFIGS not in config.quality:
        rules = tuple(rule for name, settings in config.configs.items() for rule in described_by(name, settings))
        spec = _spec(config, StepKind.QUALITY, CONFIGS, "configs", CHECK, rules, ())
        entry = tuple(file for settings in config.configs.values() for file in entry_of(settings.schema))
        yield replace(spec, entry=tuple(dict.fromkeys(entry)), checks=compared(config.configs), ours=True)


def _data(config: Config, name: str, dataset: Dataset) -> Iterator[StepSpec]:
    if step := validation_of(name, dataset):
        key = f"datasets.{name}.validate"
        rules = (
            *made_by(name, dataset),
            *judged_by(name, dataset),
            *inputs(f"{key}.inputs", step.inputs),
            *_everywhere(config),
        )
        spec = _spec(config, StepKind.DATA, name, key, step, rules, (), datasets=(name,))
        entry = step.entry or entry_of(dataset.schema)
        yield replace(spec, entry=entry, checks=checks_of(dataset), ours=not dataset.validate)


def _model(config: Config, name: str, model: Model) -> Iterator[StepSpec]:
    teachers = {kind: _teachers(config, model, kind) for kind in (StepKind.SMOKE, StepKind.TRAIN)}
    of_model = tuple(_rules_of_model(name, model))
    for kind, step in (
        (StepKind.SMOKE, model.smoke),
        (StepKind.TRAIN, model.train),
        (StepKind.EVALUATE, model.evaluate),
    ):
        if not step:
            continue
        datasets = tuple(dict.fromkeys((*model.datasets, *step.datasets)))
        needs = [*_data_needs(config, datasets), *_quality_needs(config)]
        if kind is StepKind.EVALUATE:
            producer = "train" if model.train else "smoke" if model.smoke else ""
            needs += [Need(step=f"{name}:{producer}", artifacts=True, required=True)] if producer else []
        else:
            needs += teachers[kind]
        key = f"models.{name}.{kind}"
        yield _spec(
            config,
            kind,
            name,
            key,
            step,
            (*of_model, *_rules_of_step(config, key, step, datasets)),
            tuple(needs),
            model=model,
            datasets=datasets,
        )


def _gates(config: Config, name: str, model: Model, then: Gates | None) -> Iterator[StepSpec]:
    """The step that judges the model, and the one that tries whether the gates catch what they should."""
    rules = model.gates or then
    if rules is None or model.train is None:
        return
    for kind in (StepKind.GATE, StepKind.DRILL):
        needs = tuple(gates.needs_of(name, model))
        read = tuple(gates.read_by(name, config, rules))
        spec = _spec(
            config, kind, name, f"models.{name}.evaluate", gates.judging(name, model, kind), read, needs, model=model
        )
        yield gates.completed(spec, rules, then=model.gates is None)


def _rules_of_model(name: str, model: Model) -> Iterator[Rule]:
    if model.paths:
        yield Rule(cause=Cause.PATHS, key=f"models.{name}.paths", globs=model.paths)
    yield from inputs(f"models.{name}.inputs", model.inputs)


def _rules_of_step(config: Config, key: str, step: Step, datasets: tuple[str, ...]) -> Iterator[Rule]:
    yield from inputs(f"{key}.inputs", step.inputs)
    for dataset in datasets:
        yield from made_by(dataset, config.datasets[Name(dataset)])
    yield from _everywhere(config)


def _everywhere(config: Config) -> Iterator[Rule]:
    yield from inputs("defaults.inputs", config.defaults.inputs)
    if config.templates:
        yield Rule(cause=Cause.INPUTS, key="templates", globs=Globs((anchored(config.templates),)))


def _data_needs(config: Config, datasets: tuple[str, ...]) -> Iterator[Need]:
    for name in datasets:
        dataset = config.datasets[Name(name)]
        if validation_of(name, dataset):
            # What our own validation leaves are reports, which nobody is trained on.
            artifacts = bool(dataset.validate and dataset.validate.outputs)
            yield Need(step=f"data:{name}", artifacts=artifacts, required=artifacts or is_remote(dataset))


def _quality_needs(config: Config) -> Iterator[Need]:
    yield from (Need(step=f"quality:{name}") for name, step in config.quality.items() if step.blocks)
    if config.configs and CONFIGS not in config.quality:
        yield Need(step=f"quality:{CONFIGS}")


def _teachers(config: Config, model: Model, kind: StepKind) -> tuple[Need, ...]:
    """The steps that make the models which this one's training reads: a smoke run reads smoke results."""
    needs = []
    for name in model.models:
        teacher = config.models[Name(name)]
        wanted = StepKind.SMOKE if kind is StepKind.SMOKE and teacher.smoke else StepKind.TRAIN
        if not teacher.train:
            wanted = StepKind.SMOKE
        needs.append(Need(step=f"{name}:{wanted}", artifacts=True, required=True))
    return tuple(needs)


def _spec(  # noqa: PLR0913 (every kind of step is made here, so that all inherit alike)
    config: Config,
    kind: StepKind,
    owner: str,
    key: str,
    step: Step,
    rules: tuple[Rule, ...],
    needs: tuple[Need, ...],
    *,
    model: Model | None = None,
    datasets: tuple[str, ...] = (),
) -> StepSpec:
    defaults = config.defaults
    sources = [(name, config.datasets[Name(name)]) for name in datasets]
    read = [step.inputs, defaults.inputs, *[source.inputs for _, source in sources], *([model.inputs] if model else [])]
    inherited = Inheritance(key, f"models.{owner}" if model else None)
    trains = kind in (StepKind.SMOKE, StepKind.TRAIN)
    asked = inherited.pick("gpu", step.gpu, model.gpu if model and trains else None, None)
    gpu, on = _gpu(config, asked)
    image = inherited.pick("image", step.image, model.image if model else None, None)
    if not image:
        usual = Inheritance(f"gpus.{gpu.type}" if gpu else "", None, inherited.origins)
        image = usual.pick("image", on.image if on else None, None, defaults.image)
    return StepSpec(
        id=f"{owner}:{kind}" if model else f"{kind}:{owner}",
        kind=kind,
        owner=owner,
        command=step.command,
        rules=(*rules, *named_by(key, defaults.before_script, step.command, rules, products(step)))
        if kind in _OF_DATA_AND_MODELS
        else rules,
        entry=step.entry,
        dvc=step.dvc,
        source_roots=tuple(dict.fromkeys((*(model.source_roots if model else ()), *config.source_roots))),
        data=tuple([described(name, source) for name, source in sources]),
        remote=tuple([name for name, source in sources if is_remote(source)]),
        reads=tuple(sorted({name for inputs in read for name in inputs.variables})),
        matrix=step.datasets if kind is StepKind.EVALUATE else (),
        needs=needs,
        image=image,
        gpu=gpu,
        tags=inherited.pick("tags", step.tags, model.tags if model else None, None) or _tags(config, gpu, on),
        timeout=inherited.pick("timeout", step.timeout, model.timeout if model else None, defaults.timeout)
        or defaults.timeout,
        before_script=defaults.before_script,
        variables={**defaults.variables, **(model.variables if model else {}), **step.variables},
        outputs=step.outputs,
        metrics=step.metrics,
        junit=step.junit,
        codequality=step.codequality,
        coverage=step.coverage,
        seed=step.seed,
        loss=step.loss,
        checkpoint=step.checkpoint,
        load=step.load,
        environment=step.environment,
        resource_group=step.resource_group,
        predictions=step.predictions,
        demand=demand(asked, on) if asked and gpu else None,
        origins=inherited.origins,
    )


def _gpu(config: Config, asked: Gpu | None) -> tuple[Gpu | None, GpuType | None]:
    """The GPU that the step gets, by the name of its type, and what was declared of that type."""
    if not asked or asked.type == NO_GPU:
        return None, None
    name = fitting(asked, config.gpus, config.costs.per_gpu_hour if config.costs else {})
    return Gpu(type=name, count=asked.count), config.gpus.get(Name(name))


def _tags(config: Config, gpu: Gpu | None, declared: GpuType | None) -> tuple[str, ...]:
    if not gpu:
        return config.defaults.tags
    return effective(declared).tags if declared else ("gpu", f"gpu:{gpu.type}")


class Inheritance:
    """Picks the nearest value set, and remembers which key it came from."""

    def __init__(self, key: str, model_key: str | None, origins: dict[str, str] | None = None) -> None:
        self.origins: dict[str, str] = {} if origins is None else origins
        self._keys = (key, model_key, "defaults")

    def pick(self, name: str, own: T | None, of_model: T | None, default: T | None) -> T | None:
        """The first of the step's, the model's and the default value that is set."""
        for position, value in enumerate((own, of_model, default)):
            if value is not None:
                self.origins[name] = f"{self._keys[position]}.{name}"
                return value
        return None
