"""GGUF: its keys and its tensors' shapes and types. The format: ggml, docs/gguf.md; sizes of blocks: ggml.c."""

from __future__ import annotations

from io import SEEK_CUR
from typing import BinaryIO

from mlgitlab.jobs.formats.reading import CutError, exactly, number
from mlgitlab.jobs.formats.tally import Tally, Tensors, added, values_of

_VERSIONS = range(1, 4)
_MOST_KEYS, _MOST_TENSORS, _MOST_TEXTS = 100_000, 1_000_000, 10_000_000
_MOST_NAME = 1 << 16
_MOST_DIMENSIONS = 8
_ALIGNMENT = b"general.alignment"
# Bytes of a value by the number of its type; 8 is a text, 9 an array.
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY, _U32 = 8, 9, 4
# By number: the type's name, the values in a block, and a block's bytes.
_KINDS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}  # fmt: skip


def gguf(stream: BinaryIO, size: int) -> Tensors:
    """The header can be read to its end, and the tensors of types that are known end within the file."""
    if exactly(stream, 4) != b"GGUF":
        raise CutError("it does not begin as a GGUF file")
    version = number(stream, 4)
    if version not in _VERSIONS:
        raise CutError("its version is none that exists")
    header = _Header(stream, size, wide=4 if version == 1 else 8)
    tensors, keys = header.number(), header.number()
    if tensors > _MOST_TENSORS or keys > _MOST_KEYS or 12 * (tensors + keys) > size:
        raise CutError("it is shorter than its tensors and keys can be")
    for _ in range(keys):
        header.key()
    found = [header.tensor() for _ in range(tensors)]
    return added(header.placed(*each) for each in found)


class _Header:
    """The place in the header. `wide`: bytes of its lengths."""

    def __init__(self, stream: BinaryIO, size: int, wide: int) -> None:
        self._stream, self._size, self._wide = stream, size, wide
        self._alignment = 32
        self._texts = 0
        self._end: int | None = None

    def number(self) -> int:
        return number(self._stream, self._wide)

    def key(self) -> None:
        name = self._text()
        kind = number(self._stream, 4)
        if name == _ALIGNMENT and kind == _U32:
            self._alignment = number(self._stream, 4)
            if not 1 <= self._alignment <= _MOST_NAME:
                raise CutError("its alignment is none")
        elif kind == _ARRAY:
            self._array()
        else:
            self._values(kind, 1)

    def _array(self) -> None:
        kind, count = number(self._stream, 4), self.number()
        if kind == _ARRAY:
            raise CutError("an array of arrays cannot be followed")
        self._values(kind, count)

    def _values(self, kind: int, count: int) -> None:
        if kind == _TEXT:
            self._texts += count
            if self._texts > _MOST_TEXTS:
                raise CutError(f"more than {_MOST_TEXTS} texts cannot be followed")
            for _ in range(count):
                self._skip(self.number())
        elif kind in _WIDTHS:
            self._skip(_WIDTHS[kind] * count)
        else:
            raise CutError(f"it has a value of type {kind}, which does not exist")

    def _skip(self, count: int) -> None:
        if self._stream.tell() + count > self._size:
            raise CutError("it ends within its header")
        self._stream.seek(count, SEEK_CUR)

    def _text(self) -> bytes:
        length = self.number()
        if length > _MOST_NAME:
            raise CutError(f"a name of {length} bytes is none")
        return exactly(self._stream, length)

    def tensor(self) -> tuple[int, int, int]:
        """The tensor's values, the number of its type, and where it begins among the tensors' bytes."""
        self._text()
        dimensions = number(self._stream, 4)
        if dimensions > _MOST_DIMENSIONS:
            raise CutError(f"a tensor of {dimensions} dimensions is none")
        shape = [self.number() for _ in range(dimensions)]
        return values_of(shape), number(self._stream, 4), number(self._stream, 8)

    def placed(self, values: int, kind: int, offset: int) -> Tensors:
        """The tensor, if its bytes are within the file."""
        if self._end is None:
            self._end = -(-self._stream.tell() // self._alignment) * self._alignment
        if kind not in _KINDS:
            return {f"ggml type {kind}": Tally(values, 0)}
        name, block, width = _KINDS[kind]
        taken = -(-values // block) * width
        if self._end + offset + taken > self._size:
            raise CutError(f"its tensors take {self._end + offset + taken} bytes, and {self._size} are there")
        return {name: Tally(values, taken)}
