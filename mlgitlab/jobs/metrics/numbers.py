"""The numbers of one or more files: the metrics, the series behind them, and what was no number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError

# (step, value), in the order in which they were written.
Points: TypeAlias = tuple[tuple[float, float], ...]

MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ignored:
    """A value that takes no part, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """`metrics`: one number each, NaN and infinities as they are; a series stands there with its last value.

    Names are sorted. `ignored` are texts, booleans, nulls, and lists that hold more than numbers.
    """

    metrics: Mapping[str, float]
    series: Mapping[str, Points] = field(default_factory=dict)
    ignored: tuple[Ignored, ...] = ()


def same(one: float, other: float) -> bool:
    """Whether two numbers are equal; NaN equals NaN."""
    return one == other or (math.isnan(one) and math.isnan(other))


class Collector:
    """Gathers the numbers of one file; `source` names it in messages."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._metrics: dict[str, float] = {}
        self._series: dict[str, list[tuple[float, float]]] = {}
        self._holes: set[str] = set()
        self._ignored: dict[str, str] = {}

    def metric(self, name: str, value: float) -> None:
        """Note one number. UsageError where the name stands for another number already."""
        if name in self._series or (name in self._metrics and not same(self._metrics[name], value)):
            raise UsageError(
                f"{self._source}: the name {quoted(name)} is given twice, with different values",
                "nobody could tell which one counts: rename one, or give a series a column `step`",
            )
        self._metrics[name] = value
        self._check_size()

    def point(self, name: str, step: float, value: float) -> None:
        """Note the next number of a series."""
        if name in self._metrics:
            raise UsageError(
                f"{self._source}: the name {quoted(name)} is given twice, once as a number and once as a series"
            )
        self._holes.discard(name)
        self._series.setdefault(name, []).append((step, value))
        self._check_size()

    def hole(self, name: str, why: str) -> None:
        """Note that the newest value of a series is no number: an older one must not pass for it."""
        self._holes.add(name)
        self.ignore(name, why)

    def ignore(self, name: str, why: str) -> None:
        """Note what is no number; of a name that comes again, the first time."""
        self._ignored.setdefault(name, why)

    def numbers(self) -> Numbers:
        """What was gathered."""
        last = {name: points[-1][1] for name, points in self._series.items() if name not in self._holes}
        return Numbers(
            metrics=dict(sorted({**self._metrics, **last}.items())),
            series={name: tuple(points) for name, points in sorted(self._series.items())},
            ignored=tuple(Ignored(name=name, why=why) for name, why in sorted(self._ignored.items())),
        )

    def _check_size(self) -> None:
        if len(self._metrics) + len(self._series) > MOST_NAMES:
            raise UsageError(
                f"{self._source}: more than {MOST_NAMES} names of numbers", "is this a file of metrics, or of data?"
            )


def merged(parts: Iterable[tuple[str, Numbers]]) -> Numbers:
    """The numbers of several files as one; UsageError where two files give a name different values."""
    metrics: dict[str, float] = {}
    series: dict[str, Points] = {}
    ignored: set[Ignored] = set()
    owners: dict[str, str] = {}
    for source, numbers in parts:
        for name in numbers.metrics.keys() | numbers.series.keys():
            if name in owners and not _agree(name, metrics, series, numbers):
                raise UsageError(
                    f"{owners[name]} and {source} give {quoted(name)} different values",
                    "rename one, or report each file by itself with a --label of its own",
                )
            owners[name] = source
        metrics |= numbers.metrics
        series |= numbers.series
        ignored |= set(numbers.ignored)
    return Numbers(
        metrics=dict(sorted(metrics.items())), series=dict(sorted(series.items())), ignored=tuple(sorted(ignored))
    )


def _agree(name: str, metrics: Mapping[str, float], series: Mapping[str, Points], other: Numbers) -> bool:
    if (name in metrics) != (name in other.metrics) or repr(series.get(name)) != repr(other.series.get(name)):
        return False
    return name not in metrics or same(metrics[name], other.metrics[name])
