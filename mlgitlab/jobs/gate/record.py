"""What the store keeps of predictions: a record of the model that made them, which names the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.errors import RefusedError
from mlgitlab.store import attachments, digests, documents
from mlgitlab.store.documents import WrongError

KIND = "predictions"
_FORMAT = 1
_KINDS = {
    "format": int, "dataset": str, "set": str, "data": dict, "git": dict, "rows": int, "columns": dict, "file": str,
    "code": str, "own": bool, "at": str, "commit": str, "job": str, "seen": dict,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Predictions of one model on one evaluation set.

    set: the set's digest. data: the SHA-256 of the dataset's files; git: what git calls them, or what they mean, as the
    provenance of trainings has it. columns: how the file is read. code: the fingerprint of the evaluation, empty where
    nobody can tell what it depends on. own: whether the model's own commit made them, not that of a candidate beside
    it. seen: the rows of the set that the model was trained on, `{ids, shared, some}`; empty where nobody says which.
    digits: the file's SHA-256.
    """

    dataset: str
    set: str
    data: Mapping[str, str] = field(default_factory=dict)
    git: Mapping[str, str] = field(default_factory=dict)
    rows: int
    columns: PredictionsFile
    file: str
    code: str = ""
    own: bool = True
    at: str = ""
    commit: str = ""
    job: str = ""
    seen: Mapping[str, object] = field(default_factory=dict)
    digits: str = ""

    def content(self) -> dict[str, object]:
        """The record as plain data, without the file's digest, which the store adds."""
        found = {**asdict(self), "columns": asdict(self.columns), "format": _FORMAT}
        del found["digits"]
        return found

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Kept:
        """What `content` wrote; WrongError for anything else."""
        found = {name: value for name, value in content.items() if name != attachments.FIELD}
        documents.versioned(found)
        documents.fields(found, _KINDS)
        if not digests.is_digest(found["set"]):
            raise WrongError("'set' is no digest")
        if "/" in found["file"] or "\0" in found["file"] or found["file"] in ("", ".", ".."):
            raise WrongError("'file' is no name of a file")
        del found["format"]
        columns, digits = _columns(found["columns"]), dict(attachments.named(content)).get(found["file"], "")
        if not digits:
            raise WrongError("it names no file")
        return cls(**{**found, "columns": columns, "digits": digits})


def _columns(found: Mapping[str, Any]) -> PredictionsFile:
    """The file's columns, as they were written."""
    try:
        lists = {name: tuple(found[name]) for name in ("classes", "groups")}
        return PredictionsFile(**{**found, **lists})
    except (TypeError, KeyError):
        raise WrongError("'columns' are none") from None


def kept(contents: Sequence[Mapping[str, object]], whose: str) -> tuple[Kept, ...]:
    """The records of predictions, the newest first; RefusedError for one that is none. `contents`: the oldest first."""
    try:
        return tuple(Kept.read(content) for content in reversed(contents))
    except WrongError as error:
        hint = "evaluate the model again; was it written by another version of mlgitlab?"
        raise RefusedError(f"a record of predictions of {whose} counts for nothing: {error}", hint) from None


def beside(found: Iterable[Kept], candidate: Kept) -> Kept | None:
    """Of one model's predictions those to compare with a candidate's: made by the same code, or else by its own.

    A model's own commit may know features that the candidate's code no longer makes; others' code proves nothing.
    """
    same = [each for each in found if (each.dataset, each.set) == (candidate.dataset, candidate.set)]
    by_code = (each for each in same if candidate.code and each.code == candidate.code)
    return next(by_code, None) or next((each for each in same if each.own), None)
