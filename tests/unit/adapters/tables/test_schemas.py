"""Schemas in YAML and Python: what is loaded, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pandera.pandas as pa
import pytest

from mlgitlab.adapters.tables.schemas import load_schema
from mlgitlab.config.schema import Engine
from mlgitlab.errors import ConfigError, UsageError

PYTHON = """
import pandera.pandas as pd_
import pandera.polars as pl_

class Model(pl_.DataFrameModel):
    a: int

schema = pl_.DataFrameSchema({"a": pl_.Column(int)})
of_pandas = pd_.DataFrameSchema({"a": pd_.Column(int)})
number = 3

def built():
    return schema

def needs(x):
    return schema

def fails():
    raise RuntimeError("no such table")
"""


def _load(folder: Path, text: str, member: str = "", engine: Engine = Engine.POLARS) -> object:
    file = folder / ("s.py" if member else "s.yml")
    file.write_text(text)
    return load_schema(file, file.name, member, engine, [])


@pytest.mark.parametrize("member", ["schema", "Model", "built"])
def test_a_schema_in_python_is_an_object_a_model_or_a_function(tmp_path: Path, member: str) -> None:
    loaded = _load(tmp_path, PYTHON, member)
    assert list(loaded.columns) == ["a"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("nothing", "nothing named"),
        ("number", "no pandera schema, but int"),
        ("needs", "parameters"),
        ("fails", "RuntimeError: no such table"),
        ("of_pandas", "pandas schema, and the engine is polars"),
    ],
)
def test_what_is_no_schema_for_the_engine_is_refused(tmp_path: Path, member: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _load(tmp_path, PYTHON, member)


def test_a_module_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"s\.py.*cannot be imported: ModuleNotFoundError"):
        _load(tmp_path, "import no_such_module", "schema")


@pytest.mark.parametrize("engine", [Engine.POLARS, Engine.PANDAS])
def test_what_pandera_writes_is_read_by_either_engine(tmp_path: Path, engine: Engine) -> None:
    written = pa.DataFrameSchema(
        {
            "a": pa.Column("int64", [pa.Check.ge(0), pa.Check.in_range(1, 5, include_max=False)], nullable=True),
            "b": pa.Column("str", [pa.Check.str_length(1, 3), pa.Check.str_length(max_value=9)], unique=True),
            "t": pa.Column("datetime64[ns]", pa.Check.ge("2020-01-01")),
        },
        checks=pa.Check.ne(7),
        strict=True,
        unique=["a", "b"],
    ).to_yaml()
    assert written is not None
    loaded = _load(tmp_path, written, engine=engine)
    checks = {name: [check.error for check in column.checks] for name, column in loaded.columns.items()}  # type: ignore[attr-defined]
    assert checks["a"] == ["greater_than_or_equal_to(0)", "in_range(1, 5)"]
    assert len(checks["b"]) == 2
    assert "2020-01-01" in checks["t"][0]
    assert loaded.strict is True  # type: ignore[attr-defined]


def test_types_that_the_engine_lacks_and_wrong_arguments_are_all_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "columns:\n  a: {dtype: int46}\n  b: {dtype: object}\n  c: {str_length: {}}\n  d: {isin: }\n")
    assert [problem.where for problem in caught.value.problems] == [f"s.yml:{line}" for line in (2, 3, 4, 5)]
