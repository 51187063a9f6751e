"""What the store remembers besides files: where a pointer stands, and what a step made of a fingerprint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mlgitlab.store import digests, documents, keys
from mlgitlab.store.documents import WrongError

_POINTER = {
    "format": int, "model": str, "name": str, "digest": str, "number": int, "at": str, "by": str, "why": str,
}  # fmt: skip
_RESULT = {
    "format": int, "step": str, "fingerprint": str, "model": str, "digest": str, "commit": str, "at": str,
    "pipeline": str, "job": str, "metrics": dict,
}  # fmt: skip
# JSON has no word for them, and a metric that is one of them must not be lost.
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push did: the model's digest (`sha256:...`), bytes of all its files, bytes that travelled, files."""

    digest: str
    size: int
    sent: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """One move of a pointer: the `number`-th, to a model; when (UTC, ISO 8601), by whom, and why."""

    model: str
    name: str
    digest: str
    number: int
    at: str
    by: str = ""
    why: str = ""

    @property
    def content(self) -> bytes:
        """The bytes that are stored."""
        return documents.canonical({"format": documents.FORMAT, **asdict(self)})

    @classmethod
    def read(cls, content: bytes, model: str, name: str, number: int) -> Pointer:
        """The move that the bytes are; WrongError for anything else, and for what belongs elsewhere."""
        found = _document(content, _POINTER)
        if (found["model"], found["name"], found["number"]) != (model, name, number):
            raise WrongError("it belongs to another place")
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The model that a step made at a fingerprint: of which commit, when (UTC, ISO 8601), in which pipeline and job.

    `pipeline` and `job` are URLs, empty outside CI. `metrics` may hold NaN and infinities.
    """

    step: str
    fingerprint: str
    model: str
    digest: str
    commit: str
    at: str
    pipeline: str = ""
    job: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes that are stored."""
        metrics = {name: _written(value) for name, value in self.metrics.items()}
        return documents.canonical({"format": documents.FORMAT, **asdict(self), "metrics": metrics})

    @classmethod
    def read(cls, content: bytes, step: str, fingerprint: str) -> Result:
        """The result that the bytes are; WrongError for anything else, and for what belongs elsewhere."""
        found = _document(content, _RESULT)
        if (found["step"], found["fingerprint"]) != (step, fingerprint):
            raise WrongError("it belongs to another place")
        metrics = {name: _number(name, value) for name, value in found["metrics"].items()}
        return cls(**{**found, "metrics": metrics})


def _document(content: bytes, kinds: Mapping[str, type]) -> dict[str, Any]:
    found = documents.read(content)
    documents.versioned(found)
    documents.fields(found, kinds)
    if not keys.is_name(found["model"]) or not digests.is_digest(found["digest"]):
        raise WrongError("'model' or 'digest' is none")
    del found["format"]
    return found


def _written(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _number(name: str, value: object) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongError(f"the metric {name!r} is no number")
    try:
        number = float(value)
    except OverflowError:
        raise WrongError(f"the metric {name!r} is too large") from None
    if not math.isfinite(number):
        raise WrongError(f"the metric {name!r} is too large")
    return number
