"""Failures of many chunks added up: how many rows fail each check, and the first few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mlgitlab.jobs.data.validation import Check, Result, Sample
from mlgitlab.jobs.data.validation_rules import Planned


@dataclass(slots=True)
class _Count:
    failed: bool = False
    rows: int | None = 0
    detail: str = ""
    error: str = ""
    samples: list[Sample] = field(default_factory=list)
    ran: bool = True


class Tally:
    """Counts failing rows by check. Memory grows with the checks, not with the rows."""

    def __init__(self, planned: Iterable[Planned], most: int) -> None:
        """`most`: how many failing rows of each check are kept as samples."""
        self._planned = {each.check: each for each in planned}
        self._counts = {check: _Count() for check in self._planned}
        self._most = most

    def rows(self, check: Check, rows: Sequence[int], sample: Callable[[int], Sample]) -> None:
        """Some rows fail; `sample` shows one of them."""
        if not len(rows):
            return
        count = self._counts[check]
        count.failed = True
        count.rows = None if count.rows is None else count.rows + len(rows)
        count.samples += [sample(row) for row in rows[: self._most - len(count.samples)]]

    def repeated(self, check: Check, rows: int, samples: Iterable[Sample]) -> None:
        """So many rows repeat a value; these are the first."""
        count = self._counts[check]
        count.failed, count.rows, count.samples = True, rows, list(samples)

    def whole(self, check: Check, detail: str, error: str = "") -> None:
        """The check fails, and nobody says for which rows; `error` is what it raised."""
        count = self._counts[check]
        count.failed, count.rows = True, None
        count.detail, count.error = count.detail or detail, count.error or error

    def impossible(self, check: Check, detail: str) -> None:
        """The check could not be run."""
        count = self._counts[check]
        count.failed, count.rows, count.detail, count.ran = True, None, detail, False

    def results(self) -> tuple[Result, ...]:
        """Each check's result, in the order of the plan; those that only warn are left out."""
        return tuple(
            Result(
                check=check,
                passed=not count.failed,
                rows=count.rows if count.failed else None,
                detail=count.detail,
                error=count.error,
                samples=tuple(count.samples),
                ran=count.ran,
            )
            for check, count in self._counts.items()
            if not self._planned[check].warns
        )

    def warnings(self) -> tuple[str, ...]:
        """What the checks that only warn have to say."""
        return tuple(
            f"{check.column or 'rows'}: {check.name}: {count.rows or 'some'} rows"
            for check, count in self._counts.items()
            if self._planned[check].warns and count.failed
        )
