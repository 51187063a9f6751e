"""What pandera found wrong with a frame, without its messages: those print values, and some are nobody's to see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One check that said no. `column` is empty for a check of whole rows.

    index: its place among the column's checks; None for a rule that pandera has built in, whose `reason` says which.
    rows: positions in the frame; None where pandera does not know them. error: the exception that a check raised.
    """

    column: str
    reason: str
    index: int | None = None
    rows: Sequence[int] | None = None
    error: str = ""


def violations(errors: Any, height: int) -> Iterator[Violation]:  # noqa: ANN401 (pandera has no types)
    """The parts of pandera's `SchemaErrors` for a frame of so many rows."""
    for error in errors.schema_errors:
        reason = error.reason_code.name if error.reason_code else "UNKNOWN"
        raised = reason == "CHECK_ERROR"
        yield Violation(
            column=str(error.schema.name) if type(error.schema).__name__ == "Column" else "",
            reason=reason,
            index=error.check_index,
            rows=None if raised else _rows(error, height),
            error=str(error.failure_cases) if raised else "",
        )


def _rows(error: Any, height: int) -> Sequence[int] | None:  # noqa: ANN401 (pandera has no types)
    cases, output = error.failure_cases, error.check_output
    if hasattr(cases, "columns") and "index" in cases.columns and not hasattr(cases, "get_column"):  # pandas
        index = cases["index"].dropna()
        return sorted({int(row) for row in index}) if len(index) else None
    if hasattr(output, "get_column") and len(output) == height and hasattr(cases, "columns"):  # polars
        rows: list[int] = (~output.get_column("check_output").fill_null(value=False)).arg_true().to_list()
        return rows
    return None  # one answer for all rows
