"""Every step that a configuration can ask for, with all inherited values filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields

from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.gpus import Demand, Gpu
from mlgitlab.config.scalars import Duration, Globs
from mlgitlab.config.schema import Loss, Step, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.results import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A step that must have succeeded first.

    `artifacts`: its files are read. `required`: it is pulled in when nothing else selects it;
    otherwise it only comes first if it runs anyway.
    """

    step: str
    artifacts: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Files that select a step, and the configuration key that says so.

    `claims`: whether the rule makes a path known to the project. A lint step that reads every
    file knows nothing about what a file means for the models. `keys`: the keys of the files that count
    (`train.*`); without any, all of each file does.
    """

    cause: Cause
    key: str
    globs: Globs
    claims: bool = True
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """One step with its effective configuration: what it would be if it ran.

    `owner` is the model's, dataset's or quality step's name. `origins` names the configuration key
    that a value was inherited from, and takes no part in comparisons. `reads`: the variables of the
    generating job whose values the result depends on; `remote`: the datasets that lie outside git.
    `dvc`: the stages of DVC that the command reproduces; `also_runs`: their lines, once they have been read.
    `ours`: the command is one of mlgitlab's that nobody wrote; `checks`: what else decides what it says, as one line.
    `gpu` names the type that was chosen; `demand` is what its job checks first, which alters no result.
    """

    id: str
    kind: StepKind
    owner: str
    command: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    entry: tuple[str, ...] = ()
    dvc: tuple[str, ...] = ()
    also_runs: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    matrix: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    image: str | None = None
    gpu: Gpu | None = None
    tags: tuple[str, ...] = ()
    timeout: Duration
    before_script: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    metrics: str | None = None
    junit: str | None = None
    codequality: str | None = None
    coverage: str | None = None
    seed: int | None = None
    loss: Loss | None = None
    checkpoint: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    checks: str = ""
    ours: bool = False
    environment: str | None = None
    resource_group: str | None = None
    predictions: PredictionsFile | None = None
    gates: Gates | None = None
    demand: Demand | None = field(default=None, compare=False)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def stage(self) -> str:
        """The stage of the job.

        Smoke and full training share one: where a model has no smoke step, its full training may be
        what another model's smoke run needs, and a need never points to a later stage. Drills are gates.
        """
        shared = {StepKind.SMOKE: StepKind.TRAIN, StepKind.DRILL: StepKind.GATE}
        return str(shared.get(self.kind, self.kind))

    @property
    def reports(self) -> frozenset[str]:
        """The kinds of `artifacts:reports` that its job has."""
        found = {
            "metrics": self.metrics,
            "junit": self.junit,
            "codequality": self.codequality,
            "coverage_report": self.coverage,
        }
        return frozenset(kind for kind, path in found.items() if path)

    @property
    def is_training(self) -> bool:
        """Whether the step makes a model, which the store can hold."""
        return self.kind in (StepKind.SMOKE, StepKind.TRAIN)

    @property
    def model(self) -> str | None:
        """The model's name, None for data and quality steps."""
        return None if self.kind in (StepKind.DATA, StepKind.QUALITY) else self.owner

    def differences(self, other: StepSpec) -> tuple[str, ...]:
        """Names of the fields whose values differ."""
        return tuple(f.name for f in fields(self) if f.compare and getattr(self, f.name) != getattr(other, f.name))


def products(step: Step | StepSpec) -> tuple[str, ...]:
    """What the command of a step leaves: files, folders and patterns."""
    files = (step.metrics, step.junit, step.codequality, step.coverage, step.predictions and step.predictions.file)
    return tuple(product for product in (*step.outputs, *step.checkpoint, *files) if product)
