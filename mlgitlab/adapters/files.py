"""Files on disk: read whole, written so that a reader sees the old content or the new, never half."""

from __future__ import annotations

import os
from pathlib import Path

from mlgitlab.errors import UsageError, WorldError


def read(path: Path) -> bytes:
    """The file's content; UsageError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None


def write(path: Path, content: bytes) -> None:
    """Replace the file's content in one step; WorldError when the disk refuses."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = path.parent / f".{path.name}.{os.urandom(6).hex()}"
        with place.open("xb") as stream:
            temporary = place
            stream.write(content)
        place.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise WorldError(f"cannot write {str(path)!r}: {error.strerror}") from None
