"""The whole of a dataset through the checks of a schema, some rows at a time."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from mlgitlab.adapters.tables.casting import Written
from mlgitlab.adapters.tables.engines import Fitted, FrameEngine
from mlgitlab.adapters.tables.reading import Batch
from mlgitlab.adapters.tables.schema_rules import columns_of, part_of, rules_of
from mlgitlab.adapters.tables.uniqueness import Repeats
from mlgitlab.adapters.tables.violations import Violation
from mlgitlab.config.schema import Engine
from mlgitlab.jobs.data.validation import Check, Examined, How, Kind, Sample
from mlgitlab.jobs.data.validation_rules import NOT_NULL, Planned, Strict, by_names, plan, positions
from mlgitlab.jobs.data.validation_tally import Tally

if TYPE_CHECKING:
    import polars as pl

Schema = Any  # pandera has no types

_LONGEST = 300  # characters of a value


class Rows(Protocol):
    """The rows of a dataset, which can be read again."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        ...

    def batches(self) -> Iterator[Batch]:
        """All rows, some at a time."""
        ...

    def written(self, name: str) -> Written:
        """What the format says of a column's type."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`samples`: rows shown for each failing check. `whole`: bytes in memory for checks that need all rows at once."""

    samples: int = 5
    whole: int = 512 << 20


@dataclass(slots=True)
class _Kept:
    """Rows that are kept for checks that need all of them, until there are too many."""

    limit: int
    natives: list[Any] = field(default_factory=list)
    size: int = 0

    def add(self, native: Any, size: int) -> None:  # noqa: ANN401 (a frame of either engine)
        self.size += size
        if self.fits:
            self.natives.append(native)
        else:
            self.natives.clear()

    @property
    def fits(self) -> bool:
        return self.size <= self.limit


