"""What the store said about the steps of a plan: results that stand in for a run, and results that it misses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from mlgitlab.ci import PipelineKind
from mlgitlab.frozen import dataclass
from mlgitlab.planning.fingerprint import Fingerprint
from mlgitlab.planning.steps import StepSpec
from mlgitlab.results import Cause, Reason

if TYPE_CHECKING:
    from mlgitlab.store.values import Result  # only those who ask the store load it

_SHORT_DIGEST = 19  # `sha256:` and twelve digits
_SHORT_SHA = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A result in the store that stands in for a run of the step: the model's digest, and who made it.

    `at` is a time as ISO 8601 has it, `pipeline` a URL; both as the store holds them, which is text of others.
    """

    step: str
    model: str
    digest: str
    fingerprint: str
    commit: str = ""
    at: str = ""
    pipeline: str = ""

    def __str__(self) -> str:
        """The sentence for people."""
        made = f" of commit {self.commit[:_SHORT_SHA]}" if self.commit else ""
        where = f", {self.pipeline}" if self.pipeline else ""
        return f"the store has its result: {self.digest[:_SHORT_DIGEST]}{made}{where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The answers: `pins` by step; `owed`, the steps whose results the store should hold and does not; sentences."""

    pins: Mapping[str, Pin] = field(default_factory=dict)
    owed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reasons(self) -> Mapping[str, tuple[Reason, ...]]:
        """Why the steps run whose results are missing, whatever the change."""
        text = "the store holds no result of it as it is now: an earlier run failed, was cancelled or never started"
        return {step: (Reason(cause=Cause.OWED, text=text),) for step in self.owed}


def askable(steps: Iterable[StepSpec]) -> tuple[str, ...]:
    """The steps whose results a store holds: what is trained."""
    return tuple(step.id for step in steps if step.is_training)


def expects(kind: PipelineKind) -> bool:
    """Whether the pipeline has to make up for results that are missing.

    That of the default branch alone: what was started there and has no result is lost otherwise, since the next push
    is compared with the branch before it. A merge request is compared with its target and loses nothing.
    """
    return kind is PipelineKind.DEFAULT_BRANCH


def weigh(
    trained: Iterable[str],
    expected: Iterable[str],
    fingerprints: Mapping[str, Fingerprint],
    results: Mapping[str, Result],
    unsigned: Collection[str] = (),
) -> Evidence:
    """What the results that were found mean for the steps to be trained, and for those that should have one.

    A fingerprint that does not cover everything shows that the code was run, but not that a new run would make the
    same: nothing is reused by it. Nor is a result of the `unsigned` steps, which could not be deployed: they are made
    again, and signed, when a change selects them, but not on that account alone.
    """
    known = {step: results[step] for step in trained if step in results and not fingerprints[step].unknown}
    return Evidence(
        pins={step: _pin(result) for step, result in known.items() if step not in unsigned},
        owed=tuple(sorted(step for step in expected if step not in results)),
        notes=tuple(
            f"{step}: the provenance of its result in the store, {result.digest[:_SHORT_DIGEST]}, is not signed: "
            "it is trained again"
            for step, result in known.items()
            if step in unsigned
        ),
    )


def _pin(result: Result) -> Pin:
    return Pin(
        step=result.step,
        model=result.model,
        digest=result.digest,
        fingerprint=result.fingerprint,
        commit=result.commit,
        at=result.at,
        pipeline=result.pipeline,
    )
