"""What a failing disk means to the user."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from mlgitlab.errors import UsageError, WorldError
from mlgitlab.paths import show

PIECE = 4 << 20
# What no repetition mends.
_LASTING = frozenset({
    errno.EACCES, errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR,
    errno.EPERM, errno.EROFS,
})  # fmt: skip


@contextlib.contextmanager
def told(doing: str, place: Path) -> Iterator[None]:
    """Turn an OSError into UsageError or WorldError, which name the place."""
    try:
        yield
    except OSError as error:
        kind = UsageError if error.errno in _LASTING else WorldError
        raise kind(f"cannot {doing} {show(str(place))!r}: {error.strerror or error}") from None
