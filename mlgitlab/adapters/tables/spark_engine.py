"""Validation by Spark: all rows at once, on as many machines as the session has.

pandera does not raise here: what it found is in `df.pandera.errors`, which is read. Its messages print rows and are not
used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlgitlab.adapters.tables.reading import Format, Source
from mlgitlab.adapters.tables.reading.trouble import bad
from mlgitlab.adapters.tables.schema_rules import columns_of, part_of, rules_of
from mlgitlab.config.schema import Engine
from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.validation import Check, Examined, How, Kind
from mlgitlab.jobs.data.validation_rules import NOT_NULL, Planned, Rules, by_names, plan
from mlgitlab.jobs.data.validation_tally import Tally

_TEXT = (Format.CSV, Format.TSV, Format.JSONL)
# Without these a malformed row is cut or filled up in silence, and folders are guessed to be numbers.
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What Spark reads: the paths, and the folder above the partitions, if there is one."""

    paths: tuple[str, ...]
    format: Format
    base: str = ""
    folders: tuple[str, ...] = ()
    name: str = ""

    @classmethod
    def of(cls, source: Source, name: str) -> Input:
        """The files of a source."""
        first = source.files[0]
        depth = len(first.partition)
        folders = tuple(key for key, _ in first.partition)
        base = str(first.path.parents[depth]) if depth else ""
        paths = tuple(str(file.path) for file in source.files)
        return cls(paths=paths, format=source.format, base=base, folders=folders, name=name)


def session() -> Any:  # noqa: ANN401 (pyspark has no types)
    """The session that Spark's own settings describe; one on this machine where they name no master."""
    from pyspark import SparkConf  # noqa: PLC0415 (heavy, and an extra)
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    conf = SparkConf()
    if not conf.contains("spark.master") and not conf.contains("spark.remote"):
        conf.setMaster("local[*]")
    conf.setAll(list(_SETTINGS.items()))
    try:
        found = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, OSError) as error:
        raise UsageError(f"Spark does not start: {type(error).__name__}", "is Java installed (17 or newer)?") from None
    found.sparkContext.setLogLevel("ERROR")
    return found


def examine(schema: Any, data: Input, samples: int) -> Examined:  # noqa: ANN401 (pandera has no types)
    """Run every check of the schema on all rows."""
    from py4j.protocol import Py4JError  # type: ignore[import-not-found]  # noqa: PLC0415 (heavy, and an extra)
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        frame = _read(session(), data)
        return _Examination(schema, frame, data, samples).run()
    except (PySparkException, Py4JError) as error:
        # The text may hold rows, and is a page of Java.
        reason = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        raise bad(
            data.name, f"cannot be read by Spark: {reason}", "is every file whole, and of the format it should be?"
        ) from None


def _read(spark: Any, data: Input) -> Any:  # noqa: ANN401 (pyspark has no types)
    reader = spark.read.option("mode", "FAILFAST")
    if data.base:
        reader = reader.option("basePath", data.base)
    paths = list(data.paths)
    match data.format:
        case Format.CSV | Format.TSV:
            separator = "," if data.format is Format.CSV else "\t"
            options = {"header": "true", "sep": separator, "enforceSchema": "false", "multiLine": "true", "escape": '"'}
            return reader.options(**options).csv(paths)
        case Format.JSONL:
            return reader.option("primitivesAsString", "true").json(paths)
        case Format.PARQUET:
            return reader.option("mergeSchema", "false").parquet(*paths)
        case _:
            raise UsageError(
                f"pyspark reads no {data.format} here", "use csv, tsv, jsonl or parquet, or another engine"
            )


