"""May this model go there? Asked again before each change of traffic, of what the store holds at that moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND, Compared, Verdict
from mlgitlab.jobs.gate.verdict_json import read
from mlgitlab.store import digests
from mlgitlab.store.library import Store

PRODUCTION = "production"


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

    def check(self, model: str, digest: str, environment: str) -> None:
        """RefusedError for no verdict, one that is no pass, and one that compares with another production model.

        The comparison counts for the environment `production` alone: others come before it, by the same verdict.
        """
        verdict = newest(self.store, model, digest)
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


def newest(store: Store, model: str, digest: str) -> Verdict:
    """The newest verdict about a model; RefusedError where there is none, or one that belongs elsewhere."""
    found = store.records(model, digest, KIND)
    if not found:
        what = f"{store.address} holds no verdict about {model}@{digests.short(digest)}"
        raise RefusedError(what, "gate the model: only a passing verdict about exactly this model lets it through")
    return read(found[-1], model, digest)


def _listed(rules: Iterable[str]) -> str:
    named = ", ".join(sorted(rules))
    return f": {named}" if named else ""
