"""The rules of `gates.metrics` in `mlgitlab.yml`, and how sure every rule on rows must be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum

from mlgitlab.config.field import doc
from mlgitlab.config.scalars import Share
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


class Direction(StrEnum):
    """Which values of a metric are better."""

    HIGHER = "higher"
    LOWER = "lower"


class Metric(StrEnum):
    """The metrics that are known; docs/gates-statistics.md defines each."""

    ACCURACY = "accuracy"
    BALANCED_ACCURACY = "balanced_accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"
    ROC_AUC = "roc_auc"
    PR_AUC = "pr_auc"
    AVERAGE_PRECISION = "average_precision"  # the same: the name of scikit-learn
    LOG_LOSS = "log_loss"
    BRIER = "brier"
    CALIBRATION_ERROR = "calibration_error"
    MAE = "mae"
    MSE = "mse"
    RMSE = "rmse"
    R2 = "r2"
    PINBALL = "pinball"
    NDCG = "ndcg"
    MAP = "map"


class Average(StrEnum):
    """How precision, recall and F1 of several classes become one number, as in scikit-learn."""

    BINARY = "binary"
    MACRO = "macro"
    WEIGHTED = "weighted"
    MICRO = "micro"


class SmallGroups(StrEnum):
    """What a group with too few rows is."""

    INCONCLUSIVE = "inconclusive"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """How sure the rules on rows must be, and how intervals are made."""

    level: float = field(default=0.95, metadata=doc("Confidence level of the intervals, two-sided: a rule passes by accident at most (1 - level) / 2 of the time."))
    resamples: int = field(default=2000, metadata=doc("How often the rows are drawn again, 200 at least."))
    seed: int = field(default=0, metadata=doc("Where the draws start. The same seed, rows and rules give the same numbers."))


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRule:
    """One rule about a metric. Several conditions in it must all hold."""

    metric: str | None = field(default=None, metadata=doc("The metric, where the rule has a name of its own."))
    entry: str | None = field(default=None, metadata=doc("A metric of the project's own, `FILE.py:FUNCTION`: called with truth, predicted, scores and weight (arrays, or None), it returns a number."))
    direction: Direction | None = field(default=None, metadata=doc("Which values are better, `higher` or `lower`; known for every metric but those of the project's own."))
    margin: float | None = field(default=None, metadata=doc("Non-inferiority: the candidate may be at most this much worse than production."))
    relative_margin: Share | None = field(default=None, metadata=doc("Non-inferiority, as a share of production's value: `2%`."))
    gain: float | None = field(default=None, metadata=doc("The candidate must be better than production by more than this; 0 for any gain."))
    at_least: float | None = field(default=None, metadata=doc("The candidate's value must not be below this."))
    at_most: float | None = field(default=None, metadata=doc("The candidate's value must not be above this."))
    slices: tuple[tuple[str, ...], ...] = field(default=(), metadata=doc("Group columns; every group of each must keep the rule as well. A list of columns in the list means their intersections: `[[sex, region]]`."))
    min_rows: int = field(default=100, metadata=doc("With fewer rows (queries, where rows belong to clusters) nothing is judged: the result is inconclusive."))
    small: SmallGroups = field(default=SmallGroups.INCONCLUSIVE, metadata=doc("What a group of a slice with fewer rows than `min_rows` is: `inconclusive`, or left out (`skip`) and named."))
    average: Average | None = field(default=None, metadata=doc("For precision, recall and F1. Two classes: `binary` (the second class is the positive one) where nothing is said; more: `macro`."))
    k: int | None = field(default=None, metadata=doc("For `ndcg`: how many of the first places of a query count; all where nothing is said."))
    quantile: float = field(default=0.5, metadata=doc("For `pinball`: the quantile that was predicted."))
    bins: int = field(default=10, metadata=doc("For `calibration_error`: bins of equal width."))
    level: float | None = field(default=None, metadata=doc("Confidence level of this rule, instead of that of `statistics`."))
    resamples: int | None = field(default=None, metadata=doc("How often rows are drawn again for this rule, instead of what `statistics` says."))
    advisory: bool = field(default=False, metadata=doc("Whether the rule is only reported: it cannot fail the verdict."))


LEAST_RESAMPLES = 200


def faults(name: str, rule: MetricRule) -> Iterator[str]:
    """What in a rule contradicts itself or means nothing; `name` is its key below `gates.metrics`."""
    yield from _metric_faults(name, rule)
    yield from condition_faults(rule, ("margin", "relative_margin", "gain", "at_least", "at_most"))
    if rule.gain is not None and (rule.margin is not None or rule.relative_margin is not None):
        yield "`gain` asks for more than a margin: give one of them"
    if rule.margin is not None and rule.relative_margin is not None:
        yield "`margin` and `relative_margin` say the same thing twice: give one of them"
    if rule.relative_margin is not None and rule.relative_margin.value >= 1:
        yield "`relative_margin` must be below 100%"
    if rule.min_rows < 2:
        yield "`min_rows` must be 2 at least"
    if not 0 < rule.quantile < 1:
        yield "`quantile` must lie between 0 and 1"
    if rule.k is not None and rule.k < 1:
        yield "`k` must be 1 at least"


def _metric_faults(name: str, rule: MetricRule) -> Iterator[str]:
    metric = rule.metric or name
    if rule.entry is not None:
        if rule.metric is not None:
            yield "`entry` is a metric of the project's own, and `metric` a known one: give one of them"
        if rule.direction is None:
            yield "a metric of the project's own needs `direction: higher` or `direction: lower`"
    elif metric not in list(Metric):
        yield f"`{metric}` is no metric that is known: name one with `metric`, or give the `entry` of your own"


def condition_faults(rule: object, conditions: Sequence[str]) -> Iterator[str]:
    """What is wrong with the numbers that rules on rows have in common."""
    given = {name: getattr(rule, name) for name in conditions if getattr(rule, name) is not None}
    if not given:
        yield f"the rule asks for nothing: give one of {', '.join(f'`{name}`' for name in conditions)}"
    for name, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            yield f"`{name}` must be a finite number"
        elif isinstance(value, float) and value < 0 and name not in ("at_least", "at_most"):
            yield f"`{name}` must not be negative"
    level, resamples, bins = (getattr(rule, name, None) for name in ("level", "resamples", "bins"))
    yield from _interval_faults(level, resamples)
    if bins is not None and bins < 2:
        yield "`bins` must be 2 at least"


def settings_faults(settings: Statistics) -> Iterator[str]:
    """What is wrong with the settings that all rules share."""
    yield from _interval_faults(settings.level, settings.resamples)
    if settings.seed < 0:
        yield "`seed` must not be negative"


def _interval_faults(level: float | None, resamples: int | None) -> Iterator[str]:
    if level is not None and not 0.5 <= level < 1:
        yield "`level` must be at least 0.5 and below 1"
    if resamples is not None and resamples < LEAST_RESAMPLES:
        yield f"`resamples` must be {LEAST_RESAMPLES} at least"
