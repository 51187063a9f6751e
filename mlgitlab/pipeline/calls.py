"""What a job runs besides the user's own command: lines that call `mlgitlab`, and where what they leave lies.

Names are configuration names, and digests are digits: neither holds anything that a shell would read. Any other value
reaches a line through a variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from mlgitlab import __version__
from mlgitlab.config.field import Name
from mlgitlab.config.schema import DEFAULT_CONFIG, Config, Engine, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.preflight import preflight
from mlgitlab.planning.plan import PlannedStep
from mlgitlab.planning.steps import StepSpec

FOLDER = ".mlgitlab"
_JUDGING = (StepKind.EVALUATE, StepKind.GATE, StepKind.DRILL)
_EXTRAS = {Engine.POLARS: "data", Engine.PANDAS: "pandas", Engine.PYSPARK: "spark"}
# GitLab reads these as they are; any other format is turned into OpenMetrics.
_OPENMETRICS = frozenset({".txt", ".prom", ".om", ".openmetrics"})
# An environment of its own, and last on the path: the training's Python and its libraries stay as they are.
INSTALL = (
    f"command -v mlgitlab > /dev/null || {{ python3 -m venv {FOLDER}/tool "
    f'&& {FOLDER}/tool/bin/python -m pip install --quiet --disable-pip-version-check "$MLGITLAB_PACKAGE" '
    f'&& export PATH="$PATH:$PWD/{FOLDER}/tool/bin"; }}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The lines of a job, the variables that they read, and the paths of what they leave.

    always: what they leave is wanted of a job that failed, too.
    """

    before: tuple[str, ...]
    script: tuple[str, ...]
    variables: Mapping[str, str]
    outputs: tuple[str, ...]
    metrics: str | None
    always: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What all jobs of a pipeline share. `store` is an address, empty without one; `again`: nothing is reused.

    bases: the commits whose gates count besides those of the head.

    Without a store a training is the user's own command, and its outputs are artifacts.
    """

    config: Config
    config_file: str
    store: str = ""
    again: bool = False
    bases: tuple[str, ...] = ()

    def calls(self, step: PlannedStep) -> Calls:
        """The lines of one job."""
        spec = step.spec
        script, outputs, ours = spec.command, spec.outputs, spec.ours
        if self.store and spec.is_training:
            script, outputs, ours = (self._training(spec),), left_by(spec.id), True
        elif judged := self._judging(step):
            script, ours = judged, True
        elif ours:
            script = tuple(line + self.named for line in script)
        metrics, reporting = self._metrics(step)
        pulls = () if self.store and spec.kind in _JUDGING and self._judging(step) else self._pulls(step)
        lines = (*pulls, *script, *reporting)
        uses = any(line.startswith("mlgitlab ") for line in lines)
        variables = dict(self.needed(*self._extras(spec))) if uses else {}
        if reporting and spec.metrics:
            variables["MLGITLAB_METRICS"] = spec.metrics
        return Calls(
            before=(*_first(spec), *spec.before_script, *((INSTALL,) if uses else ())),
            script=lines,
            variables=variables,
            # GitLab's tiers without the widget show a report only where it is an artifact, too.
            outputs=(*outputs, metrics) if metrics and metrics != spec.metrics else outputs,
            metrics=metrics,
            always=ours,
        )

    def needed(self, *extras: str) -> Mapping[str, str]:
        """The variables of a job that calls mlgitlab: what pip installs, and which configuration counts."""
        found = {"MLGITLAB_PACKAGE": self._package(extras)}
        return {**found, "MLGITLAB_CONFIG": self.config_file} if self.named else found

    @property
    def named(self) -> str:
        """The option that names the configuration, where it is not in its usual place."""
        return "" if self.config_file == DEFAULT_CONFIG else ' --config "$MLGITLAB_CONFIG"'

    def _training(self, spec: StepSpec) -> str:
        smoke = " --smoke" if spec.kind is StepKind.SMOKE else ""
        return f"mlgitlab train {spec.owner}{smoke}{' --again' if self.again else ''}{self.named}"

    def _judging(self, step: PlannedStep) -> tuple[str, ...]:
        """The line that evaluates or judges a model of the store, which fetches what it needs by itself."""
        spec = step.spec
        if not self.store or spec.kind not in _JUDGING or (spec.kind is StepKind.EVALUATE and not spec.predictions):
            return ()
        called = "gate drill" if spec.kind is StepKind.DRILL else str(spec.kind)
        bases = "".join(f" --base {base}" for base in self.bases) if spec.kind is StepKind.GATE else ""
        for need in step.needs:
            if need.artifacts and is_training(need.step):
                return (f"mlgitlab {called} {spec.owner} --reference {reference(need.step)}{bases}{self.named}",)
        return tuple(f"mlgitlab {called} {pin.model}@{pin.digest}{bases}{self.named}" for pin in step.pins[:1])

    def _pulls(self, step: PlannedStep) -> Iterator[str]:
        """Fetch the models that the step reads: those of this pipeline by reference, earlier ones by digest."""
        if not self.store:
            return
        for need in step.needs:
            if need.artifacts and is_training(need.step):
                model = need.step.rpartition(":")[0]
                yield f"mlgitlab model pull {model} --reference {reference(need.step)} --into .{self.named}"
        for pin in step.pins:
            written = reference(pin.step)
            yield f"mlgitlab model pull {pin.model}@{pin.digest} --into . --write-reference {written}{self.named}"

    def _metrics(self, step: PlannedStep) -> tuple[str | None, tuple[str, ...]]:
        """The file that GitLab reads, and the line that makes it of what the step wrote."""
        spec = step.spec
        if not spec.metrics or spec.ours:
            return spec.metrics, ()
        target = f"{_stem(spec.id)}-metrics.txt"
        if self._judging(step):
            return target, ()  # our evaluation reads them, and keeps them with the model
        if self.store and spec.is_training:
            return target, ()  # our training reads them, since they become part of the model's record
        judged = [need.step for need in step.needs if need.artifacts] + [pin.step for pin in step.pins]
        is_kept = self.store and spec.kind is StepKind.EVALUATE and judged
        if not is_kept and PurePosixPath(spec.metrics).suffix in _OPENMETRICS:
            return spec.metrics, ()
        # GitLab merges the reports of all jobs by name and labels.
        whose = f" --model {spec.model} --step {spec.kind}" if spec.model else ""
        whose += ' --label dataset="$MLGITLAB_DATASET"' if spec.matrix else ""
        kept = f" --reference {reference(judged[0])} --record --production" if is_kept else ""
        options = f"--output {target}{whose}{kept}{self.named}"
        return target, (f'mlgitlab metrics report {options} -- "$MLGITLAB_METRICS"',)

    def _package(self, more: Iterable[str]) -> str:
        """The release that planned the pipeline, with the extras that the job needs."""
        if self.config.defaults.mlgitlab:
            return self.config.defaults.mlgitlab
        extras = {*more, "s3"} if self.store.startswith("s3:") else {*more}
        return f"mlgitlab[{','.join(sorted(extras))}]=={__version__}" if extras else f"mlgitlab=={__version__}"

    def _extras(self, spec: StepSpec) -> Iterator[str]:
        model = self.config.models.get(Name(spec.owner)) if spec.kind in _JUDGING else None
        if model and self.store:
            predictions = model.evaluate.predictions if model.evaluate else None
            if predictions or spec.gates:
                yield "gate"
            if predictions and not predictions.file.lower().endswith(".csv"):
                yield "parquet"
            if spec.gates and spec.gates.inference and spec.gates.inference.onnx:
                yield "onnx"
            if spec.kind is StepKind.GATE:
                yield "gitlab"  # for the note of the merge request
        if spec.ours and spec.kind is StepKind.DATA:
            yield _EXTRAS[self.config.datasets[Name(spec.owner)].engine]
        if any(line.startswith("mlgitlab config check") for line in spec.command):
            yield "hydra" if any(each.hydra for each in self.config.configs.values()) else "check"


def _first(spec: StepSpec) -> tuple[str, ...]:
    return (preflight(spec.demand),) if spec.demand else ()


def reference(step: str) -> str:
    """The file by which a job tells others which model it made."""
    return f"{_stem(step)}.json"


def left_by(step: str) -> tuple[str, ...]:
    """What a training leaves for GitLab; the model itself is in the store."""
    return (reference(step), f"{_stem(step)}-provenance.json")


def is_training(step: str) -> bool:
    """Whether a step of this id makes a model."""
    return step.rpartition(":")[2] in (StepKind.SMOKE, StepKind.TRAIN)


def _stem(step: str) -> str:
    return f"{FOLDER}/{step.replace(':', '/')}"
