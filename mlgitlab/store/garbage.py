"""Which models and contents nothing refers to any more: a decision about values alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mlgitlab.store import keys
from mlgitlab.store.bucket import Listed
from mlgitlab.store.catalogue import Id, Kept, KeptResult
from mlgitlab.store.values import Pointer

# Evidence about a model outlives every clean-up, and the model with it.
LASTING = frozenset({"verdict", "approval"})
# A push sends contents before the manifest that refers to them: younger ones may belong to one that is under way.
GRACE = 24 * 3600.0
DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What stays: the newest `keep` models of a name, and what is younger than `older_than` seconds at `now`.

    `moves`: so many last moves of a pointer protect the models they name, the present one among them.
    """

    now: float
    keep: int = 5
    older_than: float = 30 * DAY
    moves: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The models that go, and why each other stays."""

    doomed: tuple[Kept, ...]
    stays: Mapping[Id, str]


def plan(
    kept: Iterable[Kept], pointers: Iterable[Pointer], results: Iterable[KeptResult], rules: Rules
) -> Judged:  # fmt: skip
    """Say of every model whether it goes. `pointers` are the moves that count: the last `rules.moves` of each."""
    young = rules.now - rules.older_than
    pointed = {(move.model, move.digest): f"the pointer {move.name}" for move in pointers}
    made = {(each.result.model, each.result.digest) for each in results if each.written >= young}
    stays: dict[Id, str] = {}
    doomed: list[Kept] = []
    ranks = _ranks(kept)
    for model, rank in ranks:
        why = pointed.get(model.id) or _own_reason(model, young) or ("a recent result" if model.id in made else "")
        if not why and rank < rules.keep:
            why = f"one of the newest {rules.keep}"
        if why:
            stays[model.id] = why
        else:
            doomed.append(model)
    return Judged(doomed=tuple(doomed), stays=stays)


def _own_reason(model: Kept, young: float) -> str:
    if evidence := sorted(LASTING & model.records):
        return f"its {' and '.join(evidence)}"
    return "its age" if model.written is not None and model.written >= young else ""


def _ranks(kept: Iterable[Kept]) -> list[tuple[Kept, int]]:
    """Each model and how many of its name are newer. What an interrupted deletion left of one is the oldest."""
    seen: dict[str, int] = {}
    ranked = []
    for model in sorted(kept, key=lambda each: (-(each.written or 0.0), each.model, each.digest)):
        whole = model.written is not None
        ranked.append((model, seen.get(model.model, 0) if whole else len(seen) + 1_000_000))
        seen[model.model] = seen.get(model.model, 0) + whole
    return ranked


def unused(blobs: Iterable[Listed], used: Collection[str], now: float) -> tuple[Listed, ...]:
    """The contents that no manifest names (`used`: digits of SHA-256) and that no push can be about to name."""
    found = ((blob, keys.blob_digits(blob.key)) for blob in blobs)
    return tuple(blob for blob, digits in found if digits and digits not in used and blob.modified < now - GRACE)
