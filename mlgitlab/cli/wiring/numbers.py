"""Numbers read from disk."""

from __future__ import annotations

from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.adapters.numbers import DiskFolder
from mlgitlab.cli.main import Surroundings


def exists(around: Surroundings, path: str) -> bool:
    """Whether there is a file or folder of that name."""
    return Path(around.cwd, path).exists()


def folder(around: Surroundings, path: str) -> DiskFolder | None:
    """The folder of that name; None where it is a file, or nothing."""
    place = Path(around.cwd, path)
    return DiskFolder(place) if place.is_dir() else None


def content(around: Surroundings, path: str) -> bytes:
    """A file's content; UsageError when it cannot be read."""
    return files.read(Path(around.cwd, path))


def size(around: Surroundings, path: str) -> int:
    """A file's size in bytes; 0 where there is none."""
    place = Path(around.cwd, path)
    return place.stat().st_size if place.is_file() else 0
