"""One dataset's validation: what is asked, and the answer, from the store where it was given before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mlgitlab import paths
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.wiring import validation as world
from mlgitlab.config.schema import Config, Drift, Engine
from mlgitlab.errors import MlgitlabError, RefusedError, UsageError, WorldError
from mlgitlab.jobs.data.drift import Limits, compare
from mlgitlab.jobs.data.profile_json import from_json
from mlgitlab.jobs.data.validation import Examined, Result, Subject, Verdict
from mlgitlab.jobs.data.validation_drift import results_of
from mlgitlab.jobs.data.validation_key import Snapshot
from mlgitlab.jobs.data.validation_verdict import check_sensitive, judge, masked_text, unreadable
from mlgitlab.store.places import S3Place, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the rows are read, whatever the dataset. `whole`: bytes for checks that need all rows at once."""

    samples: int
    chunk: int
    whole: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """One dataset to validate. `root` is the folder that `path` and `schema` are relative to."""

    dataset: str
    path: str
    schema: str
    root: Path
    format: str = ""
    engine: Engine = Engine.POLARS
    sensitive: tuple[str, ...] = ()
    drift: Drift | None = None
    settings: Settings
    around: Surroundings
    config: Config | None = None

    @property
    def subject(self) -> Subject:
        """What reports call it."""
        return Subject(dataset=self.dataset, data=self.path, schema=self.schema, engine=str(self.engine))

    @property
    def schema_file(self) -> tuple[str, str]:
        """The schema's file, and the object in it."""
        file, _, member = self.schema.rpartition(":")
        return (file, member) if file.endswith(".py") else (self.schema, "")

    @cached_property
    def loaded(self) -> Any:  # noqa: ANN401 (pandera has no types)
        """The schema; None where the dataset has none and is held against its baseline alone."""
        if not self.schema:
            return None
        file, member = self.schema_file
        return world.load_schema(self.root / file, file, member, self.engine, (self.root, self.root / "src"))

    @cached_property
    def table(self) -> world.Table:
        """The rows; RefusedError where there are none to read."""
        scheme = self.path.partition("://")[0] if "://" in self.path else ""
        if not scheme:
            path = self.path.removesuffix(".dvc")
            return world.local_table(self.root, path, self.format, self.settings.chunk)
        place = place_of(self.path.partition("/")[0] + "//" + self.path.split("/")[2]) if scheme == "s3" else None
        if not isinstance(place, S3Place):
            raise UsageError(f"data cannot be read from {paths.show(scheme)}://", "a path, or s3://bucket/key")
        key = self.path.removeprefix(f"s3://{place.bucket}").lstrip("/")
        bucket = open_store(self.around, self.config, f"s3://{place.bucket}").bucket
        return world.bucket_table(bucket, self.path, key, self.format, self.settings.chunk)

    @property
    def table_is_readable(self) -> bool:
        """Whether there is something to read; if not, validating says what is wrong."""
        try:
            return bool(self.table.name)
        except RefusedError:
            return False

    def snapshot(self, pipeline: str) -> Snapshot:
        """All that the answer depends on; `pipeline` is the fingerprint of the step, empty where there is none."""
        drift = self.drift
        return Snapshot(
            data={_sha256(name.encode(errors="surrogatepass")): found for name, found in self.table.digests().items()},
            schema=_sha256(world.read(self.root / self.schema_file[0], "the schema")) if self.schema else "",
            pipeline=pipeline,
            drift=f"{_sha256(self._baseline)} {replace(drift, profile='')}" if drift else "",
            settings=(self.schema, self.format, str(self.engine), *sorted(self.sensitive)),
            versions=world.versions(self.engine),
        )

    @cached_property
    def _baseline(self) -> bytes:
        assert self.drift is not None
        hint = f"make it: mlgitlab data profile {self.dataset} -o {self.drift.profile}"
        return world.read(self.root / self.drift.profile, "the baseline profile", hint)

    def validate(self, progress: Callable[[int], None]) -> Verdict:
        """Read every row; what cannot be read is an answer, too."""
        with _without_values(self):
            try:
                if self.sensitive:  # before a value can be said
                    named = world.schema_columns(self.loaded) if self.loaded is not None else ()
                    check_sensitive(self.sensitive, (*self.table.rows.names, *named), self.dataset)
                found = self._examined(progress)
                drift = self._drift() if self.drift and found.rows else ()
            except RefusedError as error:
                return unreadable(self.subject, error.message, error.hint, self.sensitive)
        return judge(self.subject, found, drift, self.sensitive)

    def _examined(self, progress: Callable[[int], None]) -> Examined:
        if self.loaded is None:
            rows = 0
            for frame in self.table.rows.typed():
                rows += len(frame)
                progress(len(frame))
            return Examined(rows=rows, files=len(self.table.digests()), columns=self.table.rows.names, results=())
        settings = self.settings
        return world.examine(self.table, self.loaded, self.engine, settings.samples, settings.whole, progress)

    def _drift(self) -> tuple[Result, ...]:
        assert self.drift is not None
        baseline = from_json(self._baseline, self.drift.profile)
        now = world.profile(self.table, baseline, self.sensitive)
        limits = Limits(
            psi=self.drift.psi, nulls=self.drift.nulls, min_rows=self.drift.min_rows, columns=self.drift.columns
        )
        return results_of(compare(baseline, now, limits), self.sensitive)


@contextmanager
def _without_values(task: Task) -> Iterator[None]:
    """Where columns are sensitive, what a library raises is named, and not shown: its text may hold values."""
    try:
        yield
    except WorldError as error:
        raise WorldError(masked_text(error.message, task.sensitive), error.hint) from None
    except MlgitlabError:
        raise
    except Exception as error:
        if not task.sensitive:
            raise
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else "?"
        what = f"dataset {task.dataset}: {type(error).__name__} at {place}"
        raise MlgitlabError(what, "its text may hold sensitive values, and is not shown") from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
