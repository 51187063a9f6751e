"""Tables and schemas for tests of data validation, checked in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from mlgitlab.adapters.tables.engines import PandasEngine, PolarsEngine
from mlgitlab.adapters.tables.examining import Examination, Limits
from mlgitlab.adapters.tables.reading import find_source
from mlgitlab.adapters.tables.rows import FileRows
from mlgitlab.adapters.tables.schemas import load_schema
from mlgitlab.config.schema import Engine
from mlgitlab.jobs.data.validation import Result, Subject, Verdict
from mlgitlab.jobs.data.validation_verdict import judge


def validated(
    folder: Path,
    data: str | Mapping[str, str],
    schema: str,
    *,
    engine: Engine = Engine.POLARS,
    path: str = "",
    chunk: int = 3,
    limits: Limits | None = None,
) -> Verdict:
    """Write the data (`data.csv`, or files by name) and the schema, and check every row, a few at a time.

    A schema with `import` in it is Python, and its object is `schema`; any other is YAML.
    """
    files = {"data.csv": data} if isinstance(data, str) else data
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(content))
    is_python = "import " in schema
    file = folder / ("schema.py" if is_python else "schema.yml")
    file.write_text(dedent(schema))
    loaded = load_schema(file, file.name, "schema" if is_python else "", engine, [])
    rows = FileRows(source=find_source(folder, path or next(iter(files), "data.csv")), size=chunk)
    by = PandasEngine() if engine is Engine.PANDAS else PolarsEngine()
    found = Examination(loaded, rows, by, engine, limits or Limits()).run(lambda _: None)
    return judge(Subject(dataset="d", data="data.csv", schema=file.name, engine=engine), found, (), ())


def failed(verdict: Verdict) -> dict[tuple[str, str], tuple[int | None, list[str]]]:
    """Of each failing check, by column and name: the rows that fail, and what the first of them hold."""
    return {
        (result.check.column, result.check.name): (result.rows, [sample.value for sample in result.samples])
        for result in verdict.failures
    }


def result(verdict: Verdict, column: str, name: str) -> Result:
    """One check's result."""
    return next(each for each in verdict.results if (each.check.column, each.check.name) == (column, name))
