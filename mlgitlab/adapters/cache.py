"""A cache in a folder that CI may carry from job to job: atomic writes, and nothing read that is not whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from mlgitlab import analysis
from mlgitlab.adapters import files
from mlgitlab.errors import WorldError

_IGNORED = b"# Made by mlgitlab; safe to delete.\n*\n"


class FolderCache:
    """Contents by name below `folder`, in a part of it that only this version of the analysis reads.

    What was written by other code, cut short or altered is not found: each file begins with a digest of its
    name and content. A folder that cannot be written is no error: the next run works as hard as this one.
    """

    def __init__(self, folder: Path) -> None:
        self._top = folder
        self.folder = folder / _version()

    def get(self, name: str) -> bytes | None:
        """The content; None where there is none, or where it is not what was written."""
        try:
            stored = (self.folder / name).read_bytes()
        except OSError:
            return None
        digest, end, content = stored.partition(b"\n")
        return content if end and digest == _digest(name, content) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, as far as the disk allows."""
        with contextlib.suppress(OSError, WorldError):
            place = self.folder / name
            if not self.folder.exists():
                self._forget_others()
            place.parent.mkdir(parents=True, exist_ok=True)
            if not (self._top / ".gitignore").exists():
                files.write(self._top / ".gitignore", _IGNORED)
            files.write(place, _digest(name, content) + b"\n" + content)

    def _forget_others(self) -> None:
        """Leave room: of what other versions of the tool kept, only the newest stays."""
        import shutil  # noqa: PLC0415 (only for a first run of a version)

        others = sorted(self._top.iterdir(), key=lambda place: place.stat().st_mtime) if self._top.exists() else []
        for place in [place for place in others if place.is_dir()][:-1]:
            shutil.rmtree(place, ignore_errors=True)

    def drop(self, name: str) -> None:
        """Keep it no longer."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def names(self, folder: str) -> tuple[str, ...]:
        """The names below `folder/`, the newest first."""
        try:
            found = [(entry.stat().st_mtime_ns, entry.name) for entry in os.scandir(self.folder / folder)]
        except OSError:
            return ()
        return tuple(f"{folder}/{name}" for _, name in sorted(found, reverse=True) if not name.startswith("."))


class NoCache:
    """Keeps nothing."""

    def get(self, name: str) -> bytes | None:
        """Nothing."""

    def put(self, name: str, content: bytes) -> None:
        """Forget it at once."""

    def drop(self, name: str) -> None:
        """Nothing to drop."""

    def names(self, folder: str) -> tuple[str, ...]:  # noqa: ARG002 (as the protocol has it)
        """None."""
        return ()


def _digest(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + content).hexdigest().encode()


@cache
def _version() -> str:
    """A name for the code that reads files: whatever changes in it, nothing kept by other code is used."""
    # What a source says may depend on the Python that parses it.
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for place in sorted(Path(folder, name) for folder, _, names in os.walk(analysis.__path__[0]) for name in names):
        if place.suffix == ".py":
            digest.update(place.name.encode() + b"\0" + place.read_bytes())
    return digest.hexdigest()[:16]
