"""One row of a forest plot: an estimate, its interval, no difference, and the margin; to the right is better.

Metrics have different units, so that each row is drawn in margins: the distance from no difference to the margin is the
same in all rows, and so is the question, on which side of that line the whole interval lies. Beyond two margins the
scale is squeezed, so that everything finite has its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mlgitlab.jobs.gate.report.effect import Effect
from mlgitlab.jobs.gate.ruling import Judged, Outcome

WIDTH, HEIGHT = 200, 22
_EDGE = 8  # room for an arrow, of what never ends
_EVEN = 2.0  # margins to either side that are drawn in proportion
_SHARE = 2 / 3  # of the drawing, for those
_MIDDLE = HEIGHT / 2
_CAP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From a number to a place between -1 (worse) and 1 (better), which are infinitely far."""

    start: float
    unit: float
    log: bool

    def place(self, value: float) -> float:
        """The place of a number, NaN where it has none."""
        if math.isnan(value) or (self.log and value < 0):
            return math.nan
        away = self.margins(value)
        if abs(away) <= _EVEN:
            return away / _EVEN * _SHARE
        return math.copysign(1 - (1 - _SHARE) * _EVEN / abs(away), away)

    def margins(self, value: float) -> float:
        """How far from the start, in units."""
        return (self._measured(value) - self._measured(self.start)) / self.unit

    def _measured(self, value: float) -> float:
        if not self.log:
            return value
        return math.log(value) if value > 0 else -math.inf


def scale(found: Effect) -> Scale | None:
    """The scale of an effect; None where there is nothing to draw it by."""
    start = found.neutral if found.neutral is not None else found.margin
    if start is None or not math.isfinite(start) or not math.isfinite(found.estimate):
        return None
    log = found.judged is Judged.RATIO
    one = Scale(start=start, unit=1.0, log=log)
    margins = [abs(one.margins(found.margin))] if found.margin is not None and start != found.margin else []
    ends = [found.estimate, *([found.interval.low, found.interval.high] if found.interval else [])]
    # Without a margin to measure by, what was found fills two thirds of the drawing.
    widest = [spread / _EVEN for spread in sorted((abs(one.margins(end)) for end in ends), reverse=True)]
    unit = next((each for each in (*margins, *widest) if math.isfinite(each) and each > 0), 1.0)
    return Scale(start=start, unit=-unit if found.higher_is_better is False else unit, log=log)


def draw(found: Effect, outcome: Outcome) -> str:
    """The row as an `svg` element; empty where there is nothing to draw. What it says stands beside it as text."""
    by = scale(found)
    if by is None:
        return ""
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    inside = "".join(_parts(found, by))
    return f'<svg class="forest {outcome}" {size} aria-hidden="true" focusable="false">{inside}</svg>'


def _parts(found: Effect, by: Scale) -> Iterator[str]:
    if found.neutral is not None:
        yield _upright("even", _across(0.0))
    line = by.place(found.margin) if found.margin is not None else math.nan
    if math.isfinite(line):
        yield _upright("margin", _across(line))
    if found.interval is not None:
        yield from _interval(sorted((by.place(found.interval.low), by.place(found.interval.high))))
    middle = by.place(found.estimate)
    if math.isfinite(middle):
        yield f'<circle cx="{_across(middle):.1f}" cy="{_MIDDLE:g}" r="4"/>'


def _interval(ends: list[float]) -> Iterator[str]:
    low, high = ends
    if math.isnan(low) or math.isnan(high):
        return
    left, right = map(_across, ends)
    yield f'<path d="M{left:.1f} {_MIDDLE:g} H{right:.1f}"/>'
    for end, at, side in ((low, left, 1), (high, right, -1)):
        if abs(end) < 1:
            yield f'<path d="M{at:.1f} {_MIDDLE - _CAP:g} v{2 * _CAP}"/>'
        else:  # it never ends
            yield f'<path d="M{at + side * _CAP:.1f} {_MIDDLE - _CAP:g} L{at:.1f} {_MIDDLE:g} l{side * _CAP} {_CAP}"/>'


def _upright(name: str, x: float) -> str:
    return f'<line class="{name}" x1="{x:.1f}" x2="{x:.1f}" y1="1" y2="{HEIGHT - 1}"/>'


def _across(place: float) -> float:
    half = WIDTH / 2
    return half + place * (half - _EDGE)
