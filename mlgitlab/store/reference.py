"""`model.json`: the small file by which one job tells the next which model it made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.paths import show
from mlgitlab.store import digests, documents, keys
from mlgitlab.store.documents import WrongError

_KINDS = {
    "format": int, "model": str, "step": str, "digest": str, "fingerprint": str, "commit": str,
    "store": str, "reused": bool, "at": str, "size": int, "files": int,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One model in one store, and what made it.

    `store` is the store's address, `reused` whether an earlier result was taken, `at` the time in UTC as ISO 8601,
    `size` bytes of all `files`. `fingerprint` and `commit` are empty where nobody knows them.
    """

    model: str
    step: str
    digest: str
    fingerprint: str = ""
    commit: str = ""
    store: str
    reused: bool = False
    at: str
    size: int
    files: int

    @property
    def content(self) -> bytes:
        """The file's bytes: JSON, one key a line, a line end last."""
        return (json.dumps({"format": documents.FORMAT, **asdict(self)}, indent=2) + "\n").encode("ascii")

    @classmethod
    def read(cls, content: bytes, where: str) -> Reference:
        """The reference that the bytes are; UsageError, which names `where`, for anything else."""
        try:
            found = documents.read(content)
            documents.versioned(found)
            documents.fields(found, _KINDS)
            _check(found)
        except WrongError as error:
            hint = "`mlgitlab train` and `mlgitlab model push --reference` write such files"
            raise UsageError(f"{show(where)} is no reference to a model: {error}", hint) from None
        found.pop("format")
        return cls(**found)


def _check(found: dict[str, object]) -> None:
    if not keys.is_name(found["model"]) or (found["step"] and not keys.is_step(found["step"])):
        raise WrongError("'model' or 'step' is no name")
    if not digests.is_digest(found["digest"]):
        raise WrongError(f"'digest' is {quoted(str(found['digest']))}")
    if any(isinstance(found[name], int) and int(str(found[name])) < 0 for name in ("size", "files")):
        raise WrongError("'size' or 'files' is negative")
