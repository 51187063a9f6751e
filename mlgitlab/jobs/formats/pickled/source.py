"""The bytes of a pickle, in order."""

from __future__ import annotations

from typing import Protocol

from mlgitlab.jobs.formats.reading import CutError

_PIECE = 64 * 1024
_LONGEST_LINE = 16 * 1024 * 1024


class UnfollowedError(CutError):
    """A pickle does something that cannot be told from its bytes."""


class Readable(Protocol):
    """A file, a member of an archive, or what a decompressor gives."""

    def read(self, count: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Source:
    """Reads ahead a piece at a time, never more; `most` bytes in all."""

    def __init__(self, stream: Readable, most: int) -> None:
        self._stream, self._most = stream, most
        self._held, self._at = b"", 0
        self._before = 0  # bytes that are not held any more

    def tell(self) -> int:
        """How many bytes were taken."""
        return self._before + self._at

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._held) - self._at < count:
            if not self._more():
                raise UnfollowedError("it ends within a pickle")
        self._at += count
        return self._held[self._at - count : self._at]

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        while count > len(self._held) - self._at:
            count -= len(self._held) - self._at
            self._at = len(self._held)
            if not self._more():
                raise UnfollowedError("it ends within a pickle")
        self._at += count

    def line(self) -> bytes:
        """The bytes up to the next line end, without it."""
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) - self._at > _LONGEST_LINE:
                raise UnfollowedError("a line of it is too long")
            if not self._more():
                raise UnfollowedError("it ends within a pickle")
        found, self._at = self._held[self._at : end], end + 1
        return found

    def over(self) -> bool:
        """Whether nothing is left."""
        return self._at == len(self._held) and not self._more()

    def _more(self) -> bool:
        piece = self._stream.read(_PIECE)
        self._before += self._at
        self._held, self._at = self._held[self._at :] + piece, 0
        if self._before + len(self._held) > self._most:
            raise UnfollowedError(f"more than {self._most} bytes cannot be followed")
        return bool(piece)
