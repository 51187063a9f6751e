"""Records of a model, and facts: small documents that are written once and never change."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.errors import RefusedError
from mlgitlab.store import digests, documents, keys
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.documents import WrongError

_HINT = "somebody or something other than mlgitlab wrote to the store"


def write_record(bucket: Bucket, prefix: str, content: Mapping[str, object]) -> str:
    """Keep a record below `prefix`, named by the SHA-256 of its JSON, which is the answer."""
    written = documents.canonical(content)
    digest = digests.of(written)
    bucket.create(f"{prefix}{digest}.json", written)
    return digest


def read_records(bucket: Bucket, prefix: str, newest: int | None = None) -> tuple[Mapping[str, object], ...]:
    """The records below `prefix`, by time written, then by name; RefusedError for one that is not as it was written.

    newest: so many of them at most, the last ones.
    """
    listed = sorted(bucket.list(prefix), key=lambda item: (item.modified, item.key))[-newest if newest else 0 :]
    found = []
    for item in listed:
        digest = item.key.removeprefix(prefix).removesuffix(".json")
        content = bucket.get(item.key) if digests.is_digits(digest) else None
        if content is None:
            continue
        if digests.of(content) != digest:
            raise RefusedError(f"{item.key} in {bucket.address} was altered", _HINT)
        found.append(_read(bucket, item.key, content))
    return tuple(found)


def write_fact(bucket: Bucket, kind: str, key: str, content: Mapping[str, object]) -> bool:
    """Keep a fact; False where one of that kind and key is kept already, which stays."""
    written = documents.canonical({"format": documents.FORMAT, "key": key, "content": content})
    return bucket.create(keys.fact(kind, key), written)


def read_fact(bucket: Bucket, kind: str, key: str) -> Mapping[str, object] | None:
    """The fact of that kind and key; RefusedError where what is kept there is no such fact."""
    place = keys.fact(kind, key)
    content = bucket.get(place)
    if content is None:
        return None
    found = _read(bucket, place, content)
    inner = found.get("content")
    if found.get("format") != documents.FORMAT or found.get("key") != key or not isinstance(inner, dict):
        raise RefusedError(f"{place} in {bucket.address} is no fact of kind {kind!r} about what it should be", _HINT)
    return inner


def _read(bucket: Bucket, key: str, content: bytes) -> Mapping[str, object]:
    try:
        return documents.read(content)
    except WrongError as error:
        raise RefusedError(f"{key} in {bucket.address}: {error}", _HINT) from None
