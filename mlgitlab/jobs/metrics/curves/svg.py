"""One chart as an SVG element; its colours are those of the reader's light or dark scheme."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlgitlab.jobs.metrics.curves.axes import linear, logarithmic
from mlgitlab.jobs.metrics.curves.charts import Chart, Line
from mlgitlab.jobs.metrics.curves.frame import Frame, cut, grid, path, safe
from mlgitlab.jobs.metrics.openmetrics import shown

WIDTH = 680
_LEFT, _RIGHT, _TOP, _PLOT, _BOTTOM = 72, 20, 40, 220, 58
_LEGEND = 20  # the height of one entry
_COLORS = 8
_LONGEST_LABEL = 72
_MOST_MARKS = 50  # of what is not finite, on one line
LIGHT = ("#0b62c4", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be185d", "#0e7490", "#475569")
DARK = ("#6ab0ff", "#ff9a5c", "#5fd38d", "#c99bff", "#e6c34d", "#ff8ac0", "#4dd0e1", "#a8b3c2")


def height(chart: Chart) -> int:
    """The drawing's height: each line has an entry below the axes."""
    return _TOP + _PLOT + _BOTTOM + _LEGEND * len(chart.lines)


def style() -> str:
    """The style sheet of every chart on a page."""
    return (
        f".mlc{{--ink:#1f2328;--paper:#ffffff;--grid:#dfe3e8;--bad:#c1121f;{_variables(LIGHT)}}}"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{.mlc{{--ink:#e6edf3;--paper:#0d1117;--grid:#30363d;--bad:#ff7b72;{_variables(DARK)}}}}}"
        ".mlc{background:var(--paper)}"
        ".mlc text{font:12px system-ui,sans-serif;fill:var(--ink)}"
        ".mlc .name{font-size:14px;font-weight:600}"
        ".mlc .grid{stroke:var(--grid);stroke-width:1}"
        ".mlc .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}"
        ".mlc .bad{fill:var(--bad);font-weight:700}"
        ".mlc .paper{fill:var(--paper)}"
    )


def draw(chart: Chart, number: int, *, log: bool = False, y: int = 0) -> str:
    """The chart as an `svg` element. `number` keeps the ids of one page apart; `y` is its place in a larger drawing."""
    steps = [step for line in chart.lines for step, _ in line.points]
    values = [value for line in chart.lines for _, value in line.points]
    frame = Frame(
        x=linear(steps, tight=True),
        y=logarithmic(values) if log else linear(values),
        left=_LEFT,
        top=_TOP,
        width=WIDTH - _LEFT - _RIGHT,
        height=_PLOT,
    )
    size = f'width="{WIDTH}" height="{height(chart)}" viewBox="0 0 {WIDTH} {height(chart)}"'
    ids = f'role="img" aria-labelledby="mlc{number}t mlc{number}d"'
    place = f' y="{y}"' if y else ""
    title = cut(chart.title, _LONGEST_LABEL)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mlc"{place} {size} {ids}>',
        f'<title id="mlc{number}t">{safe(chart.title)}</title>',
        f'<desc id="mlc{number}d">{safe(_described(chart, frame))}</desc>',
        f'<rect class="paper" width="{WIDTH}" height="{height(chart)}"/>',
        f'<text class="name" x="{_LEFT}" y="22">{safe(title)}{" (logarithmic)" if log else ""}</text>',
        *grid(frame, "step"),
        *(part for index, line in enumerate(chart.lines) for part in _curve(line, index, frame)),
        *(part for index, line in enumerate(chart.lines) for part in _entry(line, index)),
        "</svg>",
    ])  # fmt: skip


def _variables(colors: tuple[str, ...]) -> str:
    return "".join(f"--c{index}:{color};" for index, color in enumerate(colors)).rstrip(";")


def _curve(line: Line, index: int, frame: Frame) -> Iterator[str]:
    """The line, broken where a value has no place; a lone point as a dot; what is not finite as a cross below."""
    pieces: list[list[str]] = [[]]
    marks = []
    for step, value in line.points:
        if not math.isfinite(step):
            continue
        if frame.y.holds(value):
            pieces[-1].append(f"{frame.across(step)} {frame.up(value)}")
        else:
            pieces.append([])
            marks.append(frame.across(step))
    long = [path(piece) for piece in pieces if len(piece) > 1]
    if long:
        yield f'<path class="curve" {_stroke(index)} d="{" ".join(long)}"/>'
    for piece in pieces:
        if len(piece) == 1:
            x, y = piece[0].split()
            yield f'<circle cx="{x}" cy="{y}" r="3" fill="var(--c{index % _COLORS})"/>'
    for x in marks[:: math.ceil(len(marks) / _MOST_MARKS) or 1]:
        yield f'<text class="bad" x="{x}" y="{_TOP + _PLOT - 3}" text-anchor="middle">\u00d7</text>'


def _entry(line: Line, index: int) -> Iterator[str]:
    """The line's entry below the axes: its colour, its name, its newest value."""
    y = _TOP + _PLOT + _BOTTOM + index * _LEGEND
    bad = "" if math.isfinite(line.last) else ' class="bad"'
    yield f'<path class="curve" {_stroke(index)} d="M{_LEFT} {y} h24"/>'
    value = f"<tspan{bad}>{_value(line.last)}</tspan>"
    yield f'<text x="{_LEFT + 32}" y="{y}" dy="4">{safe(cut(line.label, _LONGEST_LABEL))}  {value}</text>'


def _described(chart: Chart, frame: Frame) -> str:
    return ". ".join(_told(line, frame) for line in chart.lines) + "."


def _told(line: Line, frame: Frame) -> str:
    broken = sum(not math.isfinite(value) for _, value in line.points)
    hidden = sum(math.isfinite(value) and not frame.y.holds(value) for _, value in line.points)
    first = f"{line.label}: {line.count} values, from {_value(line.points[0][1])} to {_value(line.last)}"
    extra = [f"{broken} not finite"] * bool(broken) + [f"{hidden} not above zero"] * bool(hidden)
    return ", ".join([first, *extra])


def _stroke(index: int) -> str:
    dashes = index // _COLORS
    dash = f' stroke-dasharray="{2 + 3 * dashes} 3"' if dashes else ""
    return f'stroke="var(--c{index % _COLORS})"{dash}'


def _value(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else shown(value)
