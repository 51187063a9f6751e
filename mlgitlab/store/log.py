"""A list that only grows, kept as numbered objects: whoever creates the next number has appended.

This needs `create` alone (If-None-Match), which more servers know than If-Match, and it keeps the history.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.errors import WorldError
from mlgitlab.store import keys
from mlgitlab.store.bucket import Bucket


def newest(bucket: Bucket, prefix: str) -> tuple[int, bytes] | None:
    """The last entry; None where there is none.

    A server's listing may be late; reading on from what it names is what makes the answer right.
    """
    number = max((keys.number_of(item.key.removeprefix(prefix)) for item in bucket.list(prefix)), default=0)
    content = bucket.get(prefix + keys.numbered(number)) if number else None
    if number and content is None:
        raise WorldError(f"{bucket.address} lists {prefix}{keys.numbered(number)}, and does not have it", "try again")
    while number < keys.LARGEST_NUMBER:
        later = bucket.get(prefix + keys.numbered(number + 1))
        if later is None:
            break
        number, content = number + 1, later
    return None if content is None else (number, content)


def entries(bucket: Bucket, prefix: str) -> Iterator[tuple[int, bytes]]:
    """All entries that are there, the oldest first."""
    last = newest(bucket, prefix)
    if last is None:
        return
    # Old entries may have been collected: numbers need not begin with 1.
    listed = {keys.number_of(item.key.removeprefix(prefix)) for item in bucket.list(prefix)} - {0}
    for number in range(min(listed, default=last[0]), last[0]):
        content = bucket.get(prefix + keys.numbered(number))
        if content is not None:
            yield number, content
    yield last


def append(bucket: Bucket, prefix: str, seen: int, content: bytes) -> bool:
    """Write the entry after the `seen`-th; False where somebody else has."""
    return bucket.create(prefix + keys.numbered(seen + 1), content)
