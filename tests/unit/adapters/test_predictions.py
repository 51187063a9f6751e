"""Files of predictions, which may hold anything."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from mlgitlab.adapters.predictions import read_columns, read_ids
from mlgitlab.errors import RefusedError, UsageError


def csv(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "p.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(tmp_path: Path, **columns: object) -> Path:
    path = tmp_path / "p.parquet"
    parquet.write_table(pa.table(columns), path)
    return path


def test_only_the_columns_that_are_asked_for_are_read(tmp_path: Path) -> None:
    found = read_columns(csv(tmp_path, "id,truth,secret\na,1,x\nb,2,y\n"), "p.csv", ["id", "truth", "absent"])
    assert {name: column.tolist() for name, column in found.items()} == {"id": ["a", "b"], "truth": ["1", "2"]}


def test_a_csv_may_have_a_mark_quotes_and_line_ends_of_any_kind(tmp_path: Path) -> None:
    found = read_columns(csv(tmp_path, '\ufeffid,truth\r\n"a,\nb",1\r\n\r\n'), "p.csv", None)
    assert found["id"].tolist() == ["a,\nb"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "'p.csv' is empty"),
        (b"id,id\na,b\n", "two columns 'id'"),
        (b"id,truth\na\n", "p.csv:2: 1 values where there are 2 columns"),
        (b'id,truth\n"a,1\n', "p.csv:2: unexpected end of data"),
        (b"id,truth\n\xff,1\n", "is no UTF-8 text"),
        (b"id\n" + b"x" * 200_000 + b"\n", "field larger than field limit"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_columns(csv(tmp_path, content), "p.csv", None)
    assert told in refused.value.message


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_no_bytes_are_more_than_a_refusal(tmp_path: Path, content: bytes) -> None:
    for name in ("p.csv", "p.parquet"):
        path = tmp_path / name
        path.write_bytes(content)
        with contextlib.suppress(RefusedError):
            read_columns(path, name, None)


def test_parquet_keeps_its_types_and_a_missing_value_is_empty_or_no_number(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        id=pa.array([1, 2]),
        name=pa.array(["a", None]),
        region=pa.array(["n", "s"]).dictionary_encode(),
        p=pa.array([0.5, None]),
        count=pa.array([3, None]),
        yes=pa.array([True, False]),
    )
    found = read_columns(path, "p.parquet", None)
    assert found["id"].tolist() == [1, 2]
    assert found["name"].tolist() == ["a", ""]
    assert found["region"].tolist() == ["n", "s"]
    assert np.isnan(found["p"]).tolist() == [False, True]
    assert np.isnan(found["count"]).tolist() == [False, True]
    assert found["yes"].tolist() == [True, False]


def test_a_column_that_is_neither_text_nor_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="of type list"):
        read_columns(table(tmp_path, id=pa.array([[1], [2]])), "p.parquet", None)


def test_another_kind_of_file_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file of predictions"):
        read_columns(tmp_path / "p.pkl", "p.pkl", None)
    with pytest.raises(UsageError, match="cannot read"):
        read_columns(tmp_path / "p.csv", "p.csv", None)


def test_ids_are_lines_or_a_column(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("a\n b \n\nc\n", "utf-8")
    assert read_ids(tmp_path / "rows.txt", "rows.txt", "id") == ["a", "b", "c"]
    assert read_ids(csv(tmp_path, "id,x\na,1\n"), "p.csv", "id") == ["a"]
    with pytest.raises(RefusedError, match="no column"):
        read_ids(csv(tmp_path, "x\n1\n"), "p.csv", "id")