class _Examination:
    def __init__(self, schema: Any, frame: Any, data: Input, samples: int) -> None:  # noqa: ANN401
        self._schema, self._frame, self._data = schema, frame, data
        names = tuple(frame.columns)
        self._rules: Rules = rules_of(schema, names, Engine.PYSPARK)
        found = columns_of(schema, names, Engine.PYSPARK)[0]
        self._columns = {name: column for name, column in found.items() if name in names}
        self._planned = tuple(_by_engine(each) for each in plan(self._rules, names))
        self._tally = Tally(self._planned, samples)

    def run(self) -> Examined:
        frame = self._typed().cache()
        try:
            rows = int(frame.count())
            if rows:
                for reason, item in self._errors(frame):
                    self._note(frame, reason, item)
                self._unique(frame)
            return Examined(
                rows=rows,
                files=len(self._data.paths)
                if self._data.folders or len(self._data.paths) > 1
                else len(frame.inputFiles()),
                columns=tuple(frame.columns),
                results=(*by_names(self._rules, tuple(frame.columns)), *self._tally.results()),
                warnings=self._tally.warnings(),
            )
        finally:
            frame.unpersist()

    def _typed(self) -> Any:  # noqa: ANN401 (pyspark has no types)
        """The rows with text in the types of the schema; what cannot be is counted, and missing from then on."""
        from pyspark.sql import functions  # noqa: PLC0415 (heavy, and an extra)

        text = set(self._frame.columns) if self._data.format in _TEXT else set(self._data.folders)
        casts = {
            name: functions.expr(f"try_cast(`{name.replace('`', '``')}` as {column.dtype.type.simpleString()})")
            for name, column in self._columns.items()
            if column.dtype is not None and (name in text or column.coerce)
        }
        if not casts:
            return self._frame
        wrong = {
            name: functions.sum((functions.col(_quoted(name)).isNotNull() & cast.isNull()).cast("int")).alias(
                str(number)
            )
            for number, (name, cast) in enumerate(casts.items())
        }
        counted = self._frame.agg(*wrong.values()).collect()[0]
        types = {each.check.column: each.check for each in self._planned if each.check.kind is Kind.TYPE}
        for number, name in enumerate(wrong):
            if counted[number]:
                self._tally.repeated(types[name], int(counted[number]), [])
        return self._frame.select(
            *(
                casts[name].alias(name) if name in casts else functions.col(_quoted(name))
                for name in self._frame.columns
            )
        )

    def _errors(self, frame: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
        from pandera.config import ValidationDepth, config_context  # noqa: PLC0415 (heavy, and an extra)

        schema = part_of(self._schema, self._columns, self._planned, How.ENGINE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                found = schema.validate(frame).pandera.errors
        for group in found.values():
            for reason, items in group.items():
                yield from ((str(getattr(reason, "name", reason)), item) for item in items)

    def _note(self, frame: Any, reason: str, item: Mapping[str, Any]) -> None:  # noqa: ANN401
        column = str(item["column"] or "")
        match reason:
            case "WRONG_DATATYPE":
                self._tally.whole(
                    self._named(column, Kind.TYPE, "")[0], f"the data has {frame.schema[column].dataType}"
                )
            case "SERIES_CONTAINS_NULLS":
                from pyspark.sql import functions  # noqa: PLC0415 (heavy, and an extra)

                # What has the wrong type is counted as such, and only looks like a missing value now.
                rows = int(self._frame.filter(functions.col(_quoted(column)).isNull()).count())
                if rows:
                    self._tally.repeated(self._named(column, Kind.PRESENCE, NOT_NULL)[0], rows, [])
            case "DATAFRAME_CHECK" | "CHECK_ERROR":
                for check in self._named(column, Kind.VALUE, str(item["check"])):
                    self._tally.whole(check, "", str(item["error"]) if reason == "CHECK_ERROR" else "")
            case _:
                raise AssertionError(f"pandera reports {reason}, which was not asked")

    def _named(self, column: str, kind: Kind, name: str) -> Sequence[Check]:
        """The checks of that name; those of one name cannot be told apart, so all of them fail."""
        found = [
            each.check
            for each in self._planned
            if each.check.column == column and each.check.kind is kind
            if not name or each.check.name.partition(" #")[0] == name or name.endswith(f"{each.check.name}>")
        ]
        if not found:
            raise AssertionError(f"pandera reports a failure of {name or kind}, which was not asked")
        return found

    def _unique(self, frame: Any) -> None:  # noqa: ANN401 (pyspark has no types)
        from pyspark.sql import functions  # noqa: PLC0415 (heavy, and an extra)

        for names in self._rules.unique:
            check = next(
                (each.check for each in self._planned if each.check.name == f"unique ({', '.join(names)})"), None
            )
            if check is not None:
                groups = frame.groupBy(*map(_quoted, names)).count().filter("count > 1")
                rows = groups.agg(functions.sum("count")).collect()[0][0]
                if rows:
                    self._tally.repeated(check, int(rows), [])


def _by_engine(planned: Planned) -> Planned:
    return replace(planned, check=replace(planned.check, how=How.ENGINE))


def _quoted(name: str) -> str:
    """A column's name as Spark reads it: a dot in it is no path into a structure."""
    return f"`{name.replace('`', '``')}`"
