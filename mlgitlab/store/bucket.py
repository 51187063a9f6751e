"""What the store asks of the place that keeps it: a folder or S3, which differ below this line only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

# Called with the number of bytes that have just been transferred, or were found to be there already; by any thread.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One object: its size in bytes, and when it was written, in seconds since 1970 by the server's clock."""

    key: str
    size: int
    modified: float


class Bucket(Protocol):
    """Objects under keys (`a/b/c`: ASCII letters, digits and `._-/`). Safe to use from several threads at once.

    Every method raises WorldError for what a repetition may mend (network, 5xx, throttling after retries), and
    UsageError for what it cannot: no such bucket, access denied.
    """

    @property
    def address(self) -> str:
        """The place as people write it, without credentials: `file:///srv/models`, `s3://bucket/prefix`."""
        ...

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """The object's bytes, or `length` of them from `start`; None where there is no such object."""
        ...

    def size(self, key: str) -> int | None:
        """Its size in bytes; None where there is no such object."""
        ...

    def create(self, key: str, content: bytes) -> bool:
        """Write a small object whole, unless there is one: False, and the one that is there stays as it is.

        Of several writers at once exactly one gets True, also where they are on different machines.
        """
        ...

    def upload(self, key: str, source: Path, sha256: str, progress: Progress) -> None:
        """Write an object from a file of any size; what an interrupted upload left is continued, not repeated.

        `sha256` is the file's digest in hexadecimal digits. Readers see the whole object or none.
        An object of that key and size is taken to be this one: keys of such objects are digests of their content.
        """
        ...

    def download(self, key: str, target: Path, progress: Progress) -> str | None:
        """Write the object's bytes to a new file, and say their sha256; None where there is no such object.

        Who calls compares the digest, and removes the file where it is wrong.
        """
        ...

    def list(self, prefix: str) -> Iterator[Listed]:
        """The objects whose keys start with `prefix`, sorted by key."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are gone already are no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a bucket took in: digest and size of the bytes it wrote, and whether they were not there before."""

    sha256: str
    size: int
    new: bool


@runtime_checkable
class Receiver(Protocol):
    """A bucket that can name an object by the bytes it reads: such a push reads every file once."""

    def receive(self, source: Path, key: Callable[[str], str], progress: Progress) -> Received:
        """Write a file under `key(its SHA-256)`, unless there is such an object of that size."""
        ...
