"""What a validation looks at and finds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a check looks at. PRESENCE: that a column, or a value in it, is there at all."""

    VALUE = "value"
    TYPE = "type"
    PRESENCE = "presence"
    DRIFT = "drift"


class How(StrEnum):
    """On what a check ran.

    COLUMNS: the names alone. CHUNKS: some rows at a time, which is exact because each row's answer depends on that
    row alone. DIGESTS: digests of all values, on disk. WHOLE: all rows at once, in memory. ENGINE: all rows, by
    Spark. PROFILE: the profile of all rows.
    """

    COLUMNS = "columns"
    CHUNKS = "chunks"
    DIGESTS = "digests"
    WHOLE = "whole"
    ENGINE = "engine"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Check:
    """One check. `column` is empty for a check of whole rows; names are unique within a column."""

    column: str
    name: str
    kind: Kind
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row that fails: its number in the file, the first row of data being 1, and what stands in some columns."""

    file: str
    row: int
    values: tuple[tuple[str, str], ...]

    @property
    def value(self) -> str:
        """The values as one text, with the columns' names where there are several."""
        if len(self.values) == 1:
            return self.values[0][1]
        return ", ".join(f"{name}={value}" for name, value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one check.

    rows: how many rows fail; None where nobody counted them (Spark, or a check that answers for all rows at once).
    ran: False for a check that could not be run, which is a failure. error: what a check raised instead of answering.
    """

    check: Check
    passed: bool
    rows: int | None = None
    detail: str = ""
    error: str = ""
    samples: tuple[Sample, ...] = ()
    ran: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What an engine found in the data: how many rows of how many files, the columns' names, and each check's result.

    warnings: checks that only warn (`raise_warning`) and had something to say.
    """

    rows: int
    files: int
    columns: tuple[str, ...]
    results: tuple[Result, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is validated, as reports name it. `data` and `schema` are a path or an address."""

    dataset: str
    data: str
    schema: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for one dataset. `problems` are faults of the dataset as a whole: unreadable, no rows, no checks."""

    subject: Subject
    rows: int = 0
    files: int = 0
    results: tuple[Result, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Result, ...]:
        """The results that fail, in the order of the checks."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def passed(self) -> bool:
        """Whether the data may be used."""
        return not self.problems and not self.failures

    def count(self, kind: Kind) -> int:
        """How many checks of a kind ran."""
        return sum(result.ran for result in self.results if result.check.kind is kind)
