"""What files hold, by digest, and whether they were written to meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib import metadata

from mlgitlab.adapters.tables.reading import DataFile
from mlgitlab.errors import WorldError


def digests(files: Iterable[DataFile]) -> Mapping[str, str]:
    """The SHA-256 of each file, by the file's name."""
    found = {}
    for file in files:
        try:
            with file.path.open("rb") as stream:
                found[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise WorldError(f"cannot read {file.name!r}: {error.strerror}") from None
    return found


def stamps(files: Iterable[DataFile]) -> Mapping[str, tuple[int, int]]:
    """Size and time of the last change of each file, by name."""
    try:
        found = {file.name: file.path.stat() for file in files}
    except OSError as error:
        raise WorldError(f"cannot read the data: {error.strerror}") from None
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


def versions(names: Iterable[str]) -> Mapping[str, str]:
    """The versions of installed distributions; those that are not installed are left out."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
