"""What fairness criteria compare between groups: a rate or a mean loss, each a ratio of sums over a group's rows.

Sources. Demographic parity: Calders and Verwer (2010), Dwork et al. (2012). Equal opportunity and equalised odds:
Hardt, Price and Srebro (2016), definitions 2.1 and 2.2. Predictive parity: Chouldechova (2017), definition 2.
Calibration within groups: Kleinberg, Mullainathan and Raghavan (2017), condition A. Mean difference of a regression:
Calders et al. (2013). Bounded group loss: Agarwal, Dudík and Wu (2019), definition 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mlgitlab.config.gates_fairness import Criterion, FairnessRule, GroupLoss
from mlgitlab.jobs.gate.losses import by_row
from mlgitlab.jobs.gate.predictions import Predictions, Task
from mlgitlab.jobs.gate.rows.selection import is_classes
from mlgitlab.jobs.gate.rows.soundness import Reads

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats

    # One side's answers and the number of the positive class to what is summed (n,), and the rows that count (n,).
    Parts: TypeAlias = Callable[[Predictions, int], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A number of a group: what it is called, and what it is the ratio of. share: it lies between 0 and 1."""

    name: str
    parts: Parts
    share: bool = True
    root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The rates that a criterion compares (None: the calibration error), and which answers they are made of.

    of_class: they are about one class, the positive one.
    """

    rates: tuple[Rate, ...] | None
    reads: Reads
    of_class: bool = False


def _selection(side: Predictions, positive: int) -> tuple[Floats, Floats]:
    return _flags(side.predicted == positive), np.ones(side.rows)


def _of_truth(side: Predictions, positive: int, *, truth: bool) -> tuple[Floats, Floats]:
    rows = (side.truth == positive) == truth
    return _flags(rows & (side.predicted == positive)), _flags(rows)


def _predictive(side: Predictions, positive: int) -> tuple[Floats, Floats]:
    rows = side.predicted == positive
    return _flags(rows & (side.truth == positive)), _flags(rows)


def _predicted(side: Predictions, _positive: int) -> tuple[Floats, Floats]:
    assert side.predicted is not None
    return side.predicted, np.ones(side.rows)


def _loss(loss: GroupLoss, side: Predictions, _positive: int) -> tuple[Floats, Floats]:
    return by_row(loss, side), np.ones(side.rows)


def _flags(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)


SELECTION = Rate(name="selection rate", parts=_selection)
TRUE_POSITIVE = Rate(name="true positive rate", parts=partial(_of_truth, truth=True))
FALSE_POSITIVE = Rate(name="false positive rate", parts=partial(_of_truth, truth=False))
PREDICTIVE_VALUE = Rate(name="positive predictive value", parts=_predictive)
MEAN = Rate(name="mean prediction", parts=_predicted, share=False)

_RATES: Mapping[Criterion, tuple[Rate, ...]] = {
    Criterion.DEMOGRAPHIC_PARITY: (SELECTION,),
    Criterion.EQUAL_OPPORTUNITY: (TRUE_POSITIVE,),
    Criterion.EQUALISED_ODDS: (TRUE_POSITIVE, FALSE_POSITIVE),
    Criterion.EQUALIZED_ODDS: (TRUE_POSITIVE, FALSE_POSITIVE),
    Criterion.PREDICTIVE_PARITY: (PREDICTIVE_VALUE,),
}


def compared(criterion: Criterion, rule: FairnessRule, task: Task) -> Compared | str:
    """What a criterion compares for a task, or why it has no meaning there."""
    for_classes = criterion in _RATES or criterion is Criterion.CALIBRATION
    for_values = criterion is Criterion.MEAN_DIFFERENCE
    if task is Task.RANKING or (for_classes and not is_classes(task)) or (for_values and is_classes(task)):
        return f"{criterion} is not for {task}"
    if criterion in _RATES:
        return Compared(rates=_RATES[criterion], reads=Reads.PREDICTED, of_class=True)
    if criterion is Criterion.CALIBRATION:
        return Compared(rates=None, reads=Reads.PROBABILITIES)
    if criterion is Criterion.MEAN_DIFFERENCE:
        return Compared(rates=(MEAN,), reads=Reads.PREDICTED)
    return _of_loss(rule.loss or (GroupLoss.ZERO_ONE if is_classes(task) else GroupLoss.MAE), task)


def _of_loss(loss: GroupLoss, task: Task) -> Compared | str:
    for_classes = loss in (GroupLoss.ZERO_ONE, GroupLoss.LOG_LOSS)
    if for_classes != is_classes(task):
        return f"the loss {loss} is not for {task}"
    rate = Rate(name=loss, parts=partial(_loss, loss), share=loss is GroupLoss.ZERO_ONE, root=loss is GroupLoss.RMSE)
    return Compared(rates=(rate,), reads=Reads.PROBABILITIES if loss is GroupLoss.LOG_LOSS else Reads.PREDICTED)
