"""Formats of tensors: safetensors, NumPy's npy, GGUF.

safetensors: https://github.com/huggingface/safetensors (Format). npy: numpy.lib.format. GGUF: ggml, docs/gguf.md.
"""

from __future__ import annotations

import ast
import json
import math
import re
from typing import BinaryIO

from mlgitlab.jobs.formats.reading import CutError, exactly, number

# Bits of one value.
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16,
    "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64, "F4": 4, "F6_E2M3": 6,
    "F6_E3M2": 6,
}  # fmt: skip
_NPY = b"\x93NUMPY"
_PLAIN = re.compile(r"[<>|=]?([a-zA-Z])([0-9]+)(\[.*\])?")
_CHARACTER = 4  # bytes of a character of NumPy's `U`
_GGUF_VERSIONS = range(1, 4)


def safetensors(stream: BinaryIO, size: int) -> None:
    """The header is JSON, and its tensors fill the rest of the file without a gap."""
    length = number(stream, 8)
    if 8 + length > size:
        raise CutError("it ends within its header")
    header = json.loads(exactly(stream, length))
    if not isinstance(header, dict):
        raise CutError("its header is no mapping")
    spans = sorted(_span(name, entry) for name, entry in header.items() if name != "__metadata__")
    end = 0
    for start, stop in spans:
        if start != end:
            raise CutError(f"its tensors leave a gap, or overlap, at byte {min(start, end)}")
        end = stop
    if 8 + length + end != size:
        raise CutError(f"its tensors take {end} bytes, and {size - 8 - length} are there")


def _span(name: str, entry: object) -> tuple[int, int]:
    try:
        assert isinstance(entry, dict)
        start, stop = map(int, entry["data_offsets"])
        bits = math.prod(map(int, entry["shape"])) * _BITS.get(entry["dtype"], 0)
    except (AssertionError, KeyError, TypeError, ValueError):
        raise CutError(f"its header does not describe tensor {name!r}") from None
    if not 0 <= start <= stop or (bits and bits != 8 * (stop - start)):
        raise CutError(f"tensor {name!r} has another size than its shape says")
    return start, stop


def npy(stream: BinaryIO, size: int) -> None:
    """The header is a literal, and the array's bytes are all there."""
    if exactly(stream, len(_NPY)) != _NPY:
        raise CutError("it does not begin as an npy file")
    major = exactly(stream, 2)[0]
    length = number(stream, 2 if major == 1 else 4)
    header = ast.literal_eval(exactly(stream, length).decode("utf-8" if major > 2 else "latin-1").strip())
    try:
        found = _PLAIN.fullmatch(header["descr"]) if isinstance(header["descr"], str) else None
        count = math.prod(map(int, header["shape"]))
    except (KeyError, TypeError, ValueError):
        raise CutError("its header does not describe an array") from None
    rest = size - (len(_NPY) + 2 + (2 if major == 1 else 4) + length)
    if found is None or found[1] == "O":  # records, or a pickle: of a size that the header does not tell
        if count and not rest:
            raise CutError("the array's values are missing")
        return
    wanted = count * int(found[2]) * (_CHARACTER if found[1] == "U" else 1)
    if wanted != rest:
        raise CutError(f"its array takes {wanted} bytes, and {rest} are there")


def gguf(stream: BinaryIO, size: int) -> None:
    """It begins as one. The sizes of its tensors depend on the quantisation, and are not checked."""
    if exactly(stream, 4) != b"GGUF":
        raise CutError("it does not begin as a GGUF file")
    if number(stream, 4) not in _GGUF_VERSIONS:
        raise CutError("its version is none that exists")
    if 24 + 8 * (number(stream, 8) + number(stream, 8)) > size:
        raise CutError("it is shorter than its tensors and keys can be")
