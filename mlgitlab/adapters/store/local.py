"""The files that are pushed, and the folder that is pulled into."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

from mlgitlab.adapters.store.disk import PIECE, told
from mlgitlab.errors import UsageError
from mlgitlab.paths import show
from mlgitlab.store.bucket import Progress
from mlgitlab.store.files import Looked

# A file while it is pulled; whatever an interrupted pull left has such a name.
PART, PART_END = ".mlgitlab-", ".part"


class LocalFiles:
    """Files on this machine's disk."""

    def look(self, path: Path) -> Looked:
        """A regular file's facts; UsageError for a link, a folder, a device, or nothing."""
        try:
            found = path.lstat()
        except OSError as error:
            raise UsageError(f"{show(str(path))!r}: {error.strerror}") from None
        if not stat.S_ISREG(found.st_mode):
            kind = "a link" if stat.S_ISLNK(found.st_mode) else "no regular file"
            raise UsageError(f"{show(str(path))!r} is {kind}")
        version = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
        return Looked(size=found.st_size, executable=bool(found.st_mode & stat.S_IXUSR), version=version)

    def digest(self, path: Path, progress: Progress) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal digits."""
        digest, size, piece = hashlib.sha256(), 0, memoryview(bytearray(PIECE))
        with told("read", path), path.open("rb", buffering=0) as stream:
            whole = os.fstat(stream.fileno()).st_size
            # A file that grows for ever is read a little too far, and then no longer: its digest is of no use.
            while size <= whole and (count := stream.readinto(piece)):
                digest.update(piece[:count])
                size += count
                progress(count)
        return digest.hexdigest()

    def is_there(self, root: Path, path: str, size: int, sha256: str, *, executable: bool) -> bool:
        """Whether the file below `root` is a regular file with these bytes; it is made executable, or not, as asked."""
        place = root / path
        try:
            found = place.lstat()
        except OSError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != size or not _is_within(root, place.parent):
            return False
        if self.digest(place, lambda _: None) != sha256:
            return False
        if bool(found.st_mode & stat.S_IXUSR) != executable:
            with told("change the mode of", place):
                _set_executable(place, executable=executable)
        return True

    def beside(self, root: Path, path: str) -> Path:
        """A new name in the folder of a file below `root`; the folder is made.

        UsageError where a link leads out of `root`, or something stands where a folder must be.
        """
        place = root / path
        with told("make the folder of", place):
            root.mkdir(parents=True, exist_ok=True)
            folder = root
            for part in place.relative_to(root).parts[:-1]:
                # One by one: a link that leads out is seen before anything is made behind it.
                folder /= part
                folder.mkdir(exist_ok=True)
                if not _is_within(root, folder):
                    what = f"{show(str(folder))!r} is a link that leads out of {show(str(root))!r}"
                    raise UsageError(what, "nothing is written through it; remove the link, or pull elsewhere")
        if place.is_dir() and not place.is_symlink():
            raise UsageError(f"{show(str(place))!r} is a folder, where a file of the model must be", "move it away")
        return place.parent / f"{PART}{secrets.token_hex(8)}{PART_END}"

    def settle(self, temporary: Path, root: Path, path: str, *, executable: bool) -> None:
        """Give a file that was written `beside` its name, in one step, whatever file had it before."""
        with told("write", root / path):
            _set_executable(temporary, executable=executable)
            temporary.replace(root / path)

    def drop(self, temporary: Path) -> None:
        """Remove a file that was written `beside`, if there is one."""
        with contextlib.suppress(OSError):
            temporary.unlink()


def _is_within(root: Path, folder: Path) -> bool:
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root))


def _set_executable(place: Path, *, executable: bool) -> None:
    """Whoever may read may execute, or nobody."""
    mode = stat.S_IMODE(place.lstat().st_mode)
    readers = (mode & 0o444) >> 2
    place.chmod(mode | readers if executable else mode & ~0o111)
