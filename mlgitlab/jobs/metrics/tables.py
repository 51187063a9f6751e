"""Numbers in CSV: a row of them, a log with a row for each step, or names beside values."""

from __future__ import annotations

import csv
import re
from io import StringIO

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.numbers import Collector
from mlgitlab.jobs.metrics.steps import step_name
from mlgitlab.jobs.metrics.trees import decoded

_DELIMITERS = ",;\t"
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*(?:e[+-]?[0-9]+)?|\.[0-9]+(?:e[+-]?[0-9]+)?|nan|inf|infinity)", re.IGNORECASE
)


def number(cell: str) -> float | None:
    """The cell's number, `nan` and `inf` among them; None where it is none."""
    return float(cell) if _NUMBER.fullmatch(cell) else None


def gather_csv(content: bytes, source: str, into: Collector) -> None:
    """Note the numbers of a CSV file; commas, semicolons or tabs between the cells.

    Two columns, the left of texts and the right of numbers: names and values. Else the first row has the names; with
    one row below it and no column for the step they are metrics, otherwise each column is a series.
    """
    rows = _rows(decoded(content, source), source)
    if not rows:
        raise UsageError(f"{source}: the file is empty")
    if _names_beside_values(rows):
        _gather_pairs(rows, into)
    else:
        _gather_columns(rows, source, into)


def _rows(text: str, source: str) -> list[list[str]]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        found = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{source}: not valid CSV: {error}") from None
    return [[cell.strip() for cell in row] for row in found if any(cell.strip() for cell in row)]


def _names_beside_values(rows: list[list[str]]) -> bool:
    if any(len(row) != 2 for row in rows):
        return False
    body = rows if number(rows[0][1]) is not None else rows[1:]
    return (
        bool(body)
        and all(number(left) is None for left, _ in body)
        and any(number(right) is not None for _, right in body)
    )


def _gather_pairs(rows: list[list[str]], into: Collector) -> None:
    for name, cell in rows if number(rows[0][1]) is not None else rows[1:]:
        value = number(cell)
        if value is None:
            into.ignore(name, f"the text {quoted(cell)}" if cell else "empty")
        else:
            into.metric(name, value)


def _gather_columns(rows: list[list[str]], source: str, into: Collector) -> None:
    header, *body = rows
    _check(header, body, source)
    key = step_name(header, lambda name: all(number(row[header.index(name)]) is not None for row in body))
    single = len(body) == 1 and not key
    for index, row in enumerate(body):
        cells = dict(zip(header, row, strict=True))
        step = number(cells.pop(key)) if key else None
        for name, cell in cells.items():
            value = number(cell)
            if value is None and cell:
                (into.ignore if single else into.hole)(name, f"the text {quoted(cell)}")
            elif value is not None and single:
                into.metric(name, value)
            elif value is not None:
                into.point(name, index if step is None else step, value)


def _check(header: list[str], body: list[list[str]], source: str) -> None:
    if not body:
        raise UsageError(f"{source}: there is a first row, and none below it", "is it the names, or the values?")
    if all(number(name) is not None for name in header):
        raise UsageError(f"{source}: the first row is numbers, and nothing says what they are", "add a row of names")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "" in header:
        what = f"two columns are called {quoted(twice[0])}" if twice and twice[0] else "a column has no name"
        raise UsageError(f"{source}: {what}")
    for index, row in enumerate(body, 2):
        if len(row) != len(header):
            raise UsageError(
                f"{source}: row {index} has {len(row)} cells, and the first has {len(header)}",
                "was the file cut short?",
            )
