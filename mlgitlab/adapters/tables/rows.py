"""The rows of a dataset on disk or in a bucket, as a validation reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlgitlab.adapters.tables.casting import Written
from mlgitlab.adapters.tables.reading import Batch, Format, Source, batches, types_of

if TYPE_CHECKING:
    import polars as pl

_WRITTEN = {Format.CSV: Written.TEXT, Format.TSV: Written.TEXT, Format.JSONL: Written.JSON, Format.JSON: Written.JSON}


@dataclass(slots=True, kw_only=True)
class FileRows:
    """Files on this machine. `size`: rows in a batch. `types`: of the columns, where they are known already."""

    source: Source
    size: int
    types: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of all files; JSON is read once to know them."""
        if not self.types:
            if _WRITTEN.get(self.source.format) is Written.TEXT:
                first = next(batches(self.source, 1, as_text=True))
                self.types = dict(first.frame.schema)
            else:
                self.types = dict(types_of(self.source))
        return tuple(self.types)

    def batches(self) -> Iterator[Batch]:
        """All rows; text stays text, JSON has one type for each column."""
        json = _WRITTEN.get(self.source.format) is Written.JSON
        types = {name: self.types[name] for name in self.names} if json else {}
        return batches(self.source, self.size, schema=types, as_text=True)

    def written(self, name: str) -> Written:
        """Folders are text in every format."""
        folders = {key for file in self.source.files for key, _ in file.partition}
        return Written.TEXT if name in folders else _WRITTEN.get(self.source.format, Written.TYPED)

    def typed(self) -> Iterator[pl.DataFrame]:
        """All rows in the types that the values themselves have, as a profile counts them."""
        return (batch.frame for batch in batches(self.source, self.size))
