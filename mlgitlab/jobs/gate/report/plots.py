"""Curves of candidate and production in one drawing: ROC, precision and recall, calibration, residuals, latency."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Side
from mlgitlab.jobs.metrics.curves.axes import Axis, linear, logarithmic
from mlgitlab.jobs.metrics.curves.frame import Frame, grid, path, safe

WIDTH, HEIGHT = 360, 318
_LEFT, _TOP, _ACROSS, _TALL = 58, 30, 286, 216
_LEGEND = 300
_SPREAD = 20  # times: latencies further apart are drawn on a logarithmic axis
_CENT = (0.0, 1.0)
# What the axes are, and whether points are joined.
_AXES = {
    CurveKind.ROC: ("false positive rate", "true positive rate"),
    CurveKind.PRECISION_RECALL: ("recall", "precision"),
    CurveKind.CALIBRATION: ("mean predicted probability", "share of positives"),
    CurveKind.RESIDUALS: ("predicted", "truth minus predicted"),
    CurveKind.LATENCY: ("milliseconds", "share of requests that took at most that"),
    CurveKind.GROUPS: ("rate", ""),
}
NAMES = {
    CurveKind.ROC: "ROC",
    CurveKind.PRECISION_RECALL: "Precision and recall",
    CurveKind.CALIBRATION: "Calibration",
    CurveKind.RESIDUALS: "Residuals",
    CurveKind.LATENCY: "Latency",
    CurveKind.GROUPS: "Rates of groups",
}
# Neither side is told by its colour alone.
COLORS = {Side.CANDIDATE: "var(--c0)", Side.PRODUCTION: "var(--c1)"}
_DASHES = {Side.CANDIDATE: "", Side.PRODUCTION: ' stroke-dasharray="5 3"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The curves of one kind, set and title: production's first, so that the candidate's lies on top."""

    kind: CurveKind
    title: str
    dataset: str
    curves: tuple[Curve, ...]


def plots(curves: Iterable[Curve]) -> tuple[Plot, ...]:
    """Who shares a drawing, in the order of kinds, sets and titles."""
    found: dict[tuple[CurveKind, str, str], list[Curve]] = {}
    for curve in curves:
        found.setdefault((curve.kind, curve.dataset, curve.title), []).append(curve)
    kinds = list(CurveKind)
    ordered = sorted(found, key=lambda key: (kinds.index(key[0]), *key[1:]))
    return tuple(
        Plot(
            kind=key[0],
            dataset=key[1],
            title=key[2],
            curves=tuple(sorted(found[key], key=lambda curve: curve.side is Side.CANDIDATE)),
        )
        for key in ordered
    )


def draw(plot: Plot, ident: str) -> str:
    """The plot as an `svg` element. `ident` keeps the ids of one page apart."""
    frame = _frame(plot)
    across, up = _AXES[plot.kind]
    return "\n".join([
        *opening(HEIGHT, ident, NAMES[plot.kind], _described(plot)),
        *grid(frame, across),
        f'<text x="8" y="16">{up}</text>',
        *_guides(plot.kind, frame),
        *(part for curve in plot.curves for part in _curve(curve, frame)),
        *legend(plot.curves, _LEGEND),
        "</svg>",
    ])  # fmt: skip


def opening(height: int, ident: str, title: str, described: str) -> list[str]:
    """The start of a drawing, with what it says to those who do not see it."""
    return [
        f'<svg class="mlc plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{ident}t {ident}d">',
        f'<title id="{ident}t">{safe(title)}</title>',
        f'<desc id="{ident}d">{safe(described)}</desc>',
    ]


def legend(curves: Iterable[Curve], y: int) -> Iterator[str]:
    """What the lines and marks are."""
    sides = sorted({curve.side for curve in curves})
    for number, side in enumerate(sides):
        x = _LEFT + number * 130
        yield f'<path class="curve" stroke="{COLORS[side]}"{_DASHES[side]} d="M{x} {y} h26"/>'
        yield mark(side, f"{x + 13}", f"{y}")
        yield f'<text x="{x + 34}" y="{y}" dy="4">{side}</text>'


def mark(side: Side, x: str, y: str) -> str:
    """A disc for the candidate, a hollow square for production."""
    if side is Side.CANDIDATE:
        return f'<circle cx="{x}" cy="{y}" r="3" fill="{COLORS[side]}"/>'
    return f'<path class="curve" stroke="{COLORS[side]}" d="M{float(x) - 3:.1f} {float(y) - 3:.1f} h6 v6 h-6 z"/>'


