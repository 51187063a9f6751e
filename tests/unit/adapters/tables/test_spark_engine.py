"""Validation by a real Spark on this machine. Takes Java, and the extra `spark`: some 450 MB to download."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgitlab.adapters.tables.reading import find_source
from mlgitlab.adapters.tables.schemas import load_schema
from mlgitlab.config.schema import Engine
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.data.validation import How, Subject, Verdict
from mlgitlab.jobs.data.validation_verdict import judge

pytest.importorskip("pyspark", reason='Spark is not installed: pip install "mlgitlab[spark]"')
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

from mlgitlab.adapters.tables import spark_engine

# pyspark leaves sockets and temporary folders to the end of the process.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SCHEMA = """
columns:
  id: {dtype: int64}
  amount: {dtype: float64, ge: 0, nullable: true}
  country: {dtype: string, isin: [DE, FR]}
  day: {dtype: date}
unique: [id]
"""
GOOD = "id,amount,country,day\n" + "".join(f"{n},{n}.5,DE,2024-01-0{n}\n" for n in range(1, 9))


@pytest.fixture(scope="module", autouse=True)
def _spark() -> Iterator[None]:
    yield
    spark_engine.session().stop()


def _validated(folder: Path, data: str, schema: str = SCHEMA, path: str = "data.csv") -> Verdict:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(data)
    file = folder / ("s.py" if "import " in schema else "s.yml")
    file.write_text(schema)
    loaded = load_schema(file, file.name, "schema" if file.suffix == ".py" else "", Engine.PYSPARK, [])
    given = spark_engine.Input.of(find_source(folder, path.partition("/")[0]), path)
    found = spark_engine.examine(loaded, given, 5)
    return judge(Subject(dataset="d", data=path, schema=file.name, engine="pyspark"), found, (), ())


def _failed(verdict: Verdict) -> dict[tuple[str, str], int | None]:
    return {(each.check.column, each.check.name): each.rows for each in verdict.failures}


def test_good_data_passes_and_every_check_ran_by_spark(tmp_path: Path) -> None:
    verdict = _validated(tmp_path, GOOD)
    assert verdict.passed, _failed(verdict)
    assert verdict.rows == 8
    assert {each.check.how for each in verdict.results} == {How.COLUMNS, How.ENGINE}


def test_all_that_is_wrong_is_said_though_pandera_does_not_raise(tmp_path: Path) -> None:
    verdict = _validated(tmp_path, GOOD + "1,-1,XX,yesterday\nx,2,,2024-01-09\n")
    assert _failed(verdict) == {
        ("id", "type LongType()"): 1,
        ("amount", "greater_than_or_equal_to(0)"): None,
        ("country", "not null"): 1,
        ("country", "isin(['DE', 'FR'])"): None,
        ("day", "type DateType()"): 1,
        ("", "unique (id)"): 2,
    }


def test_a_column_that_is_gone_is_no_crash(tmp_path: Path) -> None:
    assert ("day", "present") in _failed(_validated(tmp_path, "id,amount,country\n1,1,DE\n"))


def test_lines_of_json_and_partitions_have_the_types_of_the_schema(tmp_path: Path) -> None:
    schema = "columns: {a: {dtype: int64, ge: 0}, day: {dtype: date}}"
    lines = '{"a": 1}\n{"a": -1}\n{"a": "x"}\n'
    verdict = _validated(tmp_path, lines, schema, "d/day=2024-01-01/part.jsonl")
    assert _failed(verdict) == {
        ("a", "type LongType()"): 1,
        ("a", "greater_than_or_equal_to(0)"): None,
    }


def test_a_ragged_row_is_refused_and_not_filled_up(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read by Spark"):
        _validated(tmp_path, GOOD + "9,1\n")


def test_checks_of_ones_own_run_and_may_fail_or_raise(tmp_path: Path) -> None:
    schema = (
        "import pandera.pyspark as pa\nimport pyspark.sql.types as T\n"
        "def no(data): return False\n"
        "def odd(data): raise ValueError('values')\n"
        "schema = pa.DataFrameSchema({'id': pa.Column(T.LongType(), [pa.Check(no), pa.Check(odd)])})\n"
    )
    assert set(_failed(_validated(tmp_path, GOOD, schema))) == {("id", "no"), ("id", "odd")}
