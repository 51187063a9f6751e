"""How a large file is cut into parts, and whether a part on the server is that part."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

MIB = 1024 * 1024
SMALLEST = 16 * MIB
# S3 takes 10,000 parts; Swift 1,000 unless its operator says otherwise.
_FEW, _MANY = 1000, 9000
# Parts in flight are held in memory, so a larger file gets more parts before it gets larger ones.
_LARGE = 64 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`length` bytes of a file from `start`; S3 counts parts from 1."""

    number: int
    start: int
    length: int


def part_size(size: int) -> int:
    """Bytes of each part but the last; depends on the file's size alone, so that a later push cuts the same parts."""
    return max(SMALLEST, min(-(-size // _FEW), _LARGE), -(-size // _MANY))


def cut(size: int) -> tuple[Part, ...]:
    """The parts of a file of `size` bytes, in order, without gap or overlap."""
    step = part_size(size)
    return tuple(
        Part(number=number, start=start, length=min(step, size - start))
        for number, start in enumerate(range(0, size, step), start=1)
    )


def is_same(listed: Mapping[str, object], content: bytes) -> bool:
    """Whether a part that `list_parts` names holds this content.

    The ETag is the content's MD5, except under encryption with KMS keys; there a checksum decides, if there is one.
    """
    if listed.get("Size") != len(content):
        return False
    if str(listed.get("ETag", "")).strip('"') == hashlib.md5(content, usedforsecurity=False).hexdigest():
        return True
    return listed.get("ChecksumCRC32") == base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
