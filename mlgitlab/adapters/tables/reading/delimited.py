"""CSV and TSV, as text: by pyarrow's streaming reader, which refuses rows that are too short, too."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from typing import IO, Any

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow

from mlgitlab.adapters.tables.reading.sources import DataFile
from mlgitlab.adapters.tables.reading.trouble import TableError, bad

_BLOCK = 4 << 20  # bytes; no row may be longer
_OTHERS = {"\t": "tabs", ";": "semicolons", "|": "bars"}
_LINE = 1 << 20  # characters of a field that the search for a fault reads; the csv module's own limit is 128 KiB


def read(file: DataFile, delimiter: str) -> Iterator[pl.DataFrame]:
    """Frames of text, the first even where there is no row. Empty fields are missing values, `""` is empty text."""
    header = _header(file, delimiter)
    try:
        with pa.input_stream(str(file.path)) as stream:
            reader = arrow.open_csv(
                stream,
                read_options=arrow.ReadOptions(
                    block_size=_BLOCK, use_threads=False, column_names=header, skip_rows_after_names=0
                ),
                parse_options=_parsing(arrow, delimiter, len(header)),
                convert_options=arrow.ConvertOptions(
                    column_types=dict.fromkeys(header, pa.large_string()),
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    null_values=[""],
                ),
            )
            first = True  # the header itself, which was given as a row: pyarrow would rename what stands there twice
            yield pl.DataFrame(schema=dict.fromkeys(header, pl.String))
            for batch in reader:
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                frame.columns = header  # polars names a column that has no name
                yield frame.slice(1) if first and len(frame) else frame
                first = first and not len(frame)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise _explained(file, delimiter, len(header), str(error)) from None


def _parsing(arrow: Any, delimiter: str, width: int) -> Any:  # noqa: ANN401 (pyarrow has no types)
    # In a table of one column an empty line is a row whose value is missing; in any other it is no row.
    return arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=width > 1)


def _header(file: DataFile, delimiter: str) -> list[str]:
    try:
        with _text(file) as lines:
            names = next(csv.reader(lines, delimiter=delimiter), None)
    except UnicodeDecodeError:
        raise bad(file.name, "is not UTF-8 text", "save it as UTF-8", line=_undecodable(file)) from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise bad(file.name, f"cannot be read: {error}", "is it complete, and what its name says?") from None
    if names is None:
        raise bad(file.name, "is empty: not even a header", "was it fetched? (a DVC or LFS pointer needs a pull)")
    if not names:
        raise bad(file.name, "starts with an empty line", "the first line names the columns", line=1)
    if len(names) == 1 and (other := next((mark for mark in _OTHERS if mark in names[0]), "")):
        raise bad(
            file.name,
            f"has one column, whose name holds {_OTHERS[other]}",
            "say `format: tsv` for tabs; write other separators as commas",
            line=1,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise bad(
            file.name, f"has several columns named {', '.join(map(repr, twice))}", "give each its own name", line=1
        )
    return names


def _text(file: DataFile, errors: str = "strict") -> IO[str]:
    return io.TextIOWrapper(pa.input_stream(str(file.path)), encoding="utf-8-sig", errors=errors, newline="")


def _explained(file: DataFile, delimiter: str, width: int, said: str) -> TableError:
    """Look for the first row that is at fault, slowly, since pyarrow does not always know its line."""
    before = csv.field_size_limit(_LINE)
    try:
        with _text(file) as lines:
            reader = csv.reader(lines, delimiter=delimiter)
            end = 0
            for row in reader:
                if row and len(row) != width:
                    what = f"this row has {len(row)} fields, the header {width}"
                    return bad(file.name, what, "quote a field that holds the separator", line=end + 1)
                end = reader.line_num
    except UnicodeDecodeError:
        return bad(file.name, "is not UTF-8 text", "save it as UTF-8", line=_undecodable(file))
    except (OSError, EOFError, zlib.error, csv.Error):
        pass  # what pyarrow said is as good
    finally:
        csv.field_size_limit(before)
    # What follows the colon quotes the row, which may be sensitive.
    what = said.partition(":")[0] if "CSV parse" in said else said
    return bad(file.name, f"cannot be read: {what}", "is it complete? a cut-off download looks like this")


def _undecodable(file: DataFile) -> int:
    """The first line with bytes that are no UTF-8; 0 where it cannot be found."""
    with _text(file, errors="surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            if any("\ud800" <= character <= "\udfff" for character in line):
                return number
    return 0
