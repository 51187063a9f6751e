"""A pair of axes in a drawing: its grid, its ticks, and lines in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from mlgitlab.jobs.metrics.curves.axes import Axis, labels
from mlgitlab.paths import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The axes, where they lie in the drawing (in its units), and the way from a point to there."""

    x: Axis
    y: Axis
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The end of the horizontal axis."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The low end of the vertical axis."""
        return self.top + self.height

    def across(self, value: float) -> str:
        """The horizontal place of a value."""
        return f"{self.left + self.x.place(value) * self.width:.1f}"

    def up(self, value: float) -> str:
        """The vertical place of a value."""
        return f"{self.bottom - self.y.place(value) * self.height:.1f}"


def grid(frame: Frame, across: str) -> Iterator[str]:
    """Lines and labels of both axes; `across` says what the horizontal one counts."""
    right, bottom = frame.right, frame.bottom
    for tick, label in zip(frame.y.ticks, labels(frame.y), strict=True):
        y = frame.up(tick)
        yield f'<line class="grid" x1="{frame.left}" x2="{right}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{frame.left - 8}" y="{y}" dy="4" text-anchor="end">{label}</text>'
    for tick, label in zip(frame.x.ticks, labels(frame.x), strict=True):
        x = frame.across(tick)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 5}"/>'
        yield f'<text x="{x}" y="{bottom + 19}" text-anchor="middle">{label}</text>'
    yield f'<text x="{(frame.left + right) / 2:.0f}" y="{bottom + 36}" text-anchor="middle">{safe(across)}</text>'


def path(places: Iterable[str]) -> str:
    """The commands of a line through places, each `x y`."""
    return "M" + " L".join(places)


def cut(text: str, most: int) -> str:
    """The text, at most so many characters of it."""
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def safe(text: str) -> str:
    """A text that nobody knows, as the content of an element or an attribute."""
    return escape(printable(text))
