"""What is wrong with a table before any row of it can be judged."""

from __future__ import annotations

from mlgitlab import paths
from mlgitlab.errors import RefusedError


class TableError(RefusedError):
    """A file that is no table of its format, or files that are not one table. Names file and, where known, line."""


def bad(name: str, what: str, hint: str = "", line: int = 0) -> TableError:
    """The error for one file; `name` and `what` may hold any text, `line` counts from 1."""
    where = f"{paths.show(name)}:{line}" if line else paths.show(name)
    return TableError(f"{where}: {paths.printable(what)}", hint)
