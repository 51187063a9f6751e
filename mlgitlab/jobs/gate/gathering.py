"""What the store has of a candidate and of the model in production: predictions, provenance, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate import pairing, reading, record
from mlgitlab.jobs.gate.case import Answers
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.reading import Columns
from mlgitlab.jobs.gate.record import Kept
from mlgitlab.jobs.train.publishing import PROVENANCE
from mlgitlab.store import digests, keys
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.pulling import existing

_MOST_TEACHERS = 50


@dataclass(frozen=True, kw_only=True)
class Gatherer:
    """Reads predictions from a store. into: a folder for their files. columns: reads one."""

    store: Store
    into: Path
    columns: Callable[[Path, str, Iterable[str]], Columns]

    def answers(self, model: str, candidate: str, production: str, places: Mapping[str, str]) -> tuple[Answers, ...]:
        """Both models' answers on each evaluation set; `places` has where each lies, by name.

        production: empty where there is none to compare with.
        """
        own = record.kept(self.store.records(model, candidate, record.KIND), f"{model}@{digests.short(candidate)}")
        theirs: Sequence[Kept] = ()
        if production:
            theirs = record.kept(self.store.records(model, production, record.KIND), f"{model} in production")
        return tuple(self._one(dataset, place, own, theirs) for dataset, place in places.items())

    def _one(self, dataset: str, place: str, own: Sequence[Kept], theirs: Sequence[Kept]) -> Answers:
        kept = next((each for each in own if each.dataset == dataset), None)
        if kept is None:
            return Answers(dataset=dataset, place=place)
        candidate = self._read(kept)
        if isinstance(candidate, str):
            return Answers(dataset=dataset, kept=kept, missing=candidate, place=place)
        beside = record.beside(theirs, kept)
        if beside is None:
            return Answers(dataset=dataset, kept=kept, candidate=candidate, place=place)
        production = self._read(beside)
        if not isinstance(production, str):
            differing = "; ".join(pairing.differences(candidate, production))
            if not differing:
                return Answers(
                    dataset=dataset, kept=kept, candidate=candidate, production=production, beside=beside, place=place
                )
            production = f"production's predictions are not on these rows: {differing}"
        return Answers(dataset=dataset, kept=kept, candidate=candidate, missing=production, place=place)

    def _read(self, kept: Kept) -> Predictions | str:
        """The predictions, or why they cannot be read; a damaged store is an error, since it may be mended."""
        place = self.store.fetch(kept.digits, self.into, f"{kept.digits}/{kept.file}")
        try:
            found = self.columns(place, kept.file, reading.names_of(kept.columns))
            return reading.predictions(found, kept.columns, kept.file)
        except RefusedError as error:
            return error.message


def provenances(store: Store, model: str, digest: str) -> tuple[Mapping[str, Any], ...]:
    """The provenance of a model, and of those that its training read, as far as the store has them."""
    found: list[Mapping[str, Any]] = []
    waiting, seen = [(model, digest)], {(model, digest)}
    while waiting and len(found) < _MOST_TEACHERS:
        records = store.records(*waiting.pop(), PROVENANCE)
        if not records:
            continue
        found.append(records[-1])
        upstream = records[-1].get("upstream")
        for step, above in upstream.items() if isinstance(upstream, Mapping) else ():
            teacher = (str(step).partition(":")[0], str(above))
            if digests.is_digest(above) and keys.is_name(teacher[0]) and teacher not in seen:
                seen.add(teacher)
                waiting.append(teacher)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """A model's files as the store holds them; nothing is read but what is asked for."""

    store: Store
    manifest: Manifest

    @classmethod
    def of(cls, store: Store, model: str, digest: str) -> StoredFiles:
        """Those of a model; RefusedError where the store does not hold it."""
        return cls(store, existing(store.bucket, model, digest))

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file, by its path in the model."""
        return {file.path: file.size for file in self.manifest.files}

    def read(self, name: str, start: int, count: int) -> bytes:
        """At most `count` bytes from `start`, fewer only at the file's end."""
        digits = next(file.sha256 for file in self.manifest.files if file.path == name)
        found = self.store.bucket.get(keys.blob(digits), start, count) if count else b""
        if found is None:
            what = f"{self.store.address} does not hold the file {digests.full(digits)}"
            raise RefusedError(what, "`mlgitlab model verify` looks through the store")
        return found
