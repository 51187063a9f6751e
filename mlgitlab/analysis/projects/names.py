"""The files that declare a project, by name; `collection` has a reader for each."""

from __future__ import annotations

NAMES = frozenset(
    {"pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", ".pytest.ini", "tox.ini", "entry_points.txt"}
)