class Examination:
    """One pass over the rows. What it keeps grows with the checks, and with the limit for checks of all rows."""

    def __init__(
        self,
        schema: Schema,
        rows: Rows,
        engine: FrameEngine,
        kind: Engine,
        limits: Limits,
    ) -> None:
        self._rows, self._engine, self._limits = rows, engine, limits
        self._schema = schema
        self._rules = rules_of(schema, rows.names, kind)
        self._columns = {
            name: column for name, column in columns_of(schema, rows.names, kind)[0].items() if name in rows.names
        }
        self._planned = plan(self._rules, set(rows.names))
        self._tally = Tally(self._planned, limits.samples)
        self._written = {name: rows.written(name) for name in rows.names}
        self._kept = _Kept(limit=limits.whole)
        self._starts: list[
            tuple[int, str, int]
        ] = []  # global number of a batch's first row, its file, its number there

    def run(self, progress: Callable[[int], None]) -> Examined:
        """Read everything; `progress` is told of every batch's rows."""
        by_digests = [each.check for each in self._planned if each.check.how is How.DIGESTS]
        needs_all = any(each.check.how is How.WHOLE for each in self._planned)
        chunks = part_of(self._schema, self._columns, self._planned, How.CHUNKS)
        total = 0
        files: set[str] = set()
        with contextlib.ExitStack() as stack:
            repeats = {check: stack.enter_context(Repeats()) for check in by_digests}
            for batch in self._rows.batches():
                files.add(batch.path)
                if batch.frame.is_empty():
                    continue
                self._starts.append((total, batch.path, batch.first_row))
                frame = self._chosen(batch.frame)
                fitted = self._engine.fitted(frame, self._columns, self._written)
                self._chunk(chunks, fitted, frame, total)
                for check, found in repeats.items():
                    columns = self._unique_columns(check)
                    wrong = {row for name in columns for row in fitted.misfits.get(name, ())}
                    found.add(fitted.frame.select(columns), total, wrong)
                if needs_all:
                    self._kept.add(fitted.native, int(fitted.frame.estimated_size()))
                total += len(frame)
                progress(len(frame))
            if total:
                self._repeated(repeats)
                if needs_all:
                    self._all_rows()
        return Examined(
            rows=total,
            files=len(files),
            columns=self._rows.names,
            results=(*by_names(self._rules, self._rows.names), *self._tally.results()),
            warnings=self._tally.warnings(),
        )

    def _chosen(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows without the columns that the schema drops."""
        if self._rules.strict is Strict.DROP:
            return frame.select(name for name in frame.columns if name in self._columns)
        return frame

    def _chunk(self, schema: Any, fitted: Fitted, frame: pl.DataFrame, first: int) -> None:  # noqa: ANN401
        types = {each.check.column: each.check for each in self._planned if each.check.kind is Kind.TYPE}
        shown = partial(self._sample, frame, first)
        for name, wrong in fitted.misfits.items():
            self._tally.rows(types[name], wrong, partial(shown, name))
        found = list(self._engine.violations(schema, fitted.native))
        mistyped = {each.column for each in found if each.reason == "WRONG_DATATYPE"}
        missing = {each.column for each in found if each.reason == "SERIES_CONTAINS_NULLS"}
        chosen = positions(self._planned, How.CHUNKS)
        for each in found:
            if each.reason == "WRONG_DATATYPE":
                # Without types of its own, a column of pandas' has another type only because of what is missing in it.
                named = each.column in fitted.misfits or (each.column in missing and self._untyped(each.column))
                if not named:
                    self._tally.whole(types[each.column], f"the data has {fitted.native[each.column].dtype}")
            elif each.column not in mistyped or each.reason == "SERIES_CONTAINS_NULLS":
                misfits = frozenset(fitted.misfits.get(each.column, ()))
                self._note(self._check_of(each, chosen), each, shown, misfits)

    def _untyped(self, column: str) -> bool:
        return self._written[column] is not Written.TYPED

    def _check_of(self, found: Violation, chosen: Mapping[str, tuple[Planned, ...]]) -> Check:
        if found.index is not None:
            return chosen[found.column][found.index].check
        name = {"SERIES_CONTAINS_NULLS": NOT_NULL}.get(found.reason, "")
        fitting = (each.check for each in self._planned if (each.check.column, each.check.name) == (found.column, name))
        check = next(fitting, None)
        if check is None:
            # Nothing that pandera finds may be lost, whatever it is: then it is a bug of ours, and no pass.
            raise AssertionError(f"pandera reports {found.reason}, which was not asked")
        return check

    def _note(
        self, check: Check, found: Violation, shown: Callable[[str, int], Sample], misfits: AbstractSet[int]
    ) -> None:
        """`misfits` are counted as such already, and only look like missing values now."""
        if found.error:
            self._tally.whole(check, "the check itself failed", found.error)
        elif found.rows is None:
            self._tally.whole(check, "the check says no, for all rows at once")
        else:
            rows = [row for row in found.rows if row not in misfits]
            self._tally.rows(check, rows, partial(shown, check.column))

    def _unique_columns(self, check: Check) -> Sequence[str]:
        if check.column:
            return [check.column]
        return next(names for names in self._rules.unique if check.name == f"unique ({', '.join(names)})")

    def _repeated(self, repeats: Mapping[Check, Repeats]) -> None:
        found = {check: each.find(self._limits.samples) for check, each in repeats.items()}
        shown = self._read_again(sorted({row for _, rows in found.values() for row in rows}))
        for check, (count, rows) in found.items():
            if count:
                columns = self._unique_columns(check)
                self._tally.repeated(check, count, [sample_of(*shown[row], columns) for row in rows])

    def _read_again(self, wanted: Sequence[int]) -> dict[int, tuple[str, int, dict[str, Any]]]:
        """The rows of these global numbers."""
        found: dict[int, tuple[str, int, dict[str, Any]]] = {}
        first = 0
        for batch in self._rows.batches() if wanted else ():
            for row in wanted:
                if first <= row < first + len(batch.frame):
                    found[row] = (batch.path, batch.first_row + row - first, batch.frame.row(row - first, named=True))
            first += len(batch.frame)
            if first > wanted[-1]:
                break
        return found

    def _all_rows(self) -> None:
        chosen = positions(self._planned, How.WHOLE)
        checks = [each.check for group in chosen.values() for each in group]
        if not self._kept.fits:
            said = (
                f"needs all rows at once, and they take more than {self._limits.whole >> 20} MiB: raise --whole-limit, "
                "or write it as a check of single elements (`element_wise=True`)"
            )
            for check in checks:
                self._tally.impossible(check, said)
            return
        native = self._engine.joined(self._kept.natives)
        self._kept.natives.clear()
        schema = part_of(self._schema, self._columns, self._planned, How.WHOLE)
        shown = partial(self._sample, native, 0)
        for each in self._engine.violations(schema, native):
            self._note(self._check_of(each, chosen), each, shown, frozenset())

    def _sample(self, frame: Any, first: int, column: str, row: int) -> Sample:  # noqa: ANN401 (of either engine)
        """One row of a frame whose first row has the number `first` among all."""
        start, file, number = self._starts[bisect_right(self._starts, first + row, key=lambda each: each[0]) - 1]
        values = frame.row(row, named=True) if hasattr(frame, "row") else frame.iloc[row].to_dict()
        return sample_of(file, number + first + row - start, values, [column] if column else list(values))


def sample_of(file: str, row: int, values: Mapping[str, object], columns: Sequence[str]) -> Sample:
    """What stands in some columns of one row."""
    return Sample(file=file, row=row, values=tuple((name, _text(values[name])) for name in columns))


def _text(value: object) -> str:
    text = "missing" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
