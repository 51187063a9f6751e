"""What somebody decided about a model in an environment, as a record of the store that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.approval import moments
from mlgitlab.store import digests, documents, keys
from mlgitlab.store.documents import WrongError

# The kind of record: models/<model>/<digest>/approval/<sha256>.json. Garbage collections keep it, and its model.
KIND = "approval"


class Answer(StrEnum):
    """What was decided."""

    APPROVED = "approved"
    REJECTED = "rejected"  # by a person, or because nobody approved in time
    REVOKED = "revoked"  # an approval was taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. Digests of models are `sha256:` and 64 digits; moments are UTC as ISO 8601.

    `verdict` is the SHA-256 of the record of the verdict that was approved, `production` the model that the verdict
    compares with (empty for the first of a name), `expires` until when an approval lets a deployment begin; all three
    are empty unless `answer` is `approved`. `by` and `user` are the login and the number of who decided; empty where
    nobody did in time. `confirmed`: GitLab itself was asked who that is. `withdraws` are the SHA-256 of the approvals
    that count no more, besides all that are not younger than this.
    """

    answer: Answer
    model: str
    digest: str
    environment: str
    at: str
    verdict: str = ""
    production: str = ""
    expires: str = ""
    by: str = ""
    user: str = ""
    confirmed: bool = False
    why: str = ""
    withdraws: tuple[str, ...] = ()
    ref: str = ""
    commit: str = ""
    pipeline: str = ""
    job: str = ""

    @property
    def content(self) -> dict[str, object]:
        """Plain data, as the store keeps it."""
        return {"format": documents.FORMAT, **asdict(self), "answer": str(self.answer), "withdraws": [*self.withdraws]}

    @property
    def name(self) -> str:
        """The SHA-256 by which the store knows it."""
        return digests.of(documents.canonical(self.content))


_TEXTS = (
    "answer", "model", "digest", "environment", "at", "verdict", "production", "expires", "by", "user", "why", "ref",
    "commit", "pipeline", "job",
)  # fmt: skip
_KINDS: Mapping[str, type] = {"format": int, "confirmed": bool, "withdraws": list, **dict.fromkeys(_TEXTS, str)}


def read(content: Mapping[str, object], model: str, digest: str) -> Decision:
    """The decision about that model; RefusedError for anything else, and for one that belongs to another model."""
    try:
        return _read(dict(content), model, digest)
    except WrongError as error:
        what = f"a record of approval of {model}@{digests.short(digest)} counts for nothing: {error}"
        hint = "somebody or something other than mlgitlab wrote to the store: find out who, and remove it"
        raise RefusedError(what, hint) from None


def _read(found: dict[str, Any], model: str, digest: str) -> Decision:
    documents.versioned(found)
    documents.fields(found, _KINDS)
    if found["answer"] not in list(Answer):
        raise WrongError(f"{found['answer']!r} is no answer")
    if (found["model"], found["digest"]) != (model, digest):
        raise WrongError("it is about another model")
    if not keys.is_name(found["environment"]):
        raise WrongError("'environment' is none")
    if not all(isinstance(each, str) and digests.is_digits(each) for each in found["withdraws"]):
        raise WrongError("'withdraws' holds what is no SHA-256")
    del found["format"]
    decision = Decision(**{**found, "answer": Answer(found["answer"]), "withdraws": tuple(found["withdraws"])})
    _check_times(decision)
    return decision


def _check_times(decision: Decision) -> None:
    if moments.read(decision.at) is None:
        raise WrongError("'at' is no moment")
    if decision.answer is not Answer.APPROVED:
        return
    if moments.read(decision.expires) is None:
        raise WrongError("it does not say when it expires")
    if not digests.is_digits(decision.verdict):
        raise WrongError("it does not say which verdict was approved")
    if decision.production and not digests.is_digest(decision.production):
        raise WrongError("'production' is no digest")
    if not decision.by:
        raise WrongError("it does not say who approved")
