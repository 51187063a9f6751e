"""A garbage collection: look at everything, decide, delete; nothing that any reference names."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from mlgitlab.errors import RefusedError
from mlgitlab.store import attachments, catalogue, documents, garbage, keys
from mlgitlab.store.bucket import Bucket, Listed, Progress
from mlgitlab.store.catalogue import Id, Kept
from mlgitlab.store.crew import each
from mlgitlab.store.evidence import read_records
from mlgitlab.store.pulling import read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What goes: models, the results that name them, and contents; and why each other model stays."""

    models: tuple[Kept, ...]
    results: tuple[str, ...]
    blobs: tuple[Listed, ...]
    stays: Mapping[Id, str]

    @property
    def size(self) -> int:
        """Bytes of the contents that go."""
        return sum(blob.size for blob in self.blobs)


def look(bucket: Bucket, rules: garbage.Rules, parallel: int) -> Found:
    """What a collection would delete now.

    RefusedError where a manifest, a pointer or a result cannot be read: what it refers to cannot be known.
    """
    blobs = tuple(bucket.list(keys.BLOBS))
    kept = catalogue.models(bucket)
    pointers = catalogue.pointed_at(bucket, catalogue.pointer_names(bucket), rules.moves)
    results = catalogue.results(bucket, parallel=parallel)
    moves = [move for pointer_moves in pointers.values() for move in pointer_moves]
    judged = garbage.plan(kept, moves, results, rules)
    staying = [model for model in kept if model.id in judged.stays and model.written is not None]
    used = _used(bucket, staying, parallel)
    doomed = {model.id for model in judged.doomed}
    return Found(
        models=judged.doomed,
        results=tuple(found.key for found in results if (found.result.model, found.result.digest) in doomed),
        blobs=garbage.unused(blobs, used, rules.now),
        stays=judged.stays,
    )


def collect(bucket: Bucket, rules: garbage.Rules, by: str, parallel: int, *, take_over: bool = False) -> Found:
    """Delete what nothing refers to, under a mark that makes writers wait; the time is that of the bucket's clock.

    RefusedError where another collection runs. `take_over` ends the mark of one that died.
    """
    with ExitStack() as stack:
        rules = replace(rules, now=_mark(bucket, by, take_over=take_over))
        stack.callback(bucket.delete, [keys.COLLECTING])
        found = look(bucket, rules, parallel)
        # First what makes a model one: from here on it is not there, however far the rest gets.
        manifests = [keys.manifest(*model.id) for model in found.models]
        bucket.delete(manifests)
        bucket.delete([key for model in found.models for key in model.keys if key not in manifests])
        bucket.delete(found.results)
        bucket.delete([blob.key for blob in found.blobs])
        return found


def _mark(bucket: Bucket, by: str, *, take_over: bool) -> float:
    """Put up the mark: the time it was written, in seconds since 1970."""
    mark = documents.canonical({"format": documents.FORMAT, "by": by})
    if take_over:
        bucket.delete([keys.COLLECTING])
    if not bucket.create(keys.COLLECTING, mark):
        hint = "wait for it; if it died, --take-over ends its mark"
        raise RefusedError(f"another garbage collection runs in {bucket.address}", hint)
    for item in bucket.list(keys.COLLECTING):
        return item.modified
    bucket.delete([keys.COLLECTING])
    raise RefusedError(
        f"{bucket.address} does not list what was just written", "collect garbage when its listing is up to date"
    )


def _used(bucket: Bucket, models: list[Kept], parallel: int) -> frozenset[str]:
    """The digits of every content that these models' manifests and records name."""

    def read(model: Kept, _: Progress) -> frozenset[str]:
        manifest = read_manifest(bucket, model.model, model.digest)
        own = {file.sha256 for file in manifest.files} if manifest else set()
        kinds = model.records & {*attachments.KINDS}
        prefixes = (keys.records(model.model, model.digest, kind) for kind in sorted(kinds))
        records = (record for prefix in prefixes for record in read_records(bucket, prefix))
        return frozenset(own | {digits for record in records for _, digits in attachments.named(record)})

    return frozenset().union(*each(read, models, parallel))
