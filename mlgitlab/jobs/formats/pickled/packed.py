"""Compressed pickles, unpacked a piece at a time."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Protocol

from mlgitlab.jobs.formats.pickled.source import Readable, UnfollowedError

_PIECE = 64 * 1024
_MEMORY = 256 * 1024 * 1024
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"), (b"\x78\x01", "zlib"), (b"\x78\x5e", "zlib"), (b"\x78\x9c", "zlib"), (b"\x78\xda", "zlib"),
    (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x5d\x00\x00", "lzma"), (b"\x04\x22\x4d\x18", "lz4"),
)  # fmt: skip


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /, max_length: int = ...) -> bytes: ...


def packing(head: bytes) -> str:
    """What a file that begins so is packed with; nothing for one that is not."""
    return next((name for start, name in _HEADS if head.startswith(start)), "")


class Unpacked:
    """What a packed file holds; nothing may follow the end."""

    def __init__(self, stream: Readable, kind: str) -> None:
        self._stream, self._unpacker = stream, _unpacker(kind)
        self._waiting = b""

    def read(self, count: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._unpacker.eof:
            given = self._waiting or self._stream.read(_PIECE)
            try:
                found = self._unpacker.decompress(given, max_length=count)
            except (zlib.error, lzma.LZMAError, OSError, ValueError) as error:
                raise UnfollowedError(f"it cannot be unpacked: {error}") from None
            self._waiting = getattr(self._unpacker, "unconsumed_tail", b"")
            if found:
                return found
            if not given and not self._unpacker.eof:
                raise UnfollowedError("it ends within what is packed")
        if self._waiting or self._unpacker.unused_data or self._stream.read(1):
            raise UnfollowedError("something follows the end of what is packed")
        return b""


def _unpacker(kind: str) -> _Unpacker:
    if kind in ("zlib", "gzip"):
        return zlib.decompressobj(_ZLIB_OR_GZIP)
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    if kind in ("xz", "lzma"):
        return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=_MEMORY)
    raise UnfollowedError(f"what is packed with {kind} cannot be followed")
