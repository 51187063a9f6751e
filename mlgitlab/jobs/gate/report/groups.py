"""Rates of groups, one row for each: the candidate's and production's, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.report.plots import COLORS, NAMES, WIDTH, Plot, legend, mark, opening
from mlgitlab.jobs.gate.ruling import Curve, Side
from mlgitlab.jobs.metrics.curves.axes import Axis, labels, linear
from mlgitlab.jobs.metrics.curves.frame import cut, safe

MOST = 24
_LEFT, _RIGHT, _TOP, _ROW, _FOOT = 12, 348, 8, 40, 58
_LONGEST = 40
_TRACKS = {Side.CANDIDATE: 23, Side.PRODUCTION: 32}  # below the top of a row

Rates = dict[Side, tuple[float, float, float]]  # rate, low, high


def draw(plot: Plot, ident: str) -> str:
    """The plot as an `svg` element: at most `MOST` groups, in the order that they came in."""
    found = _groups(plot.curves)
    shown = list(found.items())[:MOST]
    axis = linear(value for _, rates in shown for rate in rates.values() for value in rate)
    bottom = _TOP + _ROW * len(shown)
    return "\n".join([
        *opening(bottom + _FOOT, ident, NAMES[plot.kind], _described(shown, len(found))),
        *_scale(axis, bottom),
        *(part for number, each in enumerate(shown) for part in _row(*each, _TOP + number * _ROW, axis)),
        *legend(plot.curves, bottom + 40),
        "</svg>",
    ])  # fmt: skip


def left_out(plot: Plot) -> int:
    """How many groups are not drawn."""
    return max(0, len(_groups(plot.curves)) - MOST)


def _groups(curves: tuple[Curve, ...]) -> dict[str, Rates]:
    found: dict[str, Rates] = {}
    for curve in sorted(curves, key=lambda curve: curve.side):
        for number, (x, y) in enumerate(zip(curve.x, curve.y, strict=False)):
            known = math.isfinite(x) and 0 <= x < len(curve.labels)
            name = curve.labels[int(x)] if known else f"group {number + 1}"
            low = curve.low[number] if number < len(curve.low) else math.nan
            high = curve.high[number] if number < len(curve.high) else math.nan
            found.setdefault(name, {})[curve.side] = (y, low, high)
    return found


def _scale(axis: Axis, bottom: int) -> Iterator[str]:
    for tick, label in zip(axis.ticks, labels(axis), strict=True):
        x = _across(axis, tick)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text x="{x}" y="{bottom + 17}" text-anchor="middle">{label}</text>'


def _row(name: str, rates: Rates, top: int, axis: Axis) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="{top + 12}" class="group">{safe(cut(name, _LONGEST)) or "(empty)"}</text>'
    told = " / ".join(words.number(rates[side][0]) for side in Side if side in rates)
    yield f'<text x="{_RIGHT}" y="{top + 12}" text-anchor="end">{told}</text>'
    for side, (rate, low, high) in rates.items():
        y = top + _TRACKS[side]
        if math.isfinite(low) and math.isfinite(high):
            yield f'<path class="bar" stroke="{COLORS[side]}" d="M{_across(axis, low)} {y} H{_across(axis, high)}"/>'
        if math.isfinite(rate):
            yield mark(side, _across(axis, rate), f"{y}")


def _across(axis: Axis, value: float) -> str:
    return f"{_LEFT + 8 + axis.place(value) * (WIDTH - 2 * _LEFT - 16):.1f}"


def _described(shown: list[tuple[str, Rates]], many: int) -> str:
    told = [f"{cut(name, _LONGEST)}: {_said(rates)}" for name, rates in shown]
    return f"{'; '.join(told)}." + (f" {many - len(shown)} more groups are not drawn." if many > len(shown) else "")


def _said(rates: Rates) -> str:
    return ", ".join(f"{side} {words.number(rates[side][0])}" for side in Side if side in rates)
