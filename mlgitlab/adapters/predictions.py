"""Columns of a CSV or Parquet file, of those that are asked for. The file may hold anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlgitlab import paths
from mlgitlab.errors import RefusedError, UsageError

_MOST_ROWS = 50_000_000
# pyarrow's kinds of columns that numbers are made of.
_NUMBERS = ("int", "uint", "float", "double", "halffloat", "decimal", "bool")


def read_columns(path: Path, name: str, wanted: Iterable[str] | None) -> Mapping[str, np.ndarray[Any, Any]]:
    """The columns that the file has of those that are `wanted`, or all; `name` is what messages call the file.

    Texts, numbers or booleans as numpy has them; a missing text is empty, a missing number NaN. RefusedError for what
    is no table, UsageError for another kind of file or one that cannot be read.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return _csv(path, name, wanted)
    if kind in (".parquet", ".pq"):
        return _parquet(path, name, wanted)
    raise UsageError(
        f"{paths.show(name)!r} is no file of predictions that could be read", "its name ends in .csv or .parquet"
    )


def read_ids(path: Path, name: str, column: str) -> Sequence[str]:
    """The ids in a file: those of a column of CSV or Parquet, or else a text file's lines."""
    if path.suffix.lower() in (".csv", ".parquet", ".pq"):
        found = read_columns(path, name, [column])
        if column not in found:
            raise RefusedError(f"{paths.show(name)!r} has no column {column!r} with the ids of rows")
        return [str(each) for each in found[column].tolist()]
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise RefusedError(f"{paths.show(name)!r} is no UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"cannot read {paths.show(name)!r}: {error.strerror}") from None


def _csv(path: Path, name: str, wanted: Iterable[str] | None) -> Mapping[str, np.ndarray[Any, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _rows(stream, name, wanted)
    except UnicodeDecodeError:
        raise RefusedError(f"{paths.show(name)!r} is no UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"cannot read {paths.show(name)!r}: {error.strerror}") from None


def _rows(stream: io.TextIOBase, name: str, wanted: Iterable[str] | None) -> Mapping[str, np.ndarray[Any, Any]]:
    reader = csv.reader(stream, strict=True)
    try:
        header = next(reader, None)
        if not header:
            raise RefusedError(f"{paths.show(name)!r} is empty: it has no line with the names of columns")
        twice = sorted({each for each in header if header.count(each) > 1})
        if twice:
            raise RefusedError(f"{paths.show(name)!r} has two columns {twice[0]!r}")
        places = [place for place, each in enumerate(header) if wanted is None or each in set(wanted)]
        kept: list[list[str]] = [[] for _ in places]
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                what = f"{len(row)} values where there are {len(header)} columns"
                raise RefusedError(f"{paths.show(name)}:{reader.line_num}: {what}")
            for column, place in zip(kept, places, strict=True):
                column.append(row[place])
    except csv.Error as error:
        raise RefusedError(f"{paths.show(name)}:{reader.line_num}: {paths.printable(str(error))}") from None
    return {header[place]: np.array(column, dtype=np.str_) for place, column in zip(places, kept, strict=True)}


def _parquet(path: Path, name: str, wanted: Iterable[str] | None) -> Mapping[str, np.ndarray[Any, Any]]:
    try:
        import pyarrow as pa  # noqa: PLC0415 (an extra, for this format alone)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise UsageError("reading Parquet needs pyarrow", 'pip install "mlgitlab[parquet]"') from None
    try:
        with parquet.ParquetFile(str(path)) as file:
            if file.metadata.num_rows > _MOST_ROWS:
                raise RefusedError(f"{paths.show(name)!r} has {file.metadata.num_rows} rows, and {_MOST_ROWS} are read")
            names = [each for each in file.schema_arrow.names if wanted is None or each in set(wanted)]
            table = file.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        what = paths.printable(str(error).partition("\n")[0][:200])
        raise RefusedError(f"{paths.show(name)!r} is no whole Parquet file: {what}") from None
    return {each: _column(table.column(each), name, each) for each in names}


def _column(column: Any, name: str, called: str) -> np.ndarray[Any, Any]:  # noqa: ANN401 (pyarrow has no types)
    kind = str(column.type)
    if kind.startswith("dictionary"):
        column = column.cast(column.type.value_type)
        kind = str(column.type)
    if kind.startswith(("string", "large_string", "string_view", "null")):
        return np.array(["" if each is None else each for each in column.to_pylist()], dtype=np.str_)
    if not kind.startswith(_NUMBERS):
        raise RefusedError(f"the column {called!r} of {paths.show(name)!r} is of type {kind}: texts and numbers count")
    if column.null_count or kind.startswith("decimal"):
        values = [float("nan") if each is None else float(each) for each in column.to_pylist()]
        return np.array(values, dtype=np.float64)
    found: np.ndarray[Any, Any] = column.to_numpy()
    return found
