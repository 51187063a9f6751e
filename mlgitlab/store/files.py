"""What the store asks of the disk that models are pushed from and pulled to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mlgitlab.store.bucket import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file before it is read. Two looks differ where the file was written to, or replaced, in between."""

    size: int
    executable: bool
    version: tuple[int, ...]


class Files(Protocol):
    """Files on disk. Safe to use from several threads at once; every method raises WorldError for a failing disk."""

    def look(self, path: Path) -> Looked:
        """A regular file's facts; UsageError for a link, a folder, a device, or nothing."""
        ...

    def digest(self, path: Path, progress: Progress) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal digits."""
        ...

    def is_there(self, root: Path, path: str, size: int, sha256: str, *, executable: bool) -> bool:
        """Whether the file below `root` is a regular file with these bytes; it is made executable, or not, as asked."""
        ...

    def beside(self, root: Path, path: str) -> Path:
        """A new name in the folder of a file below `root`; the folder is made.

        UsageError where a link leads out of `root`, or something stands where a folder must be.
        """
        ...

    def settle(self, temporary: Path, root: Path, path: str, *, executable: bool) -> None:
        """Give a file that was written `beside` its name, in one step, whatever file had it before."""
        ...

    def drop(self, temporary: Path) -> None:
        """Remove a file that was written `beside`, if there is one."""
        ...
