"""Reading what is stored again, to see that it is what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlgitlab.paths import show
from mlgitlab.store import digests, keys
from mlgitlab.store.bucket import Bucket, Progress
from mlgitlab.store.catalogue import Id
from mlgitlab.store.crew import each
from mlgitlab.store.manifest import Manifest, ModelFile

_PIECE = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A model that was read: its wrong files, each with the digest expected and that found, empty for a missing one."""

    model: str
    digest: str
    wrong: tuple[tuple[str, str, str], ...]


def check(
    bucket: Bucket, manifests: Mapping[Id, Manifest], parallel: int, progress: Progress
) -> tuple[Checked, ...]:  # fmt: skip
    """Read every stored file of the models, each content once."""
    contents = {file.sha256: file for manifest in manifests.values() for file in manifest.files}

    def hashed(file: ModelFile, progress: Progress) -> str:
        return _stored_digest(bucket, keys.blob(file.sha256), progress)

    found = dict(zip(contents, each(hashed, contents.values(), parallel, progress), strict=True))
    return tuple(
        Checked(model=model, digest=digest, wrong=tuple(_wrong(manifest, found)))
        for (model, digest), manifest in manifests.items()
    )


def remove_damaged(bucket: Bucket, found: Iterable[Checked]) -> tuple[str, ...]:
    """Delete the contents that were found to be wrong, once they are read again: the digests they should have had."""
    wrong = {expected for checked in found for _, expected, actual in checked.wrong if actual}
    damaged = []
    for digest in sorted(wrong):
        key = keys.blob(digest)
        # A push may have mended it since.
        if _stored_digest(bucket, key, lambda _: None) not in ("", digests.digits_of(digest)):
            bucket.delete([key])
            damaged.append(digest)
    return tuple(damaged)


def _wrong(manifest: Manifest, found: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    for file in manifest.files:
        actual = found[file.sha256]
        if actual != file.sha256:
            yield show(file.path), digests.full(file.sha256), digests.full(actual) if actual else ""


def _stored_digest(bucket: Bucket, key: str, progress: Progress) -> str:
    """The SHA-256 of an object, read in pieces; empty where there is none."""
    digest, start = hashlib.sha256(), 0
    while True:
        piece = bucket.get(key, start, _PIECE)
        if piece is None:
            return ""
        digest.update(piece)
        progress(len(piece))
        start += len(piece)
        if len(piece) < _PIECE:
            return digest.hexdigest()
