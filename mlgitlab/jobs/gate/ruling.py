"""What one rule of a gate says about a model: an outcome, every number behind it, and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a rule, or all of them, come to. Inconclusive is never a pass: more rows, or a person, must decide."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Family(StrEnum):
    """The kinds of rules, as `gates` in mlgitlab.yml has them."""

    METRICS = "metrics"
    FAIRNESS = "fairness"
    INFERENCE = "inference"
    SIZE = "size"
    FORMAT = "format"
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval; either end may be infinite, and none is NaN."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of a table: what it is, in which unit (empty for none), and its interval where there is one."""

    name: str
    value: float
    unit: str = ""
    interval: Interval | None = None


class Judged(StrEnum):
    """Which number of a ruling its interval and its margin are about."""

    VALUE = "value"  # the candidate's own
    DIFFERENCE = "difference"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What one rule says. `rule` is its key below `gates`, such as `metrics.roc_auc` or `size.max_bytes`.

    `dataset` and `slice` (`region=north`) say of which rows; empty for all, or where rows play no part.
    `limit` is the rule as people read it: `at most 0.01 below production`. `difference` is candidate minus production,
    `ratio` candidate over production; a margin is compared with the interval of one of them or of the candidate's own
    value, and `judged` says which. `margin` is that line in its terms (-0.01 for at most 0.01 below production, 1.1 for
    a tenth slower), and `higher_is_better` says on which side of it the good values are: a report draws both.
    `wanted`: how many rows would settle what is inconclusive. `numbers` are the others that led here.
    """

    rule: str
    family: Family
    outcome: Outcome
    why: str
    limit: str = ""
    mandatory: bool = True
    dataset: str = ""
    slice: str = ""
    candidate: float | None = None
    production: float | None = None
    difference: float | None = None
    ratio: float | None = None
    interval: Interval | None = None
    judged: Judged | None = None
    margin: float | None = None
    higher_is_better: bool | None = None
    unit: str = ""
    rows: int | None = None
    wanted: int | None = None
    numbers: tuple[Number, ...] = ()
    notes: tuple[str, ...] = ()


class CurveKind(StrEnum):
    """What a report draws."""

    ROC = "roc"  # x: false positive rate, y: true positive rate
    PRECISION_RECALL = "precision-recall"  # x: recall, y: precision
    CALIBRATION = "calibration"  # x: mean predicted probability of a bin, y: share of positives in it
    RESIDUALS = "residuals"  # x: predicted value, y: truth minus predicted
    LATENCY = "latency"  # x: milliseconds, y: share of requests that took at most that
    GROUPS = "groups"  # x: position of a group in `labels`, y: a rate of it


class Side(StrEnum):
    """Whose numbers."""

    CANDIDATE = "candidate"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points for a report, at most a few hundred. `title` tells several of one kind apart; `labels` name the points."""

    kind: CurveKind
    side: Side
    title: str = ""
    dataset: str = ""
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one family of rules found out."""

    rulings: tuple[Ruling, ...] = ()
    curves: tuple[Curve, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def overall(rulings: Iterable[Ruling]) -> Outcome:
    """The outcome of all mandatory rules together: nothing judged is no pass, one fail is a fail."""
    outcomes = {ruling.outcome for ruling in rulings if ruling.mandatory}
    if Outcome.FAIL in outcomes:
        return Outcome.FAIL
    if Outcome.INCONCLUSIVE in outcomes or not outcomes:
        return Outcome.INCONCLUSIVE
    return Outcome.PASS
