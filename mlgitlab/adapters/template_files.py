"""Where job templates come from: those of the user, then ours."""

from __future__ import annotations

from pathlib import Path

SUFFIX = ".yml.j2"


def shipped_folder() -> Path:
    """Where our own job templates are: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates" / "jobs"
    return installed if installed.is_dir() else package.parent / "templates" / "jobs"
