"""Training configurations: schemas in Python, and Hydra."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.adapters.settings.hydra import composed
from mlgitlab.adapters.settings.python_schemas import PythonSchema
from mlgitlab.cli.main import Surroundings
from mlgitlab.jobs.settings.checking import Schema
from mlgitlab.jobs.settings.values import Document


def python_schema(name: str, folder: str, roots: Iterable[str]) -> Schema:
    """The class that `file.py:Name` or `package.module:Name` names."""
    return PythonSchema(name, Path(folder), roots)


def composition(folder: str, primary: str, overrides: Sequence[str]) -> Document:
    """What Hydra composes."""
    return composed(Path(folder), primary, overrides)


def content(around: Surroundings, path: str) -> bytes | None:
    """A file's content, None where there is no such file."""
    place = Path(around.cwd, path)
    return files.read(place) if place.is_file() else None


def exists(around: Surroundings, path: str) -> bool:
    """Whether there is a file or folder on disk."""
    return Path(around.cwd, path).exists()
