"""The rules of `gates.fairness` in `mlgitlab.yml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum

from mlgitlab.config.field import doc
from mlgitlab.config.gates_metrics import SmallGroups, condition_faults
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


class Criterion(StrEnum):
    """What must be alike in all groups."""

    DEMOGRAPHIC_PARITY = "demographic_parity"
    EQUAL_OPPORTUNITY = "equal_opportunity"
    EQUALISED_ODDS = "equalised_odds"
    EQUALIZED_ODDS = "equalized_odds"  # the same: the spelling of fairlearn
    PREDICTIVE_PARITY = "predictive_parity"
    CALIBRATION = "calibration"
    MEAN_DIFFERENCE = "mean_difference"
    ERROR_PARITY = "error_parity"
    BOUNDED_GROUP_LOSS = "bounded_group_loss"


class GroupLoss(StrEnum):
    """The loss of a group, for `error_parity` and `bounded_group_loss`."""

    MAE = "mae"
    MSE = "mse"
    RMSE = "rmse"
    ZERO_ONE = "zero_one"
    LOG_LOSS = "log_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessRule:
    """One rule about groups. Several conditions in it must all hold."""

    criterion: Criterion | None = field(default=None, metadata=doc("The criterion, where the rule has a name of its own."))
    groups: tuple[tuple[str, ...], ...] = field(metadata=doc("Group columns, each judged by itself. A list of columns in the list means their intersections: `[[sex, region]]`."))
    max_difference: float | None = field(default=None, metadata=doc("Largest difference between two groups (of rates: 0 to 1)."))
    min_ratio: float | None = field(default=None, metadata=doc("Least ratio of one group's value to another's: `0.8` is the four-fifths rule."))
    at_most: float | None = field(default=None, metadata=doc("No group's value may be above this: the bound of `bounded_group_loss`, or of a group's calibration error."))
    no_worse: float | None = field(default=None, metadata=doc("The largest difference between two groups may be at most this much above production's."))
    loss: GroupLoss | None = field(default=None, metadata=doc("The loss of `error_parity` and `bounded_group_loss`; `mae` for regression and `zero_one` for classification where nothing is said."))
    positive: str | None = field(default=None, metadata=doc("The class that counts as the favourable answer; the second of two classes where nothing is said. With more classes it must be named."))
    bins: int = field(default=10, metadata=doc("For `calibration`: bins of equal width."))
    min_group: int = field(default=50, metadata=doc("Least number of rows that a group's value may rest on (for equal opportunity: rows whose truth is the positive class)."))
    small: SmallGroups = field(default=SmallGroups.INCONCLUSIVE, metadata=doc("What a group with fewer is: `inconclusive`, or left out (`skip`) and named."))
    level: float | None = field(default=None, metadata=doc("Confidence level of this rule, instead of that of `statistics`."))
    resamples: int | None = field(default=None, metadata=doc("How often rows are drawn again for this rule, instead of what `statistics` says."))
    advisory: bool = field(default=False, metadata=doc("Whether the rule is only reported: it cannot fail the verdict."))


_BOUNDED = (Criterion.BOUNDED_GROUP_LOSS, Criterion.CALIBRATION)


def faults(name: str, rule: FairnessRule) -> Iterator[str]:
    """What in a rule contradicts itself or means nothing; `name` is its key below `gates.fairness`."""
    criterion = rule.criterion or name
    if criterion not in list(Criterion):
        yield f"`{criterion}` is no criterion that is known: name one with `criterion`"
    if not rule.groups or not all(rule.groups):
        yield "`groups` names no column"
    yield from condition_faults(rule, ("max_difference", "min_ratio", "at_most", "no_worse"))
    if rule.min_ratio is not None and rule.min_ratio > 1:
        yield "`min_ratio` is the smaller value over the larger: it cannot be above 1"
    if rule.at_most is not None and criterion not in _BOUNDED:
        yield f"`at_most` belongs to {' and '.join(f'`{each}`' for each in _BOUNDED)}"
    if rule.min_group < 2:
        yield "`min_group` must be 2 at least"
