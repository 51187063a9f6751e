"""Files of numbers on disk: one file, or all files below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.errors import UsageError


class DiskFolder:
    """The files below a folder, links to folders not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> tuple[str, ...]:
        """Every file's path from the folder, sorted; UsageError where a folder cannot be read."""
        return tuple(sorted(self._walk()))

    def read(self, name: str) -> bytes:
        """One file's content; UsageError when it cannot be read."""
        return files.read(self._root / name)

    def _walk(self) -> Iterator[str]:
        for folder, _, names in os.walk(self._root, onerror=_refuse):
            for name in names:
                yield Path(folder, name).relative_to(self._root).as_posix()


def _refuse(error: OSError) -> None:
    raise UsageError(f"cannot read {error.filename!r}: {error.strerror}") from None
