"""Pickles: walked opcode by opcode, never loaded. Loading one runs whatever code it names."""

from __future__ import annotations

import pickletools
from typing import BinaryIO

from mlgitlab.jobs.formats.archives import archive, zipped
from mlgitlab.jobs.formats.pickled import torch as torch_archive
from mlgitlab.jobs.formats.reading import CutError

_ZIP = b"PK"
_GZIP = b"\x1f\x8b"
# joblib writes the bytes of arrays between the opcodes: opcodes alone do not show where they end.
_JOBLIB_ARRAY = b"NumpyArrayWrapper"
_LOOKED_AT = 64 * 1024
_STOP = b"."


def pickle(stream: BinaryIO, size: int) -> None:
    """Opcodes up to the STOP, which is the file's last byte. A compressed one is read to its end."""
    start = stream.read(_LOOKED_AT)
    stream.seek(0)
    if start.startswith(_GZIP):
        zipped(stream, size)
        return
    if _JOBLIB_ARRAY in start:
        stream.seek(size - 1)
        if stream.read(1) != _STOP:
            raise CutError("it does not end as a pickle")
        return
    _walk(stream)
    if stream.read(1):
        raise CutError("something follows the pickle's end")


def torch(stream: BinaryIO, size: int) -> None:
    """A zip file, or, from before PyTorch 1.6, several pickles and then the tensors' bytes."""
    start = stream.read(2)
    stream.seek(0)
    if start == _ZIP:
        archive(stream, size)
        return
    if _walk(stream) == torch_archive.OLD:
        for _ in range(4):  # a version, facts about the machine, the object, the names of its tensors
            _walk(stream)
    elif stream.tell() != size:
        raise CutError("something follows the pickle's end")


def _walk(stream: BinaryIO) -> object:
    """Go to the end of a pickle; the last value that stands in it as it is."""
    last, value = "", None
    for opcode, argument, _ in pickletools.genops(stream):
        last, value = opcode.name, value if argument is None else argument
    if last != "STOP":
        raise CutError("it ends within a pickle")
    return value
