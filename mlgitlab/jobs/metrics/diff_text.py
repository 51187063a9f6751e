"""A comparison of numbers as a table for a terminal, as Markdown for a merge request, and as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlgitlab.jobs.metrics.diff import Row
from mlgitlab.jobs.metrics.openmetrics import plain, shown
from mlgitlab.paths import printable

_HEAD = ("metric", "old", "new", "change", "%", "")
_DIGITS = 6
# What means something to Markdown or to the HTML in it.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~&$@:])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The rows, and what the two sides are."""

    old: str
    new: str
    rows: Sequence[Row]

    @property
    def summary(self) -> str:
        """The counts, and the names of what is not finite."""
        moved = sum(row.moved for row in self.rows)
        loud = [printable(row.name) for row in self.rows if not row.is_finite]
        counts = f"{moved} of {len(self.rows)} metrics differ"
        return f"{counts}; not finite: {', '.join(loud)}" if loud else counts


def as_table(told: Told) -> list[str]:
    """Lines of a table with even columns: names to the left, numbers to the right."""
    body = [(printable(row.name), *_cells(row)) for row in told.rows]
    widths = [max(map(len, column)) for column in zip(_HEAD, *body, strict=True)]

    def line(cells: tuple[str, ...]) -> str:
        first, *numbers, last = cells
        padded = [
            first.ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)),
        ]
        return "  ".join([*padded, last]).rstrip()

    sides = f"old: {printable(told.old)}, new: {printable(told.new)}"
    return [sides, *([line(_HEAD), *map(line, body)] if body else []), told.summary]


def as_markdown(told: Told) -> list[str]:
    """Lines of a Markdown table."""
    rows = [" | ".join((_marked(row.name), *_cells(row))) for row in told.rows]
    return [
        f"| metric | {_marked(told.old)} | {_marked(told.new)} | change | % | |",
        "|---|---:|---:|---:|---:|---|",
        *(f"| {row} |" for row in rows),
        "",
        _marked(told.summary),
    ]


def as_json(told: Told) -> str:
    """The facts; numbers that are not finite as the texts `NaN`, `+Inf` and `-Inf`."""
    facts = {
        "old": told.old,
        "new": told.new,
        "metrics": [
            {
                "name": row.name,
                "old": plain(row.old),
                "new": plain(row.new),
                "change": row.change,
                "percent": row.percent,
                "better": row.better,
            }
            for row in told.rows
        ],
    }
    return json.dumps(facts, indent=2, allow_nan=False)


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    change = "" if row.change is None else f"{row.change:+.{_DIGITS}g}" if row.change else "0"
    percent = "" if row.percent is None else f"{row.percent:+.1f}" if row.change else "0"
    return (_short(row.old), _short(row.new), change, percent, _remark(row))


def _remark(row: Row) -> str:
    if not row.is_finite:
        return "NOT FINITE"
    if row.old is None or row.new is None:
        return "only new" if row.old is None else "only old"
    return {True: "better", False: "worse", None: ""}[row.better]


def _short(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else shown(value)


def _marked(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", printable(text))
