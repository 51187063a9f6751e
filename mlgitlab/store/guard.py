"""How writers and a garbage collection keep out of each other's way without locks.

The collection puts up a mark, then looks at what is referred to, deletes, and takes the mark down. A writer writes its
reference, then looks for the mark. Whichever came second sees the other: either the collection finds the reference,
or the writer finds the mark, waits, and then looks whether all it refers to is still there.
"""

from __future__ import annotations

from collections.abc import Callable

from mlgitlab.errors import RefusedError, WorldError
from mlgitlab.store import digests, keys
from mlgitlab.store.bucket import Bucket

Pause = Callable[[float], object]
PATIENCE = 300.0
_TURN = 1.0


def wait_for_collection(bucket: Bucket, pause: Pause) -> bool:
    """Return once no garbage collection runs: whether one did. WorldError after five minutes."""
    waited = 0.0
    while bucket.get(keys.COLLECTING) is not None:
        if waited >= PATIENCE:
            what = f"a garbage collection has been running in {bucket.address} for over five minutes"
            hint = "try again later; if none runs any more, `mlgitlab model gc --take-over` ends its mark"
            raise WorldError(what, hint)
        pause(_TURN)
        waited += _TURN
    return waited > 0


def require_model(bucket: Bucket, model: str, digest: str) -> None:
    """RefusedError where the store does not hold the model."""
    if bucket.size(keys.manifest(model, digest)) is None:
        what = f"{bucket.address} holds no model {model}@{digests.short(digest)}"
        raise RefusedError(what, "push it first: `mlgitlab model push`")


def confirm(bucket: Bucket, model: str, digest: str, pause: Pause) -> None:
    """After a reference to a model was written: RefusedError where a collection took the model away meanwhile."""
    wait_for_collection(bucket, pause)
    if bucket.size(keys.manifest(model, digest)) is None:
        what = f"{model}@{digests.short(digest)} was collected as garbage while something began to refer to it"
        raise RefusedError(what, "push the same files again: they get the same digest")
