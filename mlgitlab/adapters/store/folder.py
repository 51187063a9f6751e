"""A bucket in a folder: objects are files, made visible in one step.

A new object is written to `.incoming/` first, synced, and then linked to its name (`link` fails where the name is
taken, which decides who of several writers was first) or, where its content is fixed by its name, renamed. A crash
leaves a file in `.incoming/`, which nobody reads and a later run sweeps away. An interrupted upload begins anew: a
folder takes a file at the disk's speed, and checking what is there would cost as much as writing it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from mlgitlab.adapters.store.disk import told
from mlgitlab.adapters.store.incoming import Incoming, Link, finish, pour
from mlgitlab.adapters.store.tree import walk
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.paths import show
from mlgitlab.store import keys
from mlgitlab.store.bucket import Listed, Progress, Received


class FolderBucket:
    """Objects as files below `root`, which is made when first written to. `link` makes a hard link, as `os.link`."""

    def __init__(self, root: Path, link: Link = os.link) -> None:
        # `..` after a link is not what it looks like.
        self.root = root.resolve() if ".." in root.parts else root.absolute()
        self._incoming = Incoming(self.root, link)

    @property
    def address(self) -> str:
        """The folder as a `file:` address."""
        return f"file://{show(str(self.root))}"

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """The object's bytes, or some of them; None where there is no such object."""
        place = self._place(key)
        with told("read", place):
            try:
                with place.open("rb") as stream:
                    stream.seek(start)
                    return stream.read() if length is None else stream.read(length)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def size(self, key: str) -> int | None:
        """The object's size in bytes; None where there is none."""
        place = self._place(key)
        with told("look at", place):
            try:
                found = place.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return found.st_size if place.is_file() else None

    def create(self, key: str, content: bytes) -> bool:
        """Write a small object, unless there is one; of several writers exactly one is told True."""
        place = self._place(key)
        with told("write", place), self._incoming.new() as (temporary, stream):
            stream.write(content)
            finish(stream)
            return self._incoming.publish(temporary, place)

    def upload(self, key: str, source: Path, sha256: str, progress: Progress) -> None:
        """Write a file under a key that its digest decides; WorldError where its bytes are others by now."""
        if self.size(key) == self._source_size(source):
            progress(self._source_size(source))
            return
        with told("write", self._place(key)), self._incoming.new() as (temporary, stream):
            digest, _ = _copy(source, stream, progress)
            if digest != sha256:
                raise WorldError(f"{show(str(source))!r} was written to while it was stored", "push again")
            self._incoming.replace(temporary, self._place(key))

    def receive(self, source: Path, key: Callable[[str], str], progress: Progress) -> Received:
        """Write a file under `key(its SHA-256)`, unless there is such an object of that size."""
        with told("write a file to", self.root), self._incoming.new() as (temporary, stream):
            digest, size = _copy(source, stream, progress)
            name = key(digest)
            new = self.size(name) != size
            if new:
                self._incoming.replace(temporary, self._place(name))
            return Received(sha256=digest, size=size, new=new)

    def download(self, key: str, target: Path, progress: Progress) -> str | None:
        """Write the object's bytes to a new file, and say their SHA-256; None where there is no such object."""
        place = self._place(key)
        with told("read", place), contextlib.ExitStack() as stack:
            try:
                stream = stack.enter_context(place.open("rb", buffering=0))
            except (FileNotFoundError, NotADirectoryError):
                return None
            with told("write", target), target.open("xb") as new:
                return pour(stream, new, progress)[0]

    def list(self, prefix: str) -> Iterator[Listed]:
        """The objects whose keys start with `prefix`, sorted by key."""
        folder = prefix.rpartition("/")[0]
        start = self._place(folder) if folder else self.root
        with told("list", start):
            for item in walk(start, f"{folder}/" if folder else ""):
                # What else lies there, somebody else has put there.
                if item.key.startswith(prefix) and keys.is_key(item.key):
                    yield item

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects, and folders that this leaves empty."""
        for key in keys:
            place = self._place(key)
            with told("delete", place):
                place.unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    for folder in place.relative_to(self.root).parents:
                        if folder.parts:
                            (self.root / folder).rmdir()

    def _place(self, key: str) -> Path:
        if not keys.is_key(key):
            raise UsageError(f"{show(key)!r} is no key of an object")
        return self.root / key

    def _source_size(self, source: Path) -> int:
        with told("read", source):
            return source.stat().st_size


def _copy(source: Path, stream: BinaryIO, progress: Progress) -> tuple[str, int]:
    with told("read", source), source.open("rb", buffering=0) as original:
        copied = pour(original, stream, progress)
    finish(stream)
    return copied
