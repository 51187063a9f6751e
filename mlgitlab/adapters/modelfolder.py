"""The files of a model in a folder, read piece by piece."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlgitlab import paths
from mlgitlab.errors import UsageError, WorldError


class ModelFolder:
    """All files below a folder. A link, which may lead anywhere, is refused, and so is what is no file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes = dict(sorted(self._walk()))

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file, by its path from the folder."""
        return self._sizes

    def read(self, name: str, start: int, count: int) -> bytes:
        """At most `count` bytes from `start`; WorldError where they cannot be read."""
        try:
            with (self._root / name).open("rb") as stream:
                stream.seek(start)
                return stream.read(count)
        except OSError as error:
            raise WorldError(f"cannot read {paths.show(name)}: {error.strerror}") from None

    def _walk(self) -> Iterator[tuple[str, int]]:
        for folder, folders, names in os.walk(self._root, onerror=_refuse):
            for name in (*names, *(each for each in folders if Path(folder, each).is_symlink())):
                place = Path(folder, name)
                about = place.lstat()
                shown = place.relative_to(self._root).as_posix()
                if not stat.S_ISREG(about.st_mode):
                    raise UsageError(f"{paths.show(shown)} of the model is no file", "a model holds plain files alone")
                yield shown, about.st_size


def _refuse(error: OSError) -> None:
    raise UsageError(f"cannot read the model's folder: {error.strerror}")
