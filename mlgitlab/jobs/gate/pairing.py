"""Two models' predictions beside each other: the same rows, and the same classes under the same numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.config.wording import quoted
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.store import digests

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats, Texts

_MOST_NAMED = 3


def set_digest(found: Predictions, data: Mapping[str, str]) -> str:
    """The digest of an evaluation set: of its rows but for the answers, and of the files that they were made from.

    data: the SHA-256 of each file of the dataset, by name; empty where the rows are all that is known of it.
    """
    truth = _named(found.truth, found.classes) if found.classes else found.truth.tolist()
    parts: list[object] = [
        str(found.task),
        found.ids.tolist(),
        truth,
        {name: column.tolist() for name, column in sorted(found.groups.items())},
        None if found.weight is None else found.weight.tolist(),
        None if found.cluster is None else found.cluster.tolist(),
        dict(sorted(data.items())),
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    return digests.full(digest.hexdigest())


def pair(dataset: str, candidate: Predictions, production: Predictions) -> Pair:
    """The pair of two predictions that `differences` finds nothing against."""
    if not candidate.classes:
        return Pair(dataset=dataset, candidate=candidate, production=production)
    classes = tuple(dict.fromkeys((*candidate.classes, *production.classes)))
    if candidate.task is Task.MULTICLASS:
        classes = tuple(sorted(classes))
    return Pair(dataset=dataset, candidate=_renumbered(candidate, classes), production=_renumbered(production, classes))


def differences(candidate: Predictions, production: Predictions) -> Iterator[str]:
    """Why these are not answers on the same rows: a sentence for each reason."""
    if candidate.task is not production.task:
        yield f"the candidate answers as {candidate.task}, production as {production.task}"
    elif candidate.task is Task.BINARY and {*candidate.classes} != {*production.classes}:
        yield f"the classes differ: {', '.join(map(quoted, sorted({*candidate.classes} ^ {*production.classes})))}"
    if np.array_equal(candidate.ids, production.ids):
        yield from _differing_columns(candidate, production)
        return
    for one, other, whose in ((candidate, production, "the candidate"), (production, candidate, "production")):
        alone = one.ids[~np.isin(one.ids, other.ids)]
        if len(alone):
            named = ", ".join(quoted(each) for each in alone[:_MOST_NAMED].tolist())
            yield f"{len(alone)} rows have answers of {whose} alone: {named}"


def _differing_columns(candidate: Predictions, production: Predictions) -> Iterator[str]:
    truths = (
        [_named(side.truth, side.classes) if side.classes else side.truth.tolist()]
        for side in (candidate, production)
    )  # fmt: skip
    (ours,), (theirs,) = truths
    differing = sum(one != other for one, other in zip(ours, theirs, strict=True))
    if differing:
        yield f"the truth differs in {differing} rows"
    if candidate.groups.keys() != production.groups.keys():
        yield "the columns of groups differ"
    columns: list[tuple[str, Texts | Floats | None, Texts | Floats | None]] = [
        ("weight", candidate.weight, production.weight),
        ("cluster", candidate.cluster, production.cluster),
        *((f"group {name}", candidate.groups[name], production.groups.get(name)) for name in candidate.groups),
    ]
    for name, one, other in columns:
        if (one is None) != (other is None) or (one is not None and not np.array_equal(one, other)):  # type: ignore[arg-type]
            yield f"the column of the {name} differs"


def _named(numbers: Floats, classes: tuple[str, ...]) -> list[str]:
    return [classes[int(number)] for number in numbers.tolist()]


def _renumbered(found: Predictions, classes: tuple[str, ...]) -> Predictions:
    """The same answers with the classes in another order, or with more of them, which then have no probability."""
    if found.classes == classes:
        return found
    places = np.array([classes.index(name) for name in found.classes], dtype=np.float64)
    scores = found.scores
    if scores is not None and found.task is Task.MULTICLASS:
        scores = np.zeros((found.rows, len(classes)))
        scores[:, places.astype(int)] = found.scores
    elif scores is not None and classes == found.classes[::-1]:
        scores = 1.0 - scores
    return replace(
        found,
        classes=classes,
        scores=scores,
        truth=_moved(found.truth, places),
        predicted=None if found.predicted is None else _moved(found.predicted, places),
    )


def _moved(numbers: Floats, places: Floats) -> Floats:
    moved = np.full(len(numbers), np.nan)
    known = np.isfinite(numbers)
    moved[known] = places[numbers[known].astype(int)]
    return moved
