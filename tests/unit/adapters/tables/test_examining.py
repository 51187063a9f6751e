"""Every row through the checks of a schema, on both engines that read frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgitlab.adapters.tables.examining import Limits
from mlgitlab.config.schema import Engine
from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.validation import How, Kind, Verdict
from tests.validations import failed, result, validated

ENGINES = [Engine.POLARS, Engine.PANDAS]
GOOD = "id,amount,country,day\n" + "".join(f"{n},{n}.5,DE,2024-01-0{n}\n" for n in range(1, 9))
SCHEMA = """
columns:
  id: {dtype: int64, unique: true}
  amount: {dtype: float64, ge: 0, nullable: true}
  country: {dtype: string, isin: [DE, FR]}
  day: {dtype: date, ge: 2024-01-01}
"""
POLARS = "import pandera.polars as pa\nimport polars as pl\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_data_as_the_schema_says_passes_and_the_checks_are_counted(tmp_path: Path, engine: Engine) -> None:
    verdict = validated(tmp_path, GOOD, SCHEMA, engine=engine)
    assert verdict.passed, failed(verdict)
    assert (verdict.rows, verdict.files) == (8, 1)
    assert [verdict.count(kind) for kind in Kind] == [4, 4, 7, 0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("row", "column", "check", "value"),
    [
        ("9,-1,DE,2024-01-09", "amount", "greater_than_or_equal_to(0)", "-1"),
        ("9,1,XX,2024-01-09", "country", "isin(['DE', 'FR'])", "XX"),
        ("9,1,DE,2023-12-31", "day", "greater_than_or_equal_to(2024-01-01)", "2023-12-31"),
        (",1,DE,2024-01-09", "id", "not null", "missing"),
        ("9,1,,2024-01-09", "country", "not null", "missing"),
    ],
)
def test_one_bad_row_is_named_with_its_value(
    tmp_path: Path, engine: Engine, row: str, column: str, check: str, value: str
) -> None:
    verdict = validated(tmp_path, f"{GOOD}{row}\n", SCHEMA, engine=engine)
    assert failed(verdict) == {(column, check): (1, [value])}
    assert result(verdict, column, check).samples[0].row == 9


@pytest.mark.parametrize("engine", ENGINES)
def test_values_of_a_wrong_type_are_failures_and_no_crash(tmp_path: Path, engine: Engine) -> None:
    verdict = validated(tmp_path, GOOD + "x9,much,DE,2024-13-01\n10,1e400x,FR,2024-01-10\n", SCHEMA, engine=engine)
    found = {column: values for (column, check), values in failed(verdict).items() if check.startswith("type ")}
    assert found == {"id": (1, ["x9"]), "amount": (2, ["much", "1e400x"]), "day": (1, ["2024-13-01"])}
    assert len(verdict.failures) == 3, "what has the wrong type is not also called missing, or repeated"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_that_is_repeated_far_away_is_found(tmp_path: Path, engine: Engine) -> None:
    verdict = validated(tmp_path, GOOD + "1,1,DE,2024-01-09\n", SCHEMA, engine=engine, chunk=2)
    assert failed(verdict) == {("id", "unique"): (2, ["1", "1"])}
    found = result(verdict, "id", "unique")
    assert [sample.row for sample in found.samples] == [1, 9]
    assert found.check.how is How.DIGESTS


def test_columns_that_are_unique_together_are_compared_over_files(tmp_path: Path) -> None:
    files = {"d/a.csv": "x,y\n1,1\n1,2\n", "d/b.csv": "x,y\n2,1\n1,2\n"}
    verdict = validated(tmp_path, files, "{columns: {x: {dtype: int64}}, unique: [x, y]}", path="d", chunk=1)
    assert failed(verdict) == {("", "unique (x, y)"): (2, ["x=1, y=2", "x=1, y=2"])}
    assert [(each.file, each.row) for each in verdict.failures[0].samples] == [("d/a.csv", 2), ("d/b.csv", 2)]


@pytest.mark.parametrize("engine", ENGINES)
def test_missing_unknown_and_unordered_columns_are_all_said(tmp_path: Path, engine: Engine) -> None:
    schema = "{columns: {a: {dtype: int64}, b: {dtype: int64}, gone: {dtype: int64}}, strict: true, ordered: true}"
    verdict = validated(tmp_path, "b,a,more\n1,1,1\n", schema, engine=engine)
    assert {name for _, name in failed(verdict)} == {"present", "no other columns", "order of columns"}


def test_a_pattern_describes_every_column_that_it_matches(tmp_path: Path) -> None:
    schema = "columns: {'v_\\d+': {dtype: int64, ge: 0, regex: true}, 'w_.*': {dtype: int64, regex: true}}"
    verdict = validated(tmp_path, "v_1,v_2\n1,-1\n", schema)
    assert set(failed(verdict)) == {("v_2", "greater_than_or_equal_to(0)"), ("w_.*", "present")}


def test_coercion_reports_every_column_and_not_only_the_first(tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    schema = "columns: {a: {dtype: int8, coerce: true}, b: {dtype: int8, coerce: true}, c: {dtype: int8, ge: 0}}"
    verdict = validated(tmp_path, {"d.jsonl": '{"a": 300, "b": "x", "c": -1}\n{"a": 1, "b": "2", "c": 1}\n'}, schema)
    assert {column for column, _ in failed(verdict)} == {"a", "b", "c"}


def test_no_type_and_no_check_of_a_value_is_a_failure(tmp_path: Path) -> None:
    verdict = validated(tmp_path, GOOD, "columns: {id: {}, amount: {nullable: true}}")
    assert not verdict.passed
    assert "no checks" in verdict.problems[0]


def test_no_rows_are_a_failure(tmp_path: Path) -> None:
    verdict = validated(tmp_path, "id,amount,country,day\n", SCHEMA)
    assert (verdict.passed, verdict.problems) == (False, ("the data has no rows",))


MEAN = POLARS + (
    "def mean(data):\n    return data.lazyframe.select(pl.col(data.key).mean() < 3)\n"
    "schema = pa.DataFrameSchema({'a': pa.Column(pl.Int64, pa.Check(mean))})\n"
)


def test_a_check_of_all_rows_sees_all_of_them(tmp_path: Path) -> None:
    """By chunks of three the mean of the last one would be 5."""
    numbers = "a\n" + "\n".join(map(str, [1, 1, 1, 1, 1, 1, 5, 5, 5])) + "\n"
    verdict = validated(tmp_path, numbers, MEAN, chunk=3)
    assert verdict.passed, failed(verdict)
    assert result(verdict, "a", "mean").check.how is How.WHOLE


def test_a_check_of_too_many_rows_at_once_is_refused_and_not_passed_by_parts(tmp_path: Path) -> None:
    verdict = validated(tmp_path, "a\n1\n1\n1\n1\n", MEAN, limits=Limits(whole=20))
    (only,) = verdict.failures
    assert (only.ran, only.check.name) == (False, "mean")
    assert "--whole-limit" in only.detail


def test_a_check_that_raises_fails_and_says_what(tmp_path: Path) -> None:
    schema = POLARS + "schema = pa.DataFrameSchema({'a': pa.Column(pl.Int64, pa.Check(lambda d: d.nothing))})"
    verdict = validated(tmp_path, "a\n1\n", schema)
    assert "AttributeError" in verdict.failures[0].error


def test_rows_are_not_dropped_and_failures_not_cut_off(tmp_path: Path) -> None:
    schema = POLARS + (
        "schema = pa.DataFrameSchema({'a': pa.Column(pl.Int64, pa.Check.ge(0, n_failure_cases=1))}, "
        "drop_invalid_rows=True)"
    )
    verdict = validated(tmp_path, "a\n-1\n-2\n-3\n", schema)
    assert failed(verdict) == {("a", "greater_than_or_equal_to(0)"): (3, ["-1", "-2", "-3"])}


def test_a_check_that_only_warns_is_no_check_that_counts(tmp_path: Path) -> None:
    verdict = validated(tmp_path, "a\n-1\n", "columns: {a: {dtype: int64, ge: {min_value: 0, raise_warning: true}}}")
    assert verdict.passed
    assert verdict.count(Kind.VALUE) == 0
    assert verdict.warnings == ("a: greater_than_or_equal_to(0): 1 rows",)


def test_samples_are_the_first_rows_and_no_more_than_asked(tmp_path: Path) -> None:
    numbers = "a\n" + "-1\n" * 20
    verdict = validated(tmp_path, numbers, "columns: {a: {dtype: int64, ge: 0}}", limits=Limits(samples=2))
    assert (verdict.failures[0].rows, [each.row for each in verdict.failures[0].samples]) == (20, [1, 2])


def test_partitions_are_columns(tmp_path: Path) -> None:
    files = {"d/day=2024-01-01/a.csv": "a\n1\n", "d/day=yesterday/b.csv": "a\n2\n"}
    verdict = validated(tmp_path, files, "columns: {a: {dtype: int64}, day: {dtype: date}}", path="d")
    assert failed(verdict) == {("day", "type Date"): (1, ["yesterday"])}


def test_lines_of_json_are_held_against_the_types(tmp_path: Path) -> None:
    lines = '{"a": 1, "b": "x"}\n{"a": "oops"}\n{"b": "y", "a": 2.5}\n{"a": 3.0, "b": null}\n'
    verdict = validated(
        tmp_path, {"d.jsonl": lines}, "columns: {a: {dtype: int64}, b: {dtype: string, nullable: true}}"
    )
    assert failed(verdict) == {("a", "type Int64"): (2, ["oops", "2.5"])}


def _unlike_pandera(values: list[int | None], least: int) -> set[int]:
    return {row for row, value in enumerate(values, start=1) if value is None or value < least}


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=12),
    chunk=st.integers(1, 13),
    least=st.integers(-3, 3),
)
def test_the_size_of_the_chunks_changes_nothing(
    tmp_path: Path, engine: Engine, values: list[int | None], chunk: int, least: int
) -> None:
    text = "a,b\n" + "".join(f"{'' if value is None else value},x\n" for value in values)
    schema = f"columns: {{a: {{dtype: Int64, ge: {least}, unique: true}}, b: {{dtype: string}}}}"
    verdict = validated(tmp_path, text, schema, engine=engine, chunk=chunk, limits=Limits(samples=99))
    rows = {sample.row for each in verdict.failures if each.check.name != "unique" for sample in each.samples}
    assert rows == _unlike_pandera(values, least)
    repeated = {sample.row for each in verdict.failures if each.check.name == "unique" for sample in each.samples}
    assert repeated == {row for row, value in enumerate(values, start=1) if values.count(value) > 1}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pa.DataFrameSchema({'a': pa.Column(int)}, index=pa.Index(int))", "index"),
        ("pa.DataFrameSchema({'a': pa.Column(int, parsers=pa.Parser(lambda s: s.abs()))})", "parsers"),
    ],
)
def test_what_a_file_of_rows_cannot_be_asked_is_refused(tmp_path: Path, body: str, said: str) -> None:
    check: Callable[[], Verdict] = lambda: validated(  # noqa: E731 (the call that is tested)
        tmp_path, "a\n1\n", f"import pandera.pandas as pa\nschema = {body}\n", engine=Engine.PANDAS
    )
    with pytest.raises(UsageError, match=said):
        check()


def _typed() -> pl.DataFrame:
    return pl.DataFrame({
        "n": [9007199254740993, None], "s": ["x", "y"], "t": [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)] * 2,
        "d": [dt.date(2024, 1, 1)] * 2, "b": [True, False],
    })  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("suffix", ["parquet", "arrow", "csv", "jsonl"])
def test_every_format_has_the_types_of_one_schema(tmp_path: Path, engine: Engine, suffix: str) -> None:
    frame = _typed()
    writers = {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "csv": frame.write_csv}
    writers.get(suffix, frame.write_ndjson)(tmp_path / f"data.{suffix}")  # type: ignore[operator]
    schema = (
        "columns: {n: {dtype: Int64, nullable: true, isin: [9007199254740993]}, s: {dtype: string}, "
        "t: {dtype: 'datetime64[us, UTC]', ge: '2024-01-01T00:00:00+00:00'}, d: {dtype: date}, b: {dtype: bool}}"
    )
    verdict = validated(tmp_path, {}, schema, engine=engine, path=f"data.{suffix}")
    assert verdict.passed, failed(verdict)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_of_parquet_that_has_another_type_is_named_once(tmp_path: Path, engine: Engine) -> None:
    pl.DataFrame({"a": [1.5] * 7, "b": ["x"] * 7}).write_parquet(tmp_path / "data.parquet")
    schema = "columns: {a: {dtype: int64, ge: 0}, b: {dtype: float64, ge: 0}}"
    verdict = validated(tmp_path, {}, schema, engine=engine, path="data.parquet")
    assert {column: each.split(" ")[0] for column, each in failed(verdict)} == {"a": "type", "b": "type"}
    assert "loat64" in result(verdict, *next(iter(failed(verdict)))).detail
