"""Files of any size whose bytes are the same in every run, and differ from part to part."""

from __future__ import annotations

import hashlib
from pathlib import Path

MIB = 1024 * 1024


def write(path: Path, mib: int, more: bytes = b"end") -> str:
    """Write so many MiB and a tail; the sha256 of all."""
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for number in range(mib):
            block = hashlib.shake_128(number.to_bytes(4, "big")).digest(MIB)
            stream.write(block)
            digest.update(block)
        stream.write(more)
    digest.update(more)
    return digest.hexdigest()
