"""From files on disk to a result in the store. A crash at any point leaves no result without its model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mlgitlab import paths
from mlgitlab.errors import WorldError
from mlgitlab.jobs.metrics.record import KIND, Record
from mlgitlab.jobs.train import attest
from mlgitlab.jobs.train.pending import Pending
from mlgitlab.jobs.train.world import Clock, WorkFolder
from mlgitlab.store.bucket import Progress
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.reference import Reference
from mlgitlab.store.values import Result

PROVENANCE = "provenance"
STATEMENT = "statement"
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
T = TypeVar("T")


class Signer(Protocol):
    """A private key. `key_id` names its public half."""

    @property
    def key_id(self) -> str:
        """The name of its public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the store now holds. sent: the bytes that travelled; signed: whether the statement was."""

    reference: Reference
    sent: int
    signed: bool


def steadily(action: Callable[[], T], clock: Clock, until: float, tell: Callable[[str], None]) -> T:
    """Do it, again and again while the store cannot be reached, with longer and longer waits up to a minute.

    until: a moment of `clock.seconds()`; after it the last WorldError is raised.
    """
    wait = _FIRST_WAIT
    while True:
        try:
            return action()
        except WorldError as error:
            left = until - clock.seconds()
            if left <= wait:
                raise
            tell(f"{error.message}; trying again in {wait:.0f} s, for {left:.0f} s at most")
        clock.sleep(wait)
        wait = min(_LONGEST_WAIT, wait * 2)


def publish(
    pending: Pending, *, store: Store, folder: WorkFolder, signer: Signer | None, progress: Progress
) -> Published:
    """Push the model, then the records about it, then the result that names it. Repeating it does no harm."""
    provenance = pending.provenance
    model, run = str(provenance["model"]), _part(provenance, "run")
    places = folder.files(sorted(pending.files)) if pending.files else {}
    pushed = store.push(model, {name: places[name] for name in pending.files}, progress)
    manifest = store.manifest(model, pushed.digest)
    if manifest is None:
        raise WorldError(f"{store.address} does not show the model that was just pushed", "try again")
    store.record(model, pushed.digest, PROVENANCE, provenance)
    if pending.metrics is not None:
        kind = pending.step.rpartition(":")[2]
        numbers = Record(step=kind, metrics=pending.metrics, at=str(run["finished"]))
        store.record(model, pushed.digest, KIND, numbers.content())
    store.record(model, pushed.digest, STATEMENT, statement_of(pending, manifest, signer))
    commit, at = str(_part(provenance, "git")["commit"]), str(run["finished"])
    if pending.keep:
        store.keep_result(
            Result(
                step=pending.step,
                fingerprint=pending.fingerprint,
                model=model,
                digest=pushed.digest,
                commit=commit,
                at=at,
                pipeline=str(run["pipeline"]),
                job=str(run["job"]),
                metrics=pending.metrics or {},
            )
        )
    reference = Reference(
        model=model,
        step=pending.step,
        digest=pushed.digest,
        fingerprint=pending.fingerprint,
        commit=commit,
        store=store.address,
        at=at,
        size=pushed.size,
        files=pushed.files,
    )
    return Published(reference=reference, sent=pushed.sent, signed=signer is not None)


def statement_of(pending: Pending, manifest: Manifest, signer: Signer | None) -> dict[str, object]:
    """The envelope with the statement about a model and each of its files."""
    model = str(pending.provenance["model"])
    whole = attest.model_subject(model, manifest.digest)
    files = [attest.Subject(name=paths.show(file.path), sha256=file.sha256) for file in manifest.files]
    content = attest.statement([whole, *files], pending.provenance, str(_part(pending.provenance, "run")["builder"]))
    if signer is None:
        return attest.envelope(content)
    return attest.envelope(content, key_id=signer.key_id, sign=signer.sign)


def reused(result: Result, manifest: Manifest, store: Store) -> Reference:
    """The reference to an earlier result that stands in for a run."""
    return Reference(
        model=result.model,
        step=result.step,
        digest=result.digest,
        fingerprint=result.fingerprint,
        commit=result.commit,
        store=store.address,
        reused=True,
        at=result.at,
        size=manifest.size,
        files=len(manifest.files),
    )


def said(metrics: Mapping[str, float]) -> str:
    """Those of the metrics that are no finite number, for the log."""
    return ", ".join(paths.show(name) for name, value in sorted(metrics.items()) if not math.isfinite(value))


def _part(record: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = record[name]
    assert isinstance(found, Mapping)
    return found
