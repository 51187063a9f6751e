"""Formats of tensors: safetensors, and NumPy's npy. Each is checked, and its values are counted from its header.

safetensors: https://github.com/huggingface/safetensors (Format). npy: numpy.lib.format.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import BinaryIO

from mlgitlab.jobs.formats.reading import CutError, exactly, number
from mlgitlab.jobs.formats.tally import BITS, Tally, Tensors, added, values_of

_MOST_JSON = 100_000_000  # as the reference implementation has it
_NPY = b"\x93NUMPY"
_MOST_NPY = 1 << 16
_PLAIN = re.compile(r"[<>|=]?([a-zA-Z])([0-9]{1,9})(\[.*\])?")
_CHARACTER = 4  # bytes of a character of NumPy's `U`
_NUMPY_KINDS = {"f": "F", "i": "I", "u": "U", "c": "C"}
_NO_NUMBERS = {"U": "text", "S": "text", "O": "object", "V": "record", "M": "time", "m": "time"}


def safetensors(stream: BinaryIO, size: int) -> Tensors:
    """The header is JSON, and its tensors fill the rest of the file without a gap."""
    length = number(stream, 8)
    if 8 + length > size:
        raise CutError("it ends within its header")
    if length > _MOST_JSON:
        raise CutError(f"a header of {length} bytes is none")
    header = json.loads(exactly(stream, length))
    if not isinstance(header, dict):
        raise CutError("its header is no mapping")
    tensors = sorted(
        (_tensor(name, entry) for name, entry in header.items() if name != "__metadata__"), key=lambda each: each[:2]
    )
    end = 0
    for start, stop, _ in tensors:
        if start != end:
            raise CutError(f"its tensors leave a gap, or overlap, at byte {min(start, end)}")
        end = stop
    if 8 + length + end != size:
        raise CutError(f"its tensors take {end} bytes, and {size - 8 - length} are there")
    return added(each[2] for each in tensors)


def _tensor(name: str, entry: object) -> tuple[int, int, Tensors]:
    try:
        assert isinstance(entry, dict)
        start, stop = map(int, entry["data_offsets"])
        count = values_of(map(int, entry["shape"]))
        kind = str(entry["dtype"])
    except (AssertionError, KeyError, TypeError, ValueError):
        raise CutError(f"its header does not describe tensor {_shown(name)}") from None
    bits = count * BITS.get(kind, 0)
    if not 0 <= start <= stop or (bits and bits != 8 * (stop - start)) or (not bits and not count and stop > start):
        raise CutError(f"tensor {_shown(name)} has another size than its shape says")
    return start, stop, {kind: Tally(count, stop - start)}


def _shown(name: str) -> str:
    return repr(name[:60])


@dataclass(frozen=True, slots=True)
class Array:
    """An array as an npy header has it. `pickled`: its values are a pickle, which begins at `start`."""

    start: int
    tensors: Tensors
    pickled: bool


def npy(stream: BinaryIO, size: int) -> Tensors:
    """The header is a literal, and the array's bytes are all there."""
    return array(stream, size).tensors


def array(stream: BinaryIO, size: int) -> Array:
    """As `npy`, and whether the values are a pickle. Of records and objects the header does not tell the size."""
    if exactly(stream, len(_NPY)) != _NPY:
        raise CutError("it does not begin as an npy file")
    major = exactly(stream, 2)[0]
    length = number(stream, 2 if major == 1 else 4)
    if length > _MOST_NPY:
        raise CutError(f"a header of {length} bytes is none")
    header = ast.literal_eval(exactly(stream, length).decode("utf-8" if major > 2 else "latin-1").strip())
    try:
        kind = header["descr"]
        found = _PLAIN.fullmatch(kind) if isinstance(kind, str) else None
        count = values_of(map(int, header["shape"]))
    except (KeyError, TypeError, ValueError):
        raise CutError("its header does not describe an array") from None
    start = len(_NPY) + 2 + (2 if major == 1 else 4) + length
    if found is None or found[1] == "O":
        if count and size <= start:
            raise CutError("the array's values are missing")
        # NumPy pickles records that hold objects, too; a record that does not say so holds none.
        return Array(start, {"object": Tally(count, size - start)}, pickled=found is not None or "O" in repr(kind))
    wanted = count * int(found[2]) * (_CHARACTER if found[1] == "U" else 1)
    if wanted != size - start:
        raise CutError(f"its array takes {wanted} bytes, and {size - start} are there")
    return Array(start, {numpy_kind(found[1], int(found[2])): Tally(count, wanted)}, pickled=False)


def numpy_kind(letter: str, width: int) -> str:
    """The type's name as safetensors has it, where it has one."""
    if letter == "b" and width == 1:
        return "BOOL"
    named = f"{_NUMPY_KINDS.get(letter, '')}{8 * width}"
    return named if named in BITS else _NO_NUMBERS.get(letter, f"{letter}{width}")
