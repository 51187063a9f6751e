"""The files below the paths that a push names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlgitlab.adapters.store.disk import told
from mlgitlab.adapters.store.local import PART, PART_END
from mlgitlab.errors import UsageError
from mlgitlab.paths import show


def gather(base: Path, given: Iterable[Path]) -> Mapping[str, Path]:
    """Every file, link and device at or below the paths, by its path below `base`; links are not followed.

    What an interrupted pull left behind is passed over. UsageError for a path that does not exist or lies elsewhere.
    """
    base = Path(os.path.normpath(base))
    found: dict[str, Path] = {}
    for path in given:
        place = Path(os.path.normpath(path))
        if not place.is_relative_to(base):
            hint = "paths in the model start at this folder; --base names another"
            raise UsageError(f"{show(str(path))!r} is not below {show(str(base))!r}", hint)
        if not os.path.lexists(place):
            raise UsageError(f"{show(str(path))!r} does not exist")
        for file in _below(place):
            found[file.relative_to(base).as_posix()] = file
    return found


def _below(place: Path) -> Iterable[Path]:
    if place.is_symlink() or not place.is_dir():
        yield place
        return
    with told("list", place):
        for entry in sorted(place.iterdir()):
            if not (entry.name.startswith(PART) and entry.name.endswith(PART_END)):
                yield from _below(entry)
