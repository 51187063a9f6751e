"""What profiling touches: the rows of a table, counted by polars; loaded when needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mlgitlab.jobs.data.profile_counts import Like, Measured

if TYPE_CHECKING:
    from mlgitlab.cli.wiring.validation import Table


def count(table: Table, like: Like, progress: Callable[[int], None]) -> tuple[tuple[Measured, ...], int]:
    """What was counted of each column, and of how many rows."""
    from mlgitlab.adapters.tables.summaries import Measuring  # noqa: PLC0415 (an extra)

    measuring = Measuring(like)
    for frame in table.rows.typed():
        measuring.add(frame)
        progress(len(frame))
    return measuring.result(), measuring.rows


def texts(table: Table) -> tuple[str, ...]:
    """The columns that the files, or the names of their folders, hold as text."""
    from mlgitlab.adapters.tables.casting import Written  # noqa: PLC0415 (an extra)

    return tuple(name for name in table.rows.names if table.rows.written(name) is Written.TEXT)


def skipped(table: Table) -> tuple[str, ...]:
    """Files beside the data that are of no known format."""
    return table.source.skipped if table.source is not None else ()
