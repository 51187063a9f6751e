"""The plan of promotions as a document with a versioned schema; every key is described in docs/promotion.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from mlgitlab import paths
from mlgitlab.planning.document import SCHEMA_VERSION, Circumstances
from mlgitlab.planning.promotion import Candidate, Entry, Promotion, Promotions, Stay, gitlab_name


def document(
    plan: Promotions, kind: str, barred: str, jobs: Sequence[str], circumstances: Circumstances
) -> dict[str, object]:
    """The plan as JSON-able data. `kind` is the kind of pipeline, `jobs` are the names of those that are emitted."""
    return {
        "schema_version": SCHEMA_VERSION,
        "phase": "promotion",
        "tool": {"name": "mlgitlab", "version": circumstances.tool_version},
        "pipeline": {
            "kind": kind,
            "promotes": not barred,
            "why": paths.printable(barred),
            "gitlab_version": circumstances.gitlab_version,
            "tier": circumstances.tier,
        },
        "config": paths.show(circumstances.config_file),
        "promotions": [_promotion(each, plan) for each in plan.promotions],
        "stays": [_stay(each) for each in plan.stays],
        "jobs": [*jobs],
        "degraded": list(circumstances.degraded),
        "notes": [paths.printable(note) for note in plan.notes],
        "output": list(circumstances.files),
    }


def _promotion(found: Promotion, plan: Promotions) -> dict[str, object]:
    return {
        "model": found.model,
        **_candidate(found.candidate),
        "report": (found.candidate.verdict.report(found.model) if found.candidate.verdict else "") or None,
        "there": list(found.there),
        "ends": paths.printable(found.ends),
        "environments": [_entry(each, plan) for each in found.entries],
    }


def _entry(found: Entry, plan: Promotions) -> dict[str, object]:
    approval = found.approval
    return {
        "environment": found.environment,
        "gitlab_environment": gitlab_name(found.model, found.environment, found.settings),
        "target": str(found.settings.target),
        "strategy": str(found.settings.strategy),
        "before": found.before or None,
        "starts": "by hand" if found.by_hand else "once it is approved" if approval else "by itself",
        "approved": found.approved,
        "approval": {
            "users": list(approval.users),
            "groups": list(approval.groups),
            "four_eyes": approval.four_eyes,
            "until": plan.until.get(found.model, "") or None,
            "expires_seconds": approval.expires.seconds,
        }
        if approval
        else None,
    }


def _stay(found: Stay) -> dict[str, object]:
    return {
        "model": found.model,
        "why": paths.printable(found.why),
        "looked_at": [{**_candidate(each), "why_not": paths.printable(each.why_not)} for each in found.looked_at],
    }


def _candidate(found: Candidate) -> dict[str, object]:
    verdict = found.verdict
    facts = {name: paths.printable(value) for name, value in asdict(verdict).items()} if verdict else None
    return {"digest": found.digest, "verdict": facts}
