"""Files that belong to a record of a model, such as its predictions: kept by digest, as the model's own files are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mlgitlab.errors import RefusedError, WorldError
from mlgitlab.store import digests, keys
from mlgitlab.store.bucket import Bucket, Progress
from mlgitlab.store.crew import nothing
from mlgitlab.store.files import Files

# The kinds of records that name files under `FIELD`; a garbage collection reads those of the models that stay.
KINDS = ("predictions", "compared")
FIELD = "attachments"


def send(bucket: Bucket, files: Files, sources: Mapping[str, Path]) -> dict[str, dict[str, object]]:
    """Send what is missing of the files: their digests and sizes by name, as a record holds them."""
    found: dict[str, dict[str, object]] = {}
    for name, source in sorted(sources.items()):
        looked = files.look(source)
        digits = files.digest(source, nothing)
        if bucket.size(keys.blob(digits)) != looked.size:
            bucket.upload(keys.blob(digits), source, digits, nothing)
            if files.look(source) != looked:
                bucket.delete([keys.blob(digits)])  # it may hold other bytes than its name says
                raise WorldError(f"{source} was written to while it was sent", "try again")
        found[name] = {"sha256": digits, "size": looked.size}
    return found


def all_there(bucket: Bucket, sent: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether the store holds the files that a record names."""
    return all(bucket.size(keys.blob(str(each["sha256"]))) == each["size"] for each in sent.values())


def named(record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and digits of each file that a record names; what is no digest is passed over."""
    found = record.get(FIELD)
    for name, each in found.items() if isinstance(found, Mapping) else ():
        digits = each.get("sha256") if isinstance(each, Mapping) else None
        if isinstance(digits, str) and digests.is_digits(digits):
            yield str(name), digits


def fetch(bucket: Bucket, files: Files, digits: str, into: Path, name: str, progress: Progress = nothing) -> Path:
    """Write a file below a folder once its bytes are proved to be right: where it is then.

    RefusedError where the store does not hold it, or holds other bytes.
    """
    size = bucket.size(keys.blob(digits))
    if size is not None and files.is_there(into, name, size, digits, executable=False):
        return into / name
    temporary = files.beside(into, name)
    try:
        found = bucket.download(keys.blob(digits), temporary, progress)
        if found != digits:
            held = "is missing" if found is None else f"is {digests.full(found)}"
            raise RefusedError(
                f"{bucket.address} does not hold the file {digests.full(digits)}: it {held}",
                "evaluate the model again; somebody or something other than mlgitlab wrote to the store",
            )
        files.settle(temporary, into, name, executable=False)
    finally:
        files.drop(temporary)
    return into / name
