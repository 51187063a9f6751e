"""Whether rows can be judged by at all: nothing that is not a number passes for one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.rows.selection import is_classes
from mlgitlab.jobs.gate.ruling import Outcome, Side

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

# How far the probabilities of a row may be from a sum of 1.
_OFF_ONE = 1e-3


class Reads(StrEnum):
    """Which answers a rule looks at."""

    PREDICTED = "predicted"
    SCORES = "scores"
    PROBABILITIES = "probabilities"  # scores that must lie between 0 and 1
    EITHER = "either"  # whatever there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsound:
    """Why rows cannot be judged by. A candidate's answers that are no numbers are its failure; all else is nobody's."""

    why: str
    outcome: Outcome = Outcome.INCONCLUSIVE


def of_rows(rows: Predictions) -> Unsound | None:
    """What is wrong with the rows themselves: truth and weights, which both sides have in common."""
    if not rows.rows:
        return Unsound(why="there are no rows")
    count = _broken(rows.truth)
    if count:
        return Unsound(why=f"the truth is not a finite number in {_rows(count)}")
    if is_classes(rows.task) and not _are_classes(rows.truth, rows):
        return Unsound(why="the truth is not the number of a class in every row")
    if rows.weight is not None:
        if _broken(rows.weight) or np.any(rows.weight < 0):
            return Unsound(why="a weight is negative, or not a finite number")
        if not np.any(rows.weight > 0):
            return Unsound(why="all weights are zero")
    return None


def of_side(side: Predictions, whose: Side, reads: Reads) -> Unsound | None:
    """What is wrong with the answers that a rule looks at."""
    if reads is Reads.EITHER:
        there = [each for each in (Reads.PREDICTED, Reads.SCORES) if getattr(side, each) is not None]
        faults = (of_side(side, whose, each) for each in there or [Reads.PREDICTED])
        return next(filter(None, faults), None)
    values = side.predicted if reads is Reads.PREDICTED else side.scores
    name = "predictions" if reads is Reads.PREDICTED else "scores"
    if values is None:
        return Unsound(why=f"the {whose}'s file has no {name}")
    count = _broken(values)
    if count:
        outcome = Outcome.FAIL if whose is Side.CANDIDATE else Outcome.INCONCLUSIVE
        what = "no finite number" if reads is Reads.PREDICTED else "no finite numbers"
        return Unsound(why=f"the {whose}'s {name} are {what} in {_rows(count)}", outcome=outcome)
    if reads is Reads.PREDICTED and is_classes(side.task) and not _are_classes(values, side):
        return Unsound(why=f"the {whose}'s predictions are not numbers of classes")
    if values.ndim == 2 and values.shape[1] != len(side.classes):
        return Unsound(why=f"the {whose}'s file has scores for {values.shape[1]} of {len(side.classes)} classes")
    return _no_probabilities(values, whose) if reads is Reads.PROBABILITIES and is_classes(side.task) else None


def _are_classes(values: Floats, side: Predictions) -> bool:
    """Whether they are whole numbers, and places in `classes`."""
    return bool(np.all((values >= 0) & (values < max(len(side.classes), 2)) & (values == np.floor(values))))


def _no_probabilities(scores: Floats, whose: Side) -> Unsound | None:
    if np.any((scores < 0) | (scores > 1)):
        return Unsound(why=f"the {whose}'s scores are no probabilities: some lie outside of 0 to 1")
    if scores.ndim == 2 and np.any(np.abs(scores.sum(axis=1) - 1) > _OFF_ONE):
        return Unsound(why=f"the {whose}'s scores are no probabilities: those of a row do not add up to 1")
    return None


def _broken(values: Floats) -> int:
    finite = np.isfinite(values)
    return int(np.count_nonzero(~(finite if values.ndim == 1 else finite.all(axis=1))))


def _rows(count: int) -> str:
    return "one row" if count == 1 else f"{count} rows"
