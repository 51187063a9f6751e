"""Formats made of others: zip (torch, Keras, npz), gzip, and the tables that say their own lengths.

Parquet: https://parquet.apache.org/docs/file-format/. HDF5: the file format specification, II.A.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from io import SEEK_END
from typing import BinaryIO, cast

from mlgitlab.jobs.formats.reading import CutError, exactly, number
from mlgitlab.jobs.formats.tensors import npy

_PARQUET = b"PAR1"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_CHUNK = 1024 * 1024


def archive(stream: BinaryIO, size: int) -> None:  # noqa: ARG001 (as all formats)
    """A zip file whose directory is there and whose members have their checksums."""
    with zipfile.ZipFile(stream) as opened:
        broken = opened.testzip()
        if broken is not None:
            raise CutError(f"its member {broken!r} is damaged")
        if not opened.namelist():
            raise CutError("it is an empty archive")


def npz(stream: BinaryIO, size: int) -> None:
    """A zip file of npy files."""
    archive(stream, size)
    with zipfile.ZipFile(stream) as opened:
        for member in opened.infolist():
            with opened.open(member) as inner:
                if member.filename.endswith(".npy"):
                    npy(cast("BinaryIO", inner), member.file_size)


def zipped(stream: BinaryIO, size: int) -> None:  # noqa: ARG001
    """A gzip file that can be read to its end, where its checksum is."""
    with gzip.GzipFile(fileobj=stream) as opened:
        while opened.read(_CHUNK):
            pass


def parquet(stream: BinaryIO, size: int) -> None:
    """Its mark stands at both ends, and its footer has room between them."""
    start = exactly(stream, 4)
    stream.seek(-8, SEEK_END) if size >= 12 else None
    footer, end = number(stream, 4), exactly(stream, 4)
    if start != _PARQUET or end != _PARQUET or footer + 12 > size:
        raise CutError("it does not begin and end as a Parquet file")


def hdf5(stream: BinaryIO, size: int) -> None:
    """Its superblock says where the file ends."""
    if exactly(stream, 8) != _HDF5:
        raise CutError("it does not begin as an HDF5 file")
    version = number(stream, 1)
    if version < 2:  # the rest of versions, then the sizes of offsets and lengths, then settings of B-trees
        exactly(stream, 4)
        width = number(stream, 1)
        exactly(stream, 10 + (4 if version else 0))
    else:
        width = number(stream, 1)
        exactly(stream, 2)
    if width not in (2, 4, 8, 16):
        raise CutError("its superblock is damaged")
    exactly(stream, 2 * width)  # the base address, and that of the free space or of the extension
    end = number(stream, width)
    if end > size:
        raise CutError(f"it should have {end} bytes, and has {size}")


def document(stream: BinaryIO, size: int) -> None:
    """JSON that can be read to its end."""
    json.loads(exactly(stream, size))
