"""How many values of which type a file's tensors hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlgitlab.jobs.formats.reading import CutError

# Bits of one value, by the name that safetensors has for the type.
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16,
    "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64, "F4": 4, "F6_E2M3": 6,
    "F6_E3M2": 6, "C128": 128, "I4": 4, "U4": 4, "I2": 2, "U2": 2,
}  # fmt: skip
# No memory holds more; a number beyond it is no shape.
MOST_VALUES = 1 << 62


@dataclass(frozen=True, slots=True)
class Tally:
    """How many values, and how many bytes they take."""

    values: int
    bytes: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.values + other.values, self.bytes + other.bytes)


# By type.
Tensors = Mapping[str, Tally]


def added(several: Iterable[Tensors]) -> Tensors:
    """All together, sorted by type."""
    found: dict[str, Tally] = {}
    for tensors in several:
        for kind, tally in tensors.items():
            found[kind] = found.get(kind, Tally(0, 0)) + tally
    return dict(sorted(found.items()))


def values_of(shape: Iterable[int]) -> int:
    """The product of a shape; CutError for one that no tensor has."""
    count = 1
    for size in shape:
        if not 0 <= size <= MOST_VALUES:
            raise CutError(f"no tensor has the size {size}")
        count = min(count * size, MOST_VALUES + 1)  # a product of a million sizes would take forever
    if count > MOST_VALUES:
        raise CutError("a tensor's shape has more values than any memory holds")
    return count


def bytes_of(kind: str, values: int) -> int:
    """The bytes of so many values."""
    return -(-values * BITS[kind] // 8)
