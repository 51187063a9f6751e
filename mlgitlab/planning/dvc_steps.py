"""How the stages that a step reproduces complete it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mlgitlab.analysis.dvc.commands import Reproduction, pushes, reproductions
from mlgitlab.analysis.dvc.upstream import Target, wanted
from mlgitlab.analysis.dvc.values import Stage, shown
from mlgitlab.planning import dvc_rules
from mlgitlab.planning.advice import Advice
from mlgitlab.planning.dvc_files import DvcProject
from mlgitlab.planning.steps import Rule, StepSpec
from mlgitlab.protocols import Snapshot

_MOST_REMARKS = 20


def completed(steps: Mapping[str, StepSpec], snapshot: Snapshot) -> tuple[Mapping[str, StepSpec], tuple[Advice, ...]]:
    """The steps with what their stages add, and remarks on what could not be understood (see `dvc.with_dvc`)."""
    asked = {id_: found for id_, step in steps.items() if (found := _Asked.of(step))}
    if not asked:
        return steps, ()
    project = DvcProject.of(snapshot)
    complete = {id_: _Completion(steps[id_], found, project) for id_, found in asked.items()}
    every = {id_: complete[id_].step() if id_ in complete else step for id_, step in steps.items()}
    return every, tuple(remark for one in complete.values() for remark in one.remarks())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a step reproduces. `frozen`: frozen stages stay as they are; `unclear`: why the targets are not all."""

    targets: tuple[Target, ...] = ()
    everything: bool = False
    frozen: bool = True
    pushes: bool = False
    unclear: tuple[str, ...] = ()

    @classmethod
    def of(cls, step: StepSpec) -> _Asked | None:
        lines = (*step.before_script, *step.command)
        runs = reproductions(lines)
        if not step.dvc and not runs:
            return None
        # A command that hides how DVC is called may force it.
        frozen = bool(runs) and not any(run.forced or run.unclear for run in runs)
        found = cls._named(step.dvc) if step.dvc else cls._in_commands(runs)
        return replace(found, frozen=frozen, pushes=pushes(lines))

    @classmethod
    def _named(cls, names: tuple[str, ...]) -> _Asked:
        targets = {name: Target.parse(name) for name in names}
        return cls(
            targets=tuple(target for target in targets.values() if target),
            unclear=tuple(f"{shown(name)} is no stage and no dvc.yaml" for name, found in targets.items() if not found),
        )

    @classmethod
    def _in_commands(cls, runs: tuple[Reproduction, ...]) -> _Asked:
        return cls(
            targets=tuple(dict.fromkeys(target for run in runs for target in run.targets)),
            everything=any(run.everything for run in runs),
            unclear=tuple(dict.fromkeys(shown(run.unclear) for run in runs if run.unclear)),
        )


class _Completion:
    """One step and the stages that it reproduces."""

    def __init__(self, step: StepSpec, asked: _Asked, project: DvcProject) -> None:
        self._step = step
        self._asked = asked
        self._project = project
        files = project.files if asked.frozen else _thawed(project.files)
        targets = [Target(file=file) for file in files if files[file]] if asked.everything else list(asked.targets)
        reached = {target: wanted(files, target) for target in targets}
        self._stages = tuple({stage.address: stage for found in reached.values() for stage in found}.values())
        self._results = tuple(stage for stage in self._stages if any(target.means(stage) for target in targets))
        self._absent = tuple(
            f"there is no stage {shown(str(target))}" for target, found in reached.items() if not found
        )
        if not targets and not asked.unclear:
            self._absent = ("there is no dvc.yaml",)

    def step(self) -> StepSpec:
        """The step with what the stages add."""
        lines = (line for stage in self._stages for line in dvc_rules.lines_of(stage))
        outputs = self._step.outputs or (self._outputs()[0] if self._step.model else ())
        return replace(
            self._step,
            rules=tuple(dict.fromkeys((*self._step.rules, *self._rules()))),
            also_runs=tuple(dict.fromkeys(lines)),
            outputs=outputs,
        )

    def remarks(self) -> Iterator[Advice]:
        """What could not be understood, and what makes the step run for every change."""
        for why in self._unknown():
            what = f"which stages of DVC it runs, or what they read, is not known: {why}"
            yield Advice(key=self._step.id, what=what, hint="it runs for every change; `dvc` names its stages")
        for stage in self._restless()[:_MOST_REMARKS]:
            what = f"the stage {shown(stage.address)} is always changed for DVC, so the step runs for every change"
            yield Advice(key=self._step.id, what=what, hint="give the stage deps, or freeze it")
        for path in self._outputs()[1][:_MOST_REMARKS] if self._step.model and not self._step.outputs else ():
            what = f"the output {shown(path)} has a name that GitLab does not take for an artifact"
            yield Advice(key=self._step.id, what=what, hint="`outputs` says what the step leaves")

    def _unknown(self) -> tuple[str, ...]:
        opaque = (f"{shown(stage.address)}: {stage.opaque}" for stage in self._stages if stage.opaque)
        return (*self._asked.unclear, *self._absent, *opaque)[:_MOST_REMARKS]

    def _restless(self) -> tuple[Stage, ...]:
        return tuple(stage for stage in self._stages if stage.always_changed and not stage.frozen)

    def _rules(self) -> Iterator[Rule]:
        yield dvc_rules.SETTINGS
        for why in self._unknown():
            yield dvc_rules.anything(f"what DVC may read ({why})")
        for stage in self._restless():
            yield dvc_rules.anything(f"what {shown(stage.address)} may read, which is always changed for DVC")
        for stage in self._stages:
            if not stage.opaque:
                yield from dvc_rules.rules_of(self._project.with_targets_of_links(stage))
                unexplained = () if stage.frozen else self._project.unexplained(stage)
                yield from (dvc_rules.any_pointer(stage, unexplained),) if unexplained else ()

    def _outputs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return dvc_rules.outputs_of(self._results, pushes=self._asked.pushes)


def _thawed(files: Mapping[str, Mapping[str, Stage]]) -> Mapping[str, Mapping[str, Stage]]:
    return {
        file: {name: replace(stage, frozen=False) for name, stage in stages.items()} for file, stages in files.items()
    }
