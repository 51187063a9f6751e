"""What a validation touches: files, buckets, and the libraries that read and check tables; each loaded when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgitlab.config.schema import Engine
from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.profile import Profile
from mlgitlab.jobs.data.profile_counts import like
from mlgitlab.jobs.data.profile_making import profile_of
from mlgitlab.jobs.data.validation import Examined, Verdict
from mlgitlab.jobs.data.validation_reports import as_data, codequality, junit, metrics, report_json, sentence, summary
from mlgitlab.paths import show
from mlgitlab.store.bucket import Bucket

if TYPE_CHECKING:
    from mlgitlab.adapters.tables.bucket_rows import BucketRows
    from mlgitlab.adapters.tables.reading import Source
    from mlgitlab.adapters.tables.rows import FileRows

Schema = Any  # pandera has no types
_LIBRARIES = {Engine.POLARS: ("polars",), Engine.PANDAS: ("pandas", "polars"), Engine.PYSPARK: ("pyspark",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A dataset's rows: `source` for files on this machine, `objects` for a bucket."""

    name: str
    rows: FileRows | BucketRows
    source: Source | None = None

    def digests(self) -> Mapping[str, str]:
        """What the data is, file by file: contents, or what the bucket says of its objects."""
        from mlgitlab.adapters.tables.stamps import digests  # noqa: PLC0415 (beside its library)

        if self.source is not None:
            return digests(self.source.files)
        return {each.key: f"{each.size} {each.modified!r}" for each in getattr(self.rows, "objects", ())}

    def stamps(self) -> Mapping[str, object]:
        """What changes when somebody writes to the data."""
        from mlgitlab.adapters.tables.stamps import stamps  # noqa: PLC0415 (beside its library)

        return stamps(self.source.files) if self.source is not None else {}


def local_table(root: Path, path: str, format_: str, chunk: int) -> Table:
    """Files on this machine."""
    from mlgitlab.adapters.tables.reading import find_source  # noqa: PLC0415 (an extra)
    from mlgitlab.adapters.tables.rows import FileRows  # noqa: PLC0415

    source = find_source(root, path, format_)
    return Table(name=path, rows=FileRows(source=source, size=chunk), source=source)


def bucket_table(bucket: Bucket, uri: str, key: str, format_: str, chunk: int) -> Table:
    """Objects of a bucket."""
    from mlgitlab.adapters.tables.reading.sources import format_of  # noqa: I001, PLC0415 (says which extra is missing)
    from mlgitlab.adapters.tables.bucket_rows import BucketRows, format_among, objects_of  # noqa: PLC0415

    given = format_of(f".{format_}") if format_ else None
    if format_ and given is None:
        raise UsageError(f"there is no format {show(format_)!r}", "known are csv, tsv, parquet, jsonl, json, arrow")
    objects, kind = format_among(objects_of(bucket, key), uri, given)
    return Table(
        name=uri, rows=BucketRows(bucket=bucket, address=bucket.address, objects=objects, format=kind, size=chunk)
    )


def load_schema(path: Path, name: str, member: str, engine: Engine, roots: Iterable[Path]) -> Any:  # noqa: ANN401
    """See mlgitlab.adapters.tables.schemas."""
    from mlgitlab.adapters.tables import schemas  # noqa: PLC0415 (pandera is an extra)

    return schemas.load_schema(path, name, member, engine, roots)


def examine(
    table: Table,
    schema: Schema,
    engine: Engine,
    samples: int,
    whole: int,
    progress: Callable[[int], None],
) -> Examined:
    """Run every check on every row."""
    if engine is Engine.PYSPARK:
        return _by_spark(table, schema, samples)
    from mlgitlab.adapters.tables.engines import PandasEngine, PolarsEngine, prove  # noqa: PLC0415 (an extra)
    from mlgitlab.adapters.tables.examining import Examination, Limits  # noqa: PLC0415

    by = PandasEngine() if engine is Engine.PANDAS else PolarsEngine()
    prove(by, engine)
    return Examination(schema, table.rows, by, engine, Limits(samples=samples, whole=whole)).run(progress)


def _by_spark(table: Table, schema: Any, samples: int) -> Examined:  # noqa: ANN401 (pandera has no types)
    from mlgitlab.adapters.tables import spark_engine  # noqa: PLC0415 (an extra)

    if table.source is not None:
        return spark_engine.examine(schema, spark_engine.Input.of(table.source, table.name), samples)
    objects = getattr(table.rows, "objects", ())
    paths = tuple(f"s3a://{table.rows.address.removeprefix('s3://')}/{each.key}" for each in objects)  # type: ignore[union-attr]
    data = spark_engine.Input(paths=paths, format=table.rows.format, name=table.name)  # type: ignore[union-attr]
    return spark_engine.examine(schema, data, samples)


def profile(table: Table, baseline: Profile, sensitive: Iterable[str]) -> Profile:
    """The profile of all rows, counted over the bins of the baseline."""
    from mlgitlab.adapters.tables.summaries import measure  # noqa: PLC0415 (an extra)

    counted = measure(table.rows.typed(), like(baseline))
    return profile_of(counted.result(), counted.rows, sensitive=sensitive, like=baseline)


def schema_columns(schema: Any) -> tuple[str, ...]:  # noqa: ANN401 (pandera has no types)
    """The columns that a schema names."""
    return tuple(str(name) for name in schema.columns)


def versions(engine: Engine) -> Mapping[str, str]:
    """The versions of what decides the answer."""
    from mlgitlab import __version__  # noqa: PLC0415 (beside its use)
    from mlgitlab.adapters.tables.stamps import versions as installed  # noqa: PLC0415

    return {"mlgitlab": __version__, **installed(("pandera", *_LIBRARIES[engine]))}


def reports(verdict: Verdict) -> Mapping[str, bytes]:
    """Every report, by file name."""
    from mlgitlab.adapters.tables.page import page  # noqa: PLC0415 (Jinja2, for this alone)

    sentences = [sentence(result) for result in verdict.failures]
    return {
        "report.json": report_json(verdict),
        "junit.xml": junit(verdict),
        "codequality.json": codequality(verdict),
        "metrics.txt": metrics(verdict),
        "report.html": page(as_data(verdict), summary(verdict), sentences),
    }


def read(path: Path, what: str, hint: str = "") -> bytes:
    """A file that the configuration names; UsageError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {what} {str(path)!r}: {error.strerror}", hint) from None
