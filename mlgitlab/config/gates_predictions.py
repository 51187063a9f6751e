"""The part of `mlgitlab.yml` about the answers that an evaluation writes down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from mlgitlab.config.field import doc
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsFile:
    """The file in which an evaluation says what the model answered on each row, and which column is what."""

    shorthand: ClassVar[str] = "file"

    file: str = field(metadata=doc("CSV (`.csv`) or Parquet (`.parquet`), one line for each row; the command also finds the path in `MLGITLAB_PREDICTIONS`."))
    task: Literal["binary", "multiclass", "regression", "ranking"] = field(default="binary", metadata=doc("What kind of answers they are."))
    id: str = field(default="id", metadata=doc("Column that names a row: unique, never empty, and the same for every model."))
    truth: str = field(default="truth", metadata=doc("Column with what would have been right: a class, a value, or for `ranking` a relevance."))
    prediction: str | None = field(default=None, metadata=doc("Column with the answer: a class or a value."))
    score: str | None = field(default=None, metadata=doc("Column with a number: for `binary` the probability of the positive class, for `ranking` what rows are ordered by."))
    scores: Mapping[str, str] = field(default_factory=dict, metadata=doc("For `multiclass`: class to the column with its probability."))
    classes: tuple[str, ...] = field(default=(), metadata=doc("The classes, as the columns write them; of two, the second is the positive one. Empty: those that occur, sorted."))
    groups: tuple[str, ...] = field(default=(), metadata=doc("Columns that rows are sliced by: `region`, `sex`."))
    weight: str | None = field(default=None, metadata=doc("Column with the weight of a row, not negative."))
    cluster: str | None = field(default=None, metadata=doc("Column that names what rows belong to that are not independent: a customer, a patient; for `ranking` the query."))
    trained_on: str | None = field(default=None, metadata=doc("A file of the model with the ids of the rows that it was trained or tuned on, one a line, or a column `id` of CSV or Parquet. A row that is in both is no held-out row."))
