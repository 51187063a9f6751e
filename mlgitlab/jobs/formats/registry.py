"""Which format a checkpoint has, by its name, and whether it is whole."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO

from mlgitlab.jobs.formats import archives, pickles, tensors
from mlgitlab.jobs.formats.gguf import gguf
from mlgitlab.jobs.formats.onnx import onnx
from mlgitlab.jobs.formats.reading import CutError

# Called with the file and its size in bytes; raises one of `FAULTS`.
Check = Callable[[BinaryIO, int], object]
_CHECKS: dict[str, Check] = {
    ".safetensors": tensors.safetensors,
    ".npy": tensors.npy,
    ".gguf": gguf,
    ".npz": archives.npz,
    ".zip": archives.archive,
    ".keras": archives.archive,
    ".pt": pickles.torch,
    ".pth": pickles.torch,
    ".ckpt": pickles.torch,
    ".pkl": pickles.pickle,
    ".pickle": pickles.pickle,
    ".joblib": pickles.pickle,
    ".gz": archives.zipped,
    ".parquet": archives.parquet,
    ".h5": archives.hdf5,
    ".hdf5": archives.hdf5,
    ".onnx": onnx,
    ".json": archives.document,
}
FAULTS = (
    CutError, EOFError, OSError, ValueError, SyntaxError, IndexError, KeyError, OverflowError, RecursionError,
    NotImplementedError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def is_known(name: str) -> bool:
    """Whether a file of that name can be looked into."""
    return _check(name) is not None


def fault(name: str, stream: BinaryIO, size: int) -> str:
    """What shows that the file is not whole, or nothing. A format that is not known shows nothing but its emptiness."""
    if not size:
        return "it is empty"
    check = _check(name)
    if check is None:
        return ""
    try:
        check(stream, size)
    except FAULTS as error:
        return str(error) or type(error).__name__
    return ""


def _check(name: str) -> Check | None:
    return next((check for suffix, check in _CHECKS.items() if name.lower().endswith(suffix)), None)
