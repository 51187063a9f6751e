"""The rows of a source, some at a time: memory is bounded by the batch, whatever the size of the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from mlgitlab import paths
from mlgitlab.adapters.tables.reading import columnar, delimited, kinds, objects
from mlgitlab.adapters.tables.reading.kinds import Types
from mlgitlab.adapters.tables.reading.sources import DataFile, Format, Source
from mlgitlab.adapters.tables.reading.trouble import TableError

ROWS = 100_000
_TEXT = (Format.CSV, Format.TSV)
_OBJECTS = (Format.JSONL, Format.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one file. `path`: its name; `first_row`: the number of the first of them in the file, from 1."""

    path: str
    first_row: int
    frame: pl.DataFrame


def batches(
    source: Source,
    rows: int = ROWS,
    columns: Sequence[str] | None = None,
    schema: Types | None = None,
    *,
    as_text: bool = False,
) -> Iterator[Batch]:
    """All rows in the order of the files, at most `rows` in a batch; a file without rows gives one empty batch.

    Types: with `as_text`, what has no types of its own (CSV, TSV) stays text. With `schema`, columns become of these
    types; one with a value that its type cannot hold stays as it was read, in that batch. With neither, the types are
    those of `types_of`, which reads text and JSON once more; files with types of their own keep them.
    TableError names the file, and the line where it is known.
    """
    types = schema
    if schema is None and not (as_text and source.format in _TEXT):
        types = types_of(source) if source.format in (*_TEXT, *_OBJECTS) else {}
    wanted = None if columns is None else [*columns]
    first: _Shape | None = None
    for file in source.files:
        row, ready = 1, None
        for frame in _frames(source.format, file, rows, wanted):
            whole = _partitioned(frame, file)
            if source.format in _OBJECTS:
                whole = objects.completed(whole, types or {})
            else:
                first = first or _Shape(file=file, columns=tuple(whole.columns))
                whole = first.fit(whole, file)
            chosen = (
                whole if wanted is None else kinds.chosen(whole, [name for name in whole.columns if name in wanted])
            )
            ready = kinds.conform(chosen, types or {})
            for part in ready.iter_slices(rows):
                if len(part):
                    yield Batch(path=file.name, first_row=row, frame=part)
                    row += len(part)
        if row == 1 and ready is not None:
            yield Batch(path=file.name, first_row=1, frame=ready.clear())


def types_of(source: Source) -> dict[str, pl.DataType]:
    """The type of each column over all files, in the order of the first.

    Text and JSON are read to the end: a type that only the first rows have would be wrong. Parquet and Arrow say
    theirs. Values of several types make text.
    """
    found: dict[str, pl.DataType] = {}
    own = source.format not in (*_TEXT, *_OBJECTS)
    for file in source.files:
        for frame in _frames(source.format, file, ROWS, None):
            whole = _partitioned(frame, file)
            found = kinds.together(found, _types(whole, found, {key for key, _ in file.partition}, source.format))
            if own:
                break  # the first frame, of no rows, has them
    return found


def _types(frame: pl.DataFrame, known: Types, folders: set[str], format_: Format) -> dict[str, pl.DataType]:
    found = {}
    for column in frame.iter_columns():
        if format_ in _TEXT or column.name in folders:
            settled = known.get(column.name) == pl.String
            found[column.name] = pl.String() if settled else kinds.narrowest(kinds.plain(column))
        else:
            found[column.name] = column.dtype
    return found


def _frames(format_: Format, file: DataFile, rows: int, columns: Sequence[str] | None) -> Iterator[pl.DataFrame]:
    match format_:
        case Format.CSV:
            return delimited.read(file, ",")
        case Format.TSV:
            return delimited.read(file, "\t")
        case Format.PARQUET:
            return columnar.read_parquet(file, rows, columns)
        case Format.ARROW:
            return columnar.read_arrow(file, rows, columns)
        case Format.JSONL:
            return objects.read_lines(file)
        case Format.JSON:
            return objects.read_array(file)


def _partitioned(frame: pl.DataFrame, file: DataFile) -> pl.DataFrame:
    """With the folders' values as columns of text; a column of that name in the file gives way, as in Hive."""
    return frame.with_columns(pl.lit(value, dtype=pl.String).alias(key) for key, value in file.partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """The columns of the first file, which all others must have."""

    file: DataFile
    columns: tuple[str, ...]

    def fit(self, frame: pl.DataFrame, file: DataFile) -> pl.DataFrame:
        """The frame with its columns in the first file's order; TableError where they are others."""
        gone = [name for name in self.columns if name not in frame.columns]
        new = [name for name in frame.columns if name not in self.columns]
        if gone or new:
            lacks = f"lacks {', '.join(map(repr, gone))}" if gone else ""
            adds = f"adds {', '.join(map(repr, new))}" if new else ""
            what = paths.printable(" and ".join(filter(None, (lacks, adds))))
            raise TableError(
                f"{paths.show(file.name)} {what}, compared with {paths.show(self.file.name)}",
                "the files of one dataset have the same columns",
            )
        return kinds.chosen(frame, self.columns)
