"""What a model answered on the rows of an evaluation set, beside what would have been right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Texts: TypeAlias = np.ndarray[Any, np.dtype[np.str_]]


class Task(StrEnum):
    """What kind of answers they are."""

    BINARY = "binary"  # two classes; `scores` is the probability of the second, `classes[1]`
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    RANKING = "ranking"  # `truth` is a relevance, `scores` the order, `cluster` the query


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """One model's answers. All arrays have n rows, in the order of `ids`, which are unique and sorted.

    `truth` and `predicted`: class numbers (positions in `classes`) for classification, values otherwise, float64 (n,).
    `scores`: (n,) for binary and ranking, (n, len(classes)) for multiclass. What the file does not hold is None.
    `groups`: columns that rows are sliced by, (n,) texts each. `weight`: (n,), not negative. `cluster`: (n,) texts;
    rows of one cluster are not independent (one customer, one query).
    """

    task: Task
    ids: Texts
    truth: Floats
    predicted: Floats | None = None
    scores: Floats | None = None
    classes: tuple[str, ...] = ()
    groups: Mapping[str, Texts] = field(default_factory=dict)
    weight: Floats | None = None
    cluster: Texts | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both models' answers on the same rows: equal ids, truths, groups, weights and clusters.

    `production` is None for the first model of a name. `dataset` is the evaluation set's name.
    """

    dataset: str
    candidate: Predictions
    production: Predictions | None = None
