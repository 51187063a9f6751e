"""Every kind of file whose meaning is known, and which of them a path is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from mlgitlab.analysis.meaning.values import Kind

# The modules and their kinds, in the order in which they are asked: the special before the general.
_KINDS: dict[str, tuple[str, ...]] = {
    "python": ("KIND",),
    "notebook": ("KIND",),
    "shell": ("KIND",),
    "makefile": ("KIND",),
    "dockerfile": ("KIND",),
    "dvc_files": ("PIPELINE", "LOCK", "POINTER"),
    "requirements_txt": ("KIND",),
    "uv_lock": ("KIND",),
    "poetry_lock": ("KIND",),
    "pdm_lock": ("KIND",),
    "pylock": ("KIND",),
    "pipfile_lock": ("KIND",),
    "conda_lock": ("KIND", "EXPLICIT_KIND"),
    "conda_environment": ("KIND",),
    "pyproject": ("KIND",),
    "yaml_file": ("KIND",),
    "json_file": ("KIND",),
    "toml_file": ("KIND",),
}


def kinds() -> Iterator[Kind]:
    """All kinds. A module is imported when it is its turn: most changes touch code, whose kind comes first."""
    for module in _KINDS:
        yield from _kinds_of(module)


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its path; None for one that is compared by bytes."""
    return next((kind for kind in kinds() if kind.matches(path)), None)


@cache
def _kinds_of(module: str) -> tuple[Kind, ...]:
    found = import_module(f"mlgitlab.analysis.meaning.{module}")
    return tuple(getattr(found, name) for name in _KINDS[module])
