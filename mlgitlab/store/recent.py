"""The last results of a step, and what is recorded about them: as many as are asked for, whatever the store holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from mlgitlab.store import digests, evidence, keys
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.documents import WrongError
from mlgitlab.store.values import Result

# Listing is by fingerprint and not by time: of a step with more results, a part that chance has chosen is looked at.
MOST_LISTED = 2000
_RECORD_PARTS = 5


def results(bucket: Bucket, step: str, most: int) -> tuple[Result, ...]:
    """The newest results of a step, at most so many, the newest first; what cannot be read is none."""
    prefix = keys.results_of(step)
    listed = (item for item in islice(bucket.list(prefix), MOST_LISTED) if keys.number_of(item.key.rpartition("/")[2]))
    newest = sorted(listed, key=lambda item: (-item.modified, item.key))[:most]
    found = (_result(bucket, item.key, step) for item in newest)
    return tuple(result for result in found if result)


def _result(bucket: Bucket, key: str, step: str) -> Result | None:
    content = bucket.get(key)
    try:
        return Result.read(content, step, key.split("/")[-2]) if content else None
    except WrongError:
        return None


def records(bucket: Bucket, step: str, kind: str, most: int) -> Iterator[Mapping[str, object]]:
    """The newest records of one kind about the models that the newest results of a step name, each model once.

    At most so many, and none that tells of another step: `step` is a key of theirs. RefusedError for a record that was
    altered.
    """
    left = most
    for model, digest in dict.fromkeys((result.model, result.digest) for result in results(bucket, step, most)):
        if not left:
            return
        found = evidence.read_records(bucket, keys.records(model, digest, kind), newest=most)
        for record in [each for each in reversed(found) if each.get("step") == step][:left]:
            left -= 1
            yield record


def recorded(bucket: Bucket, model: str, kind: str, most: int) -> tuple[str, ...]:
    """The digests of the models of a name with the newest records of one kind, at most so many, the newest first."""
    newest: dict[str, float] = {}
    for item in bucket.list(keys.models(model)):
        parts = item.key.split("/")
        if len(parts) == _RECORD_PARTS and parts[3] == kind and digests.is_digits(parts[2]):
            newest[parts[2]] = max(newest.get(parts[2], 0.0), item.modified)
    ranked = sorted(newest, key=lambda digits: (-newest[digits], digits))
    return tuple(digests.full(digits) for digits in ranked[:most])
