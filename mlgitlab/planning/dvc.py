"""Steps that reproduce stages of a DVC project: what the stages read and run counts for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlgitlab.frozen import dataclass
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Snapshot

if TYPE_CHECKING:
    from mlgitlab.planning.advice import Advice

_DVC = "dvc"  # no command calls it without saying so


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The steps with what their stages add, and remarks on what could not be understood."""

    steps: Mapping[str, StepSpec]
    remarks: tuple[Advice, ...] = ()


def with_dvc(steps: Mapping[str, StepSpec], snapshot: Snapshot) -> Understood:
    """The steps as one snapshot's dvc.yaml files complete them.

    A step reproduces the stages that its `dvc` names, else those that its command shows (`dvc repro`). It gets
    rules for what they and the stages before them read, their command lines as `also_runs`, and, where it declares
    none, their outputs. Where nobody can say which stages run or what they read, it runs for every change.
    Files are read only if a step has to do with DVC: in one batch, or three where templates need it.
    """
    if not any(map(_may_ask, steps.values())):
        return Understood(steps=steps)
    from mlgitlab.planning.dvc_steps import completed  # noqa: PLC0415 (most projects do without)

    found, remarks = completed(steps, snapshot)
    return Understood(steps=found, remarks=remarks)


def _may_ask(step: StepSpec) -> bool:
    texts = (*step.before_script, *step.command, *step.variables.values())
    return bool(step.dvc) or any(_DVC in text for text in texts)
