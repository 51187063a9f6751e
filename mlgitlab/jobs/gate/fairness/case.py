"""A criterion on the groups of some columns: measured, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.config.gates_fairness import Criterion, FairnessRule
from mlgitlab.config.gates_metrics import Statistics
from mlgitlab.jobs.gate.fairness.criteria import Compared, compared
from mlgitlab.jobs.gate.fairness.groups import Groups, grouped
from mlgitlab.jobs.gate.fairness.measuring import Numbers, calibration_of, rates_of
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from mlgitlab.jobs.gate.rows import soundness
from mlgitlab.jobs.gate.rows.conditions import Estimate
from mlgitlab.jobs.gate.rows.selection import rows_of
from mlgitlab.jobs.gate.rows.soundness import Unsound
from mlgitlab.jobs.gate.ruling import Interval, Side

_CALIBRATION_ERROR = "calibration error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The numbers of groups; `rates` names them."""

    rates: tuple[str, ...]
    groups: Groups
    numbers: Numbers

    def interval(self, rate: int, side: int, group: int, level: float) -> Interval:
        """The interval of one number."""
        value = float(self.numbers.values[rate, side, group])
        return Estimate(value=value, spread=self.numbers.mixed([(rate, side, group, 1)])).interval(level)


def measured(
    name: str, rule: FairnessRule, columns: tuple[str, ...], pair: Pair, settings: Statistics, *, alone: bool
) -> Case | Unsound:
    """The numbers of the candidate, and of production unless `alone`."""
    what = _compared(name, rule, pair.candidate.task)
    if isinstance(what, str):
        return Unsound(why=what)
    positive = _positive(rule, what, pair.candidate)
    if isinstance(positive, str):
        return Unsound(why=positive)
    unsound = soundness.of_rows(pair.candidate) or soundness.of_side(pair.candidate, Side.CANDIDATE, what.reads)
    if not unsound and not alone and pair.production is not None:
        unsound = soundness.of_side(pair.production, Side.PRODUCTION, what.reads)
    if unsound:
        return unsound
    rows = rows_of(pair, settings.seed, alone=alone)
    groups = grouped(rows, columns, what.rates or (), rule, positive)
    if isinstance(groups, str):
        return Unsound(why=groups)
    draws = rule.resamples or settings.resamples
    if what.rates is None:
        numbers = calibration_of(groups, rule.bins, draws)
        return Case(rates=(_CALIBRATION_ERROR,), groups=groups, numbers=numbers)
    numbers = rates_of(groups, what.rates, positive, draws)
    return Case(rates=tuple(rate.name for rate in what.rates), groups=groups, numbers=numbers)


def _compared(name: str, rule: FairnessRule, task: Task) -> Compared | str:
    criterion = rule.criterion or name
    if criterion not in list(Criterion):
        return f"{criterion} is no criterion that is known"
    return compared(Criterion(criterion), rule, task)


def _positive(rule: FairnessRule, what: Compared, side: Predictions) -> int | str:
    """The number of the positive class; 1, the second, where nothing is said."""
    if rule.positive is None:
        unclear = what.of_class and len(side.classes) > 2
        return "with more than two classes, `positive` must name one" if unclear else 1
    if rule.positive not in side.classes:
        return f"no class is called {rule.positive}"
    return side.classes.index(rule.positive)
