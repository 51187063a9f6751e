"""plan.json: the plan as a document with a versioned schema, the only thing that reports read."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab import paths
from mlgitlab.changes import Change
from mlgitlab.frozen import dataclass
from mlgitlab.planning.evidence import Pin
from mlgitlab.planning.plan import Plan, PlannedStep
from mlgitlab.results import Reason

# Raised when a field changes its meaning or goes; new fields do not raise it.
SCHEMA_VERSION = 1
# A step that every file of a large change reaches names so many of its reasons; the rest are counted.
MOST_REASONS = 25
# A file that was rewritten names so many of its parts.
MOST_PARTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the document says besides the plan itself."""

    tool_version: str
    config_file: str
    gitlab_version: str
    tier: str
    jobs: int
    limits: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def document(plan: Plan, circumstances: Circumstances) -> dict[str, object]:
    """The plan as JSON-able data. Every key is described in docs/plan.md."""
    question = plan.question
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "mlgitlab", "version": circumstances.tool_version},
        "pipeline": {
            "kind": str(question.kind),
            "profile": question.profile.name,
            "why": paths.printable(question.profile.why),
            "gitlab_version": circumstances.gitlab_version,
            "tier": circumstances.tier,
        },
        "config": paths.show(circumstances.config_file),
        "baseline": _baseline(plan),
        "changes": {
            "complete": question.changes.complete,
            "why": question.changes.why,
            "files": [_change(change) for change in question.changes.changes],
            "unmatched": [paths.as_json(path) for path in question.unmatched],
            "ignored": [paths.as_json(path) for path in question.ignored],
            "cosmetic": [paths.as_json(path) for path in question.cosmetic],
        },
        "parameters": dict(question.parameters),
        "steps": [step_facts(step) for step in plan.steps],
        "pins": [_pin(plan, pin) for _, pin in sorted(plan.pins.items())],
        "costs": _costs(plan),
        "runners": _runners(plan),
        "jobs": circumstances.jobs,
        "limits": list(circumstances.limits),
        "degraded": list(circumstances.degraded),
        "notes": [paths.printable(note) for note in (*question.notes, *question.evidence.notes)],
        "output": list(circumstances.files),
    }


def _costs(plan: Plan) -> dict[str, object] | None:
    if plan.question.forecast is None:
        return None
    from mlgitlab.planning import costs_words  # noqa: PLC0415 (only those who ask load it)

    return costs_words.facts(plan.question.forecast, plan.question.ruling)


def _runners(plan: Plan) -> dict[str, object] | None:
    if plan.question.fleet is None:
        return None
    from mlgitlab.planning import fleet  # noqa: PLC0415 (only those who ask load it)

    return fleet.facts(plan.question.fleet)


def _pin(plan: Plan, pin: Pin) -> dict[str, object]:
    return {
        "step": pin.step,
        "model": pin.model,
        "digest": pin.digest,
        "fingerprint": pin.fingerprint,
        "commit": paths.printable(pin.commit),
        "at": paths.printable(pin.at),
        "pipeline": paths.printable(pin.pipeline),
        "read_by": [step.spec.id for step in plan.selected if pin in step.pins],
    }


def _baseline(plan: Plan) -> dict[str, object]:
    baseline = plan.question.baseline
    return {
        "rule": str(baseline.rule),
        "base": baseline.bases[0] if baseline.bases else None,
        "bases": list(baseline.bases),
        "head": baseline.head,
        "known": baseline.known,
        "why": paths.printable(baseline.why),
        "warnings": [paths.printable(warning) for warning in baseline.warnings],
    }


def _change(change: Change) -> Mapping[str, object]:
    found: dict[str, object] = {**paths.as_json(change.path), "kind": str(change.kind)}
    if change.renamed_from:
        found["renamed_from"] = paths.as_json(change.renamed_from)
    if change.renamed_to:
        found["renamed_to"] = paths.as_json(change.renamed_to)
    if change.uncommitted:
        found["uncommitted"] = True
    return found


def step_facts(step: PlannedStep) -> dict[str, object]:
    """One element of the document's `steps`."""
    spec = step.spec
    found: dict[str, object] = {
        "id": spec.id,
        "model": spec.model,
        "step": str(spec.kind),
        "owner": spec.owner,
        "stage": spec.stage,
        "selected": step.selected,
        "reasons": [_reason(reason) for reason in step.reasons[:MOST_REASONS]],
        "skipped": paths.printable(step.skipped),
        "needs": [{"step": need.step, "artifacts": need.artifacts} for need in step.needs],
        "gpu": {"type": spec.gpu.type, "count": spec.gpu.count} if spec.gpu else None,
        "tags": list(spec.tags),
        "timeout_seconds": spec.timeout.seconds,
    }
    if len(step.reasons) > MOST_REASONS:
        found["reasons_omitted"] = len(step.reasons) - MOST_REASONS
    return found


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "cause": str(reason.cause),
        "text": paths.printable(reason.text),
        "chain": [paths.show(link) for link in reason.chain],
        "parts": [paths.printable(part) for part in reason.parts[:MOST_PARTS]],
    }
