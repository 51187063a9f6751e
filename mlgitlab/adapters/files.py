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


def write(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace the file's content in one step; WorldError when the disk refuses.

    `private`: for a file that holds a secret. Its owner alone may read it, who stays the owner, and it is on the disk
    before it takes the place of the old one.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = path.parent / f".{path.name}.{os.urandom(6).hex()}"
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o666)
        temporary = place
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            if private:
                _keep_owner(stream.fileno(), path)
                stream.flush()
                os.fsync(stream.fileno())
        place.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise WorldError(f"cannot write {str(path)!r}: {error.strerror}") from None


def _keep_owner(handle: int, path: Path) -> None:
    """Only root can, and only root need: whoever else may replace a file is its owner."""
    if os.geteuid() == 0 and path.exists():
        old = path.stat()
        os.fchown(handle, old.st_uid, old.st_gid)
