"""What the store holds for and against a model: the verdict that counts, and the decisions about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.approval import decision
from mlgitlab.jobs.approval.decision import Decision
from mlgitlab.jobs.deploy.permit import Judged, newest
from mlgitlab.store import digests
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The newest verdict about a model, and all decisions about it, the oldest first."""

    judged: Judged
    decisions: tuple[Decision, ...]


def gather(store: Store, model: str, digest: str, *, protected: bool) -> Evidence:
    """What counts for the model. RefusedError without a verdict or a model, and for a record that was not written here.

    protected: only verdicts of jobs on protected branches and tags count.
    """
    if store.manifest(model, digest) is None:
        raise RefusedError(f"{store.address} holds no model {model}@{digests.short(digest)}", "was it collected?")
    judged = newest(store, model, digest, protected=protected)
    return Evidence(judged=judged, decisions=decisions(store, model, digest))


def decisions(store: Store, model: str, digest: str) -> tuple[Decision, ...]:
    """All decisions about a model; RefusedError for a record that is none, or belongs to another model."""
    return tuple(decision.read(each, model, digest) for each in store.records(model, digest, decision.KIND))


def about(found: Iterable[Decision], environment: str) -> tuple[Decision, ...]:
    """Those about one environment."""
    return tuple(each for each in found if each.environment == environment)
