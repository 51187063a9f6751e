"""The folders of a store in a folder."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from mlgitlab.store.bucket import Listed

# Of writers on disks without hard links.
LOCK = "lock"
_STALE = 24 * 3600.0


def walk(folder: Path, prefix: str) -> Iterator[Listed]:
    """The files below a folder, sorted by key; names that begin with a dot are no objects.

    What vanishes meanwhile is left out. A folder sorts as its name and a slash, as its files' keys do.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(
                (f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name, entry)
                for entry in found
                if not entry.name.startswith(".")
            )
    except (FileNotFoundError, NotADirectoryError):
        return
    for name, entry in entries:
        if name.endswith("/"):
            yield from walk(folder / entry.name, prefix + name)
            continue
        with contextlib.suppress(FileNotFoundError):
            facts = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(facts.st_mode):
                yield Listed(key=prefix + name, size=facts.st_size, modified=facts.st_mtime)


def make_folders(root: Path, folder: Path) -> None:
    """Make a folder below `root` and those above it; their owner can use them under any umask."""
    if folder.is_dir():
        return
    if folder == root:
        folder.parent.mkdir(parents=True, exist_ok=True)
    else:
        make_folders(root, folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o700 != 0o700:
            folder.chmod(mode | 0o700)
        sync_folder(folder.parent)


def owned(descriptor: int, wanted: int) -> None:
    """Give a file's owner back what an odd umask took away."""
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if mode & wanted != wanted:
        os.fchmod(descriptor, mode | wanted)


def sync_folder(folder: Path) -> None:
    """Make a new name survive a power failure, where the disk can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what interrupted writers left behind more than a day ago."""
    oldest = time.time() - _STALE
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            with contextlib.suppress(OSError):
                if entry.name != LOCK and entry.stat(follow_symlinks=False).st_mtime < oldest:
                    Path(entry.path).unlink()
