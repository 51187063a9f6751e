"""May this model go there? Asked again before each change of traffic, of what the store holds at that moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND, Compared, Verdict
from mlgitlab.jobs.gate.verdict_json import read
from mlgitlab.store import digests, documents
from mlgitlab.store.keys import PRODUCTION
from mlgitlab.store.library import Store


class Permit(Protocol):
    """Something that must agree."""

    def check(self, model: str, digest: str, environment: str) -> None:
        """RefusedError, which says why, where the model may not be there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Several that must all agree."""

    permits: tuple[Permit, ...]

    def check(self, model: str, digest: str, environment: str) -> None:
        """RefusedError where one refuses."""
        for permit in self.permits:
            permit.check(model, digest, environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictPermit:
    """The newest verdict about exactly this model must be a pass, by comparison with what is in production now."""

    store: Store
    protected: bool = False  # only verdicts of jobs on protected branches and tags count

    def check(self, model: str, digest: str, environment: str) -> None:
        """RefusedError for no verdict, one that is no pass, and one that compares with another production model.

        The comparison counts for the environment `production` alone: others come before it, by the same verdict.
        """
        verdict = newest(self.store, model, digest, protected=self.protected).verdict
        named = f"{model}@{digests.short(digest)}"
        if verdict.outcome is not Outcome.PASS:
            failed = _listed(ruling.rule for ruling in verdict.failed)
            raise RefusedError(f"the newest verdict about {named} is {verdict.outcome}{failed}", _HINT)
        if verdict.compared is Compared.ITSELF:
            raise RefusedError(f"the verdict says that {named} is in production already", "there is nothing to deploy")
        pointer = self.store.pointer(model, PRODUCTION) if environment == PRODUCTION else None
        if pointer and pointer.digest not in (verdict.production, digest):
            than = f"with {digests.short(verdict.production)}" if verdict.production else "with nothing"
            what = f"the verdict about {named} compares it {than}, and production is {digests.short(pointer.digest)}"
            raise RefusedError(what, _HINT)


_HINT = "gate the model again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, and the SHA-256 by which the store knows it."""

    name: str
    verdict: Verdict


def newest(store: Store, model: str, digest: str, *, protected: bool = False) -> Judged:
    """The newest verdict about a model; RefusedError where there is none, or one that belongs elsewhere.

    protected: those of other jobs count for nothing, for good or ill: a merge request may change what judges.
    """
    kept = store.records(model, digest, KIND)
    found = [each for each in kept if each.get("protected") is True] if protected else kept
    named = f"{model}@{digests.short(digest)}"
    if not kept:
        what = f"{store.address} holds no verdict about {named}"
        raise RefusedError(what, "gate the model: only a passing verdict about exactly this model lets it through")
    if not found:
        what = f"no verdict about {named} comes from a protected branch or tag"
        raise RefusedError(what, "gate it in a pipeline of one: others may have changed what judges")
    return Judged(name=digests.of(documents.canonical(found[-1])), verdict=read(found[-1], model, digest))


def _listed(rules: Iterable[str]) -> str:
    named = ", ".join(sorted(rules))
    return f": {named}" if named else ""
