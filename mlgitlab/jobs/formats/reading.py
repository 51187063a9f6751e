"""Reading exactly so many bytes."""

from __future__ import annotations

from typing import BinaryIO

# No header of any format is larger; a length beyond it is a damaged one.
MOST_HEADER = 256 * 1024 * 1024


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
