"""What a store holds: its models, the pointers that name them, and the results that led to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlgitlab.errors import RefusedError
from mlgitlab.store import digests, keys, log
from mlgitlab.store.bucket import Bucket, Listed, Progress
from mlgitlab.store.crew import each
from mlgitlab.store.documents import WrongError
from mlgitlab.store.values import Pointer, Result

_MODEL_PARTS = 4
_RECORD_PARTS = 5
Id = tuple[str, str]  # a model's name and its digest, `sha256:...`


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One model as the listing shows it. `written`: when its manifest was, in seconds since 1970; None without one.

    `records` are the kinds of its records; `keys` all its objects.
    """

    model: str
    digest: str
    written: float | None = None
    records: frozenset[str] = frozenset()
    keys: tuple[str, ...] = field(default=(), repr=False)

    @property
    def id(self) -> Id:
        """Name and digest."""
        return self.model, self.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult:
    """One result, its key, and when it was written."""

    key: str
    written: float
    result: Result


def models(bucket: Bucket, model: str = "") -> tuple[Kept, ...]:
    """The models of one name, or all, by name and time; also what an interrupted deletion left of one."""
    found: dict[Id, list[Listed]] = {}
    for item in bucket.list(keys.models(model) if model else keys.MODELS):
        parts = item.key.split("/")
        if len(parts) in (_MODEL_PARTS, _RECORD_PARTS) and keys.is_name(parts[1]) and digests.is_digits(parts[2]):
            found.setdefault((parts[1], digests.full(parts[2])), []).append(item)
    kept = (_kept(id_, items) for id_, items in found.items())
    return tuple(sorted(kept, key=lambda each: (each.model, each.written or 0.0, each.digest)))


def _kept(id_: Id, items: Iterable[Listed]) -> Kept:
    written, records = None, set()
    for item in items:
        parts = item.key.split("/")
        if len(parts) == _RECORD_PARTS:
            records.add(parts[3])
        elif parts[3] == keys.MANIFEST:
            written = item.modified
    return Kept(
        model=id_[0],
        digest=id_[1],
        written=written,
        records=frozenset(records),
        keys=tuple(item.key for item in items),
    )


def pointer_names(bucket: Bucket, model: str = "") -> tuple[Id, ...]:
    """The pointers of a model, or all: name of the model, name of the pointer."""
    prefix = f"{keys.POINTERS}{model}/" if model else keys.POINTERS
    parts = (item.key.split("/") for item in bucket.list(prefix))
    found = {(part[1], part[2]) for part in parts if len(part) == _MODEL_PARTS and keys.number_of(part[3])}
    return tuple(sorted(id_ for id_ in found if all(map(keys.is_name, id_))))


def moves(bucket: Bucket, model: str, name: str, most: int) -> tuple[Pointer, ...]:
    """The last moves of a pointer, at most so many, the newest last; RefusedError for one that cannot be read."""
    prefix = keys.pointer(model, name)
    last = log.newest(bucket, prefix)
    if last is None:
        return ()
    contents = {
        number: bucket.get(prefix + keys.numbered(number)) for number in range(max(1, last[0] - most + 1), last[0])
    }
    contents[last[0]] = last[1]
    found = []
    for number, content in contents.items():
        if content is not None:
            try:
                found.append(Pointer.read(content, model, name, number))
            except WrongError as error:
                raise RefusedError(f"{prefix}{keys.numbered(number)} in {bucket.address}: {error}") from None
    return tuple(found)


def results(bucket: Bucket, model: str = "", parallel: int = 8) -> tuple[KeptResult, ...]:
    """All results, or those of the steps of one model, by key; RefusedError for one that cannot be read."""
    prefix = f"{keys.RESULTS}{model}/" if model else keys.RESULTS
    listed = [item for item in bucket.list(prefix) if keys.number_of(item.key.rpartition("/")[2])]

    def read(item: Listed, _: Progress) -> KeptResult | None:
        content = bucket.get(item.key)
        parts = item.key.removeprefix(keys.RESULTS).split("/")
        if content is None:
            return None
        try:
            result = Result.read(content, ":".join(parts[:-2]), parts[-2])
        except WrongError as error:
            raise RefusedError(f"{item.key} in {bucket.address}: {error}") from None
        return KeptResult(key=item.key, written=item.modified, result=result)

    return tuple(found for found in each(read, listed, parallel) if found)


def pointed_at(bucket: Bucket, names: Iterable[Id], most: int) -> Mapping[Id, tuple[Pointer, ...]]:
    """The last moves of several pointers, by model and name."""
    return {(model, name): moves(bucket, model, name, most) for model, name in names}
