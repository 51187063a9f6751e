"""Tables of any size, read in batches of bounded memory.

Heavy: import it where data is read, not before. UsageError where the extra is not installed.
"""

from __future__ import annotations

from mlgitlab.errors import UsageError

try:
    from mlgitlab.adapters.tables.reading.batching import Batch, batches, types_of
    from mlgitlab.adapters.tables.reading.sources import DataFile, Format, Source, find_source, source_of
    from mlgitlab.adapters.tables.reading.trouble import TableError
except ModuleNotFoundError as error:
    if error.name not in ("polars", "pyarrow"):
        raise
    raise UsageError(f"reading data needs {error.name}", 'pip install "mlgitlab[data]"') from None

__all__ = ["Batch", "DataFile", "Format", "Source", "TableError", "batches", "find_source", "source_of", "types_of"]
