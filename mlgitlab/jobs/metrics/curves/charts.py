"""Which series share a chart: those of one name, and those that differ in `train` and `val` alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlgitlab.jobs.metrics.diff import matches
from mlgitlab.jobs.metrics.numbers import Points

MOST_POINTS = 1000
_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "eval"})
_WORDS = re.compile(r"[._/\- ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series: at most some 1000 points (step, value), and how many it had."""

    label: str
    points: Points
    count: int

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Lines in one pair of axes."""

    title: str
    lines: tuple[Line, ...]


def charts(files: Mapping[str, Mapping[str, Points]], only: Sequence[str] = ()) -> tuple[Chart, ...]:
    """The charts of files' series, by name. With several files each line says which it is from."""
    found: dict[str, list[Line]] = {}
    for file, series in files.items():
        for name, points in series.items():
            if points and (not only or matches(name, only)):
                label = f"{file}: {name}" if len(files) > 1 else name
                found.setdefault(subject(name), []).append(Line(label=label, points=thinned(points), count=len(points)))
    return tuple(Chart(title=title, lines=tuple(lines)) for title, lines in sorted(found.items()))


def subject(name: str) -> str:
    """The name without the words that say which part of the data it is about: `loss` of `val_loss`."""
    words = [word for word in _WORDS.split(name) if word]
    kept = [word for word in words if word.lower() not in _SPLITS]
    return "_".join(kept) if kept and len(kept) < len(words) else name


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """Few points that look the same: of each stretch the lowest, the highest and one that is not finite; the last."""
    if len(points) <= most:
        return points
    size = math.ceil(len(points) / (most // 3))
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), size):
        stretch = range(start, min(start + size, len(points)))
        finite = [index for index in stretch if math.isfinite(points[index][1])]
        broken = [index for index in stretch if not math.isfinite(points[index][1])][:1]
        ends = [min(finite, key=lambda i: points[i][1]), max(finite, key=lambda i: points[i][1])] if finite else []
        kept += [points[index] for index in sorted({*ends, *broken})]
    return (*kept, points[-1]) if repr(kept[-1]) != repr(points[-1]) else tuple(kept)
