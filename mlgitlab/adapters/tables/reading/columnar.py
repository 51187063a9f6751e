"""Parquet and Arrow (Feather): their own types, a bounded number of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from mlgitlab.adapters.tables.reading.sources import DataFile
from mlgitlab.adapters.tables.reading.trouble import bad

_CELLS = 8_000_000  # values in a batch: some 64 MiB of numbers
_BUFFER = 1 << 20  # bytes read ahead in one column; without it pyarrow reads whole row groups
_HINT = "is it complete? a cut-off download looks like this"


def read_parquet(file: DataFile, rows: int, columns: Sequence[str] | None) -> Iterator[pl.DataFrame]:
    """Frames of at most so many rows, the first even where there is none; only these columns."""
    try:
        with parquet.ParquetFile(str(file.path), buffer_size=_BUFFER, pre_buffer=False) as table:
            names = _unique(file, table.schema_arrow.names)
            wanted = [name for name in names if columns is None or name in columns]
            yield _frame(pa.Table.from_batches([], _only(table.schema_arrow, wanted)))
            size = max(1, min(rows, _CELLS // max(1, len(wanted))))
            for batch in table.iter_batches(batch_size=size, columns=wanted):
                yield _frame(batch)
    except (pa.ArrowException, OSError) as error:
        raise bad(file.name, f"is no whole Parquet file: {_first(error)}", _HINT) from None


def read_arrow(file: DataFile, rows: int, columns: Sequence[str] | None) -> Iterator[pl.DataFrame]:
    """The same for Arrow's file format (Feather is its other name) and its stream format."""
    try:
        with pa.memory_map(str(file.path)) as stream:
            opened = _opened(stream)
            names = _unique(file, opened.schema.names)
            wanted = [name for name in names if columns is None or name in columns]
            yield _frame(pa.Table.from_batches([], _only(opened.schema, wanted)))
            for batch in _record_batches(opened):
                kept = batch.select(wanted)
                for start in range(0, len(kept), rows):
                    yield _frame(kept.slice(start, rows))
    except (pa.ArrowException, OSError) as error:
        raise bad(file.name, f"is no whole Arrow file: {_first(error)}", _HINT) from None


def _opened(stream: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    if stream.read(6) == b"ARROW1":
        return pa.ipc.open_file(stream)
    stream.seek(0)
    return pa.ipc.open_stream(stream)


def _record_batches(opened: Any) -> Iterator[Any]:  # noqa: ANN401 (pyarrow has no types)
    if hasattr(opened, "num_record_batches"):
        yield from (opened.get_batch(index) for index in range(opened.num_record_batches))
    else:
        yield from opened


def _only(schema: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 (pyarrow has no types)
    return pa.schema([schema.field(name) for name in names])


def _frame(table: Any) -> pl.DataFrame:  # noqa: ANN401 (pyarrow has no types)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame.columns = table.schema.names  # polars names a column that has no name
    return frame


def _unique(file: DataFile, names: Sequence[str]) -> Sequence[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise bad(file.name, f"has several columns named {', '.join(map(repr, twice))}", "give each its own name")
    return names


def _first(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
