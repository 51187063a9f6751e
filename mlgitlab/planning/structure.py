"""Changes after which names may mean other files than before."""

from __future__ import annotations

from pathlib import PurePosixPath

from mlgitlab.analysis.projects.names import NAMES
from mlgitlab.changes import Change, ChangeKind
from mlgitlab.planning.reach import NEVER_LOADED

# Their content says where modules are looked for, or what a command starts.
_SETTINGS = NAMES | {"makefile", "gnumakefile", "dvc.yaml"}
_SETTINGS_ENDINGS = frozenset({".mk", ".pth", ".cfg"})


def is_structural(change: Change) -> bool:
    """Whether, besides the content of the file itself, what others find may be another: names, links, settings."""
    path = PurePosixPath(change.path)
    if change.is_tree or path.name.lower() in _SETTINGS or path.suffix.lower() in _SETTINGS_ENDINGS:
        return True
    if change.kind in (ChangeKind.MODIFIED, ChangeKind.MODE_CHANGED):
        return False
    return path.suffix.lower() not in NEVER_LOADED
