"""Rows of objects in a bucket: each is fetched when it is its turn, and removed after it."""

from __future__ import annotations

import fnmatch
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlgitlab.adapters.tables.casting import Written
from mlgitlab.adapters.tables.reading import Batch, DataFile, Format, Source, batches, types_of
from mlgitlab.adapters.tables.reading.kinds import together
from mlgitlab.adapters.tables.reading.sources import format_of, partition_of
from mlgitlab.adapters.tables.reading.trouble import TableError, bad
from mlgitlab.adapters.tables.rows import FileRows
from mlgitlab.errors import WorldError
from mlgitlab.store.bucket import Bucket, Listed

if TYPE_CHECKING:
    import polars as pl

_MAGIC = re.compile(r"[*?\[]")


def objects_of(bucket: Bucket, path: str) -> Sequence[Listed]:
    """The objects that a key, a prefix that ends with a slash, or a pattern means, by name.

    Names that start with `.` or `_` below a prefix are left out, as Spark does.
    """
    if not _MAGIC.search(path):
        alone = [each for each in bucket.list(path) if each.key == path]
        if alone:
            return alone
        prefix = path.rstrip("/") + "/" if path else ""
        return [each for each in bucket.list(prefix) if each.size and not _hidden(each.key[len(prefix) :])]
    fixed = path[: _MAGIC.search(path).start()]  # type: ignore[union-attr]
    pattern = re.compile(_translated(path))
    return [each for each in bucket.list(fixed) if pattern.fullmatch(each.key)]


def _hidden(relative: str) -> bool:
    return any(part[:1] in ("_", ".") and "=" not in part for part in relative.split("/"))


def _translated(pattern: str) -> str:
    """`**` crosses slashes, `*` does not."""
    parts = [
        ".*" if part == "**" else re.sub(r"\.\*", "[^/]*", fnmatch.translate(part)[4:-3]) for part in pattern.split("/")
    ]
    return "/".join(parts).replace(".*/", "(?:.*/)?")


@dataclass(slots=True, kw_only=True)
class BucketRows:
    """Rows of objects. `address` is the bucket's, as people write it; `size`: rows in a batch."""

    bucket: Bucket
    address: str
    objects: Sequence[Listed]
    format: Format
    size: int
    _types: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns: those of the first object, and for JSON those of all."""
        if not self._types:
            for source in self._sources():
                rows = FileRows(source=source, size=self.size)
                _ = rows.names
                self._types = dict(together(self._types, rows.types))
                if rows.written("") is not Written.JSON:
                    break
        return tuple(self._types)

    def batches(self) -> Iterator[Batch]:
        """All rows, object by object."""
        names = self.names
        for source in self._sources():
            rows = FileRows(source=source, size=self.size, types=dict(self._types))
            for batch in rows.batches():
                if set(batch.frame.columns) != set(names):
                    raise TableError(
                        f"{batch.path} has other columns than {self._name(self.objects[0])}",
                        "the files of one dataset have the same columns",
                    )
                yield Batch(path=batch.path, first_row=batch.first_row, frame=batch.frame.select(names))

    def written(self, name: str) -> Written:
        """See FileRows."""
        return FileRows(source=self._source(self.objects[0], Path()), size=self.size).written(name)

    def typed(self) -> Iterator[pl.DataFrame]:
        """See FileRows: the types of all objects together."""
        types: dict[str, Any] = {}
        for source in self._sources():
            types = together(types, types_of(source))
        for source in self._sources():
            yield from (batch.frame for batch in batches(source, self.size, schema=types))

    def _sources(self) -> Iterator[Source]:
        for listed in self.objects:
            with tempfile.TemporaryDirectory(prefix="mlgitlab-data-") as folder:
                target = Path(folder, PurePosixPath(listed.key).name)
                if self.bucket.download(listed.key, target, lambda _: None) is None:
                    raise WorldError(f"{self._name(listed)} was there a moment ago", "is the dataset being written?")
                yield self._source(listed, target)

    def _source(self, listed: Listed, path: Path) -> Source:
        file = DataFile(path=path, name=self._name(listed), partition=partition_of(listed.key))
        return Source(files=(file,), format=self.format)

    def _name(self, listed: Listed) -> str:
        return f"{self.address}/{listed.key}"


def format_among(objects: Sequence[Listed], address: str, given: Format | None) -> tuple[Sequence[Listed], Format]:
    """The objects of the one format, and which it is; TableError where there is none, or more than one."""
    kinds = {each.key: given or format_of(each.key) for each in objects}
    found = sorted({kind for kind in kinds.values() if kind})
    if not found:
        raise bad(address, "holds no data", "is the address right, and `format:` where names do not tell?")
    if len(found) > 1:
        raise bad(
            address, f"holds files of several formats: {', '.join(found)}", "say which one is the data: `format:`"
        )
    return [each for each in objects if kinds[each.key]], found[0]
