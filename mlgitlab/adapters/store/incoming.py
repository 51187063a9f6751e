"""New files of a folder store: written where nobody looks, then given their name in one step."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from mlgitlab.adapters.store.disk import PIECE
from mlgitlab.adapters.store.tree import LOCK, make_folders, owned, sweep, sync_folder
from mlgitlab.errors import WorldError
from mlgitlab.paths import show

FOLDER = ".incoming"
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})
_IGNORED = b"# Written by mlgitlab: a store is not part of the repository around it.\n*\n"
_ATTEMPTS = 20
Link = Callable[[Path, Path], None]


class Incoming:
    """The folder for new files below a store's root. `link` makes a hard link."""

    def __init__(self, root: Path, link: Link) -> None:
        self._root = root
        self._folder = root / FOLDER
        self._link = link
        self._ready = False

    @contextlib.contextmanager
    def new(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file that nobody sees; removed at the end, where it still has this name."""
        self._prepare()
        temporary = self._folder / secrets.token_hex(12)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                owned(descriptor, 0o600)
                yield temporary, stream
        finally:
            temporary.unlink(missing_ok=True)

    def publish(self, temporary: Path, place: Path) -> bool:
        """Give a file a name that is free; False where it is taken, also if it was taken this very moment."""
        return self._name(temporary, place, self._linked)

    def replace(self, temporary: Path, place: Path) -> None:
        """Give a file its name, whatever file has it: one with the same bytes, or a damaged one."""
        self._name(temporary, place, _renamed)

    def _prepare(self) -> None:
        if self._ready:
            return
        make_folders(self._root, self._folder)
        with contextlib.suppress(FileExistsError), (self._root / ".gitignore").open("xb") as stream:
            owned(stream.fileno(), 0o600)
            stream.write(_IGNORED)
        sweep(self._folder)
        self._ready = True

    def _name(self, temporary: Path, place: Path, how: Callable[[Path, Path], bool]) -> bool:
        """A deletion may take an empty folder away again, until something is in it."""
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(FileNotFoundError):
                make_folders(self._root, place.parent)
                done = how(temporary, place)
                sync_folder(place.parent)
                return done
        raise WorldError(f"the folder of {show(str(place))!r} vanishes as often as it is made", "try again")

    def _linked(self, temporary: Path, place: Path) -> bool:
        try:
            self._link(temporary, place)
        except FileExistsError:
            # Over NFS the answer to a link that was made may get lost, and the repetition finds the name taken.
            return temporary.stat().st_nlink == 2
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return self._renamed_alone(temporary, place)
        return True

    def _renamed_alone(self, temporary: Path, place: Path) -> bool:
        """The same where the disk knows no hard links: a lock, which ends with its process, and a rename."""
        lock = os.open(self._folder / LOCK, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            owned(lock, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            return not place.exists() and _renamed(temporary, place)
        finally:
            os.close(lock)


def _renamed(temporary: Path, place: Path) -> bool:
    temporary.replace(place)
    return True


def finish(stream: BinaryIO) -> None:
    """Have everything on the disk before the file gets its name."""
    stream.flush()
    os.fsync(stream.fileno())


def pour(source: FileIO, target: BinaryIO, progress: Callable[[int], None]) -> tuple[str, int]:
    """Copy, and say SHA-256 and size of what was copied: all, or a little more of a file that grows for ever."""
    digest, size, piece = hashlib.sha256(), 0, memoryview(bytearray(PIECE))
    whole = os.fstat(source.fileno()).st_size
    while size <= whole and (count := source.readinto(piece)):
        target.write(piece[:count])
        digest.update(piece[:count])
        size += count
        progress(count)
    return digest.hexdigest(), size
