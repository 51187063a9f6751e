"""JSON lines, and JSON arrays of objects: one object is one row, a key that it lacks a missing value."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from mlgitlab.adapters.tables.reading.kinds import Types, chosen
from mlgitlab.adapters.tables.reading.sources import DataFile
from mlgitlab.adapters.tables.reading.trouble import bad

_BLOCK = 4 << 20  # bytes
_WHOLE = 256 << 20  # bytes: an array is read whole, so a larger one is refused
_LINE = 64 << 20  # bytes


def read_lines(file: DataFile) -> Iterator[pl.DataFrame]:
    """Frames of some megabytes of lines; each has the columns and the types of its own lines."""
    number = 0
    for lines in _blocks(file):
        yield _frame(file, lines, number)
        number += len(lines)
    if not number:
        raise bad(file.name, "is empty", "was it fetched? (a DVC or LFS pointer needs a pull)")


def read_array(file: DataFile) -> Iterator[pl.DataFrame]:
    """One frame: the objects of the array."""
    try:
        size = file.path.stat().st_size
        if size > _WHOLE:
            raise bad(file.name, f"is one JSON value of {size >> 20} MiB", "write JSON lines: one object on each line")
        rows = json.loads(file.path.read_bytes() or b"[]")
    except (ValueError, RecursionError) as error:
        raise bad(file.name, f"is no JSON: {error}", line=getattr(error, "lineno", 0)) from None
    except OSError as error:
        raise bad(file.name, f"cannot be read: {error.strerror}") from None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise bad(file.name, "is no JSON array of objects with at least one", "one object is one row")
    yield _table(rows)


def _blocks(file: DataFile) -> Iterator[list[bytes]]:
    rest = b""
    try:
        with pa.input_stream(str(file.path)) as stream:
            while block := stream.read(_BLOCK):
                *lines, rest = (rest + block).split(b"\n")
                if len(rest) > _LINE:
                    raise bad(file.name, f"has a line of more than {_LINE >> 20} MiB", "one object on each line")
                if lines:
                    yield lines
        if rest:
            yield [rest]
    except (OSError, EOFError, zlib.error) as error:
        raise bad(file.name, f"cannot be read: {error}", "is it complete? a cut-off download looks like this") from None


def _frame(file: DataFile, lines: list[bytes], before: int) -> pl.DataFrame:
    try:
        frame: pl.DataFrame = pl.read_ndjson(b"\n".join(lines), infer_schema_length=None)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        # Of several types, or not JSON at all: slower, and to the point.
        return _table(list(_objects(file, lines, before)))
    return frame


def _objects(file: DataFile, lines: Iterable[bytes], before: int) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, start=before + 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except UnicodeDecodeError:
            raise bad(file.name, "is not UTF-8 text", "save it as UTF-8", line=number) from None
        except (ValueError, RecursionError) as error:
            what = getattr(error, "msg", "nested too deeply")
            raise bad(file.name, f"is no JSON: {what}", "one object on each line", line=number) from None
        if not isinstance(row, dict):
            raise bad(file.name, "is no JSON object", "one object on each line is one row", line=number)
        yield row


def _table(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Columns of one type each; values of several types become text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({name: _column(name, [row.get(name) for row in rows]) for name in names})


def _column(name: str, values: list[Any]) -> pl.Series:
    found = {type(value) for value in values if value is not None}
    try:
        if bool not in found or len(found) == 1:  # polars would take true for 1
            return pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        pass
    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    text = [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]
    return pl.Series(name, text, dtype=pl.String)


def completed(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """The frame with a column of missing values for each that these lines lack, in the order of `types`."""
    lacking: Mapping[str, pl.DataType] = {name: dtype for name, dtype in types.items() if name not in frame.columns}
    whole = frame.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in lacking.items())
    return chosen(whole, [*types, *(name for name in frame.columns if name not in types)])
