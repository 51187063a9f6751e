"""Where a path of a stage lies: in the repository, or out of it."""

from __future__ import annotations

import posixpath

from mlgitlab.analysis.dvc.values import UnresolvedError

_LONGEST = 4096  # no system opens a longer path, and looking up every folder above one takes its time


def place(text: str, folder: str) -> str | None:
    """The repository path that a text means in a folder (empty for the root); None for one outside, or a URL.

    Raises UnresolvedError for what is too long to be a path.
    """
    if len(text) > _LONGEST:
        raise UnresolvedError(f"a path of more than {_LONGEST} characters")
    if "://" in text or text.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, text))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def outside(text: str, folder: str) -> str:
    """The name of a place outside the repository, the same for every stage that means it."""
    if "://" in text:
        return text.rstrip("/")
    return posixpath.normpath(posixpath.join(folder, text))
