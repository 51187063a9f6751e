"""Reading exactly so many bytes, and files piece by piece without trusting what they say of their size."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, cast

# No header of any format is larger; a length beyond it is a damaged one.
MOST_HEADER = 256 * 1024 * 1024
_PIECE = 64 * 1024


class CutError(Exception):
    """The file is not what its own header says."""


def exactly(stream: BinaryIO, count: int) -> bytes:
    """The next `count` bytes; CutError where there are fewer, or where no header is so long."""
    if not 0 <= count <= MOST_HEADER:
        raise CutError(f"a header of {count} bytes is none")
    found = stream.read(count)
    if len(found) < count:
        raise CutError("it ends too early")
    return found


def number(stream: BinaryIO, count: int) -> int:
    """An unsigned little-endian number of `count` bytes."""
    return int.from_bytes(exactly(stream, count), "little")


class Pieces(io.RawIOBase):
    """A file of `size` bytes that is read with `read(start, count)`; no more than `most` of it is ever held."""

    def __init__(self, read: Callable[[int, int], bytes], size: int, most: int) -> None:
        super().__init__()
        self._from, self._size, self._most = read, size, most
        self._place = 0
        self._held, self._held_from = b"", 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as a file does."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise CutError("it names a place before its beginning")
        self._place = start + offset
        return self._place

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes, fewer only at the end; CutError for more than may be held."""
        left = max(0, self._size - self._place)
        count = left if count < 0 else min(count, left)
        if count > self._most:
            raise CutError(f"a piece of {count} bytes is more than the {self._most} that are read of it at once")
        start = self._place - self._held_from
        if not 0 <= start <= start + count <= len(self._held):
            self._held_from, start = self._place, 0
            self._held = self._from(self._place, max(count, min(_PIECE, left)))
            if len(self._held) < count:
                raise CutError("it ends too early")
        self._place += count
        return self._held[start : start + count]


def pieces(read: Callable[[int, int], bytes], size: int, most: int) -> BinaryIO:
    """`Pieces` as what zipfile and the like take."""
    return cast("BinaryIO", Pieces(read, size, most))
