"""Models to push, and ways to spoil a store."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlgitlab.store.bucket import Bucket


def nothing(count: int) -> None:
    """Progress that nobody watches."""


def write_files(folder: Path, contents: Mapping[str, bytes]) -> dict[str, Path]:
    """Files below a folder, as a push takes them."""
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return {path: folder / path for path in contents}


def put(bucket: Bucket, key: str, content: bytes) -> None:
    """Write an object by upload, whatever was there."""
    bucket.delete([key])
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        bucket.upload(key, Path(file.name), hashlib.sha256(content).hexdigest(), nothing)


def damage(bucket: Bucket, key: str, position: int = 0, flip: int = 1) -> None:
    """Flip bits of one byte of an object."""
    content = bytearray(bucket.get(key) or b"")
    content[position % len(content)] ^= flip
    put(bucket, key, bytes(content))