def _frame(plot: Plot) -> Frame:
    every = [point for curve in plot.curves for point in _points(curve)]
    xs, ys = [point[0] for point in every], [point[1] for point in every]
    if plot.kind is CurveKind.RESIDUALS:
        x, y = linear(xs), linear([*ys, 0.0])
    elif plot.kind is CurveKind.LATENCY:
        x, y = _latencies(xs), linear([*ys, *_CENT])
    else:
        x, y = linear([*xs, *_CENT]), linear([*ys, *_CENT])
    return Frame(x=x, y=y, left=_LEFT, top=_TOP, width=_ACROSS, height=_TALL)


def _latencies(xs: list[float]) -> Axis:
    low, high = min(xs, default=0.0), max(xs, default=0.0)
    return logarithmic(xs) if low > 0 and high / low > _SPREAD else linear(xs)


def _points(curve: Curve) -> list[tuple[float, float]]:
    """The points that have a place."""
    pairs = zip(curve.x, curve.y, strict=False)
    return [(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]


def _guides(kind: CurveKind, frame: Frame) -> Iterator[str]:
    """What no skill, perfect calibration, or no error would look like."""
    if kind in (CurveKind.ROC, CurveKind.CALIBRATION):
        start, end = (f"{frame.across(at)} {frame.up(at)}" for at in _CENT)
        yield f'<path class="guide" d="{path([start, end])}"/>'
    if kind is CurveKind.RESIDUALS:
        yield f'<path class="guide" d="M{frame.left} {frame.up(0.0)} H{frame.right}"/>'


def _curve(curve: Curve, frame: Frame) -> Iterator[str]:
    places = [(frame.across(x), frame.up(y)) for x, y in _points(curve) if frame.x.holds(x)]
    joined = curve.kind is not CurveKind.RESIDUALS
    marked = curve.kind in (CurveKind.RESIDUALS, CurveKind.CALIBRATION) or len(places) == 1
    if curve.kind is CurveKind.CALIBRATION:
        yield from _bars(curve, frame)
    elif joined:
        yield from _band(curve, frame)
    if joined and len(places) > 1:
        line = path(f"{x} {y}" for x, y in places)
        yield f'<path class="curve" stroke="{COLORS[curve.side]}"{_DASHES[curve.side]} d="{line}"/>'
    if marked:
        yield f'<g class="{"few" if joined else "many"}">'
        yield from (mark(curve.side, x, y) for x, y in places)
        yield "</g>"


def _spans(curve: Curve, axis: Axis) -> list[tuple[float, float, float]]:
    """The points on the axis whose interval is known: x, low, high."""
    spans = zip(curve.x, curve.low, curve.high, strict=False)
    return [span for span in spans if all(map(math.isfinite, span)) and axis.low <= span[0] <= axis.high]


def _bars(curve: Curve, frame: Frame) -> Iterator[str]:
    for x, low, high in _spans(curve, frame.x):
        d = f"M{frame.across(x)} {frame.up(_inside(low, frame.y))} V{frame.up(_inside(high, frame.y))}"
        yield f'<path class="bar" stroke="{COLORS[curve.side]}" d="{d}"/>'


def _band(curve: Curve, frame: Frame) -> Iterator[str]:
    spans = _spans(curve, frame.x)
    if len(spans) > 1:
        there = [f"{frame.across(x)} {frame.up(_inside(low, frame.y))}" for x, low, _ in spans]
        back = [f"{frame.across(x)} {frame.up(_inside(high, frame.y))}" for x, _, high in reversed(spans)]
        yield f'<path class="band" fill="{COLORS[curve.side]}" d="{path([*there, *back])} Z"/>'


def _inside(value: float, axis: Axis) -> float:
    return max(axis.low, min(axis.high, value))


def _described(plot: Plot) -> str:
    across, up = _AXES[plot.kind]
    told = []
    for curve in plot.curves:
        points = _points(curve)
        missing = max(len(curve.x), len(curve.y)) - len(points)
        extra = f", {missing} more are no numbers" if missing else ""
        told.append(f"{curve.side}: {len(points)} points{extra}")
    return f"{up} by {across}. {'; '.join(told)}."
