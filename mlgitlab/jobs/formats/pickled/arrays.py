"""Arrays of NumPy within pickles, and those that joblib writes between a pickle's opcodes.

joblib: numpy_pickle.NumpyArrayWrapper.read_array; its unpickler is the one of pickle.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlgitlab.jobs.formats.pickled.machine import Machine
from mlgitlab.jobs.formats.pickled.source import UnfollowedError
from mlgitlab.jobs.formats.pickled.values import HOLDER, Made, Name, Table, Value
from mlgitlab.jobs.formats.tally import Tally, Tensors, added, values_of
from mlgitlab.jobs.formats.tensors import numpy_kind

_WRAPPER = Name("joblib.numpy_pickle", "NumpyArrayWrapper")
_OLD_WRAPPERS = ("NDArrayWrapper", "ZNDArrayWrapper")
_DTYPE = Name("numpy", "dtype")
_RECONSTRUCT = frozenset(
    {Name("numpy.core.multiarray", "_reconstruct"), Name("numpy._core.multiarray", "_reconstruct")}
)
_FROM_BUFFER = frozenset({Name("numpy.core.numeric", "_frombuffer"), Name("numpy._core.numeric", "_frombuffer")})
_KIND = re.compile(r"([a-zA-Z])([0-9]{1,6})")
_DEEPEST = 8
_HOLDS_OBJECTS = 1  # numpy/ndarraytypes.h: NPY_ITEM_HASOBJECT


@dataclass(kw_only=True)
class Arrays:
    """Counts the arrays as they get their state.

    depth: of pickles within pickles. odd: whether a type of NumPy's got a state that makes it another than its name
    says; then joblib may take a pickle for an array's bytes, or the reverse.
    """

    tensors: dict[str, Tally] = field(default_factory=dict)
    depth: int = 0
    odd: bool = False

    def called(self, made: Made) -> None:
        """Something is called: arrays of protocol 5 are made in one go, of bytes, type, shape and order."""
        if made.by in _FROM_BUFFER and isinstance(made.given, tuple) and len(made.given) == 4:
            kind, shape = _plain(made.given[1]), made.given[2]
            if kind and isinstance(shape, tuple):
                self._count(kind, shape)

    def built(self, made: Made, state: Value, machine: Machine) -> Value:
        """A made thing gets its state."""
        if made.by == _WRAPPER:
            return self._between(state, machine)
        if made.by.module.startswith("joblib") and made.by.name in _OLD_WRAPPERS:
            raise UnfollowedError("its arrays are in other files, as joblib before 0.10 wrote them")
        if made.by == _DTYPE:
            self.odd |= not _same(made, state)
        elif made.by in _RECONSTRUCT and isinstance(state, tuple) and len(state) == 5:
            found = _plain(state[2])
            if found and isinstance(state[1], tuple):
                self._count(found, state[1])
        return made

    def counted(self) -> Tensors:
        """All arrays together."""
        return added([self.tensors])

    def _count(self, kind: tuple[str, int], shape: tuple[Value, ...]) -> int:
        values = values_of(_sizes(shape))
        name, taken = numpy_kind(*kind), values * kind[1]
        self.tensors[name] = self.tensors.get(name, Tally(0, 0)) + Tally(values, taken)
        return taken

    def _between(self, state: Value, machine: Machine) -> Value:
        """An array whose bytes follow at once, where joblib reads them past the unpickler's back."""
        if machine.source.tell() < machine.frame_end:
            raise UnfollowedError("an array of joblib's begins within a frame")
        entries = state.entries if isinstance(state, Table) and not state.lost else {}
        shape, kind = entries.get("shape"), _plain(entries.get("dtype"))
        if not isinstance(shape, tuple) or kind is None or self.odd:
            raise UnfollowedError("an array of joblib's does not say what it is")
        if kind[0] == "O":
            self._within(machine)
        else:
            if entries.get("numpy_array_alignment_bytes") is not None:
                machine.source.skip(machine.source.take(1)[0])
            machine.source.skip(self._count(kind, shape))
        return HOLDER

    def _within(self, machine: Machine) -> None:
        """Objects: a pickle of its own."""
        if self.depth >= _DEEPEST:
            raise UnfollowedError(f"pickles more than {_DEEPEST} deep cannot be followed")
        self.depth += 1
        Machine(source=machine.source, hooks=machine.hooks, names=machine.names, stored=machine.stored).run()
        self.depth -= 1


def _plain(dtype: Value) -> tuple[str, int] | None:
    """The letter and the width of a plain type of NumPy's, from how it is pickled; None for any other."""
    if not isinstance(dtype, Made) or dtype.by != _DTYPE or not isinstance(dtype.given, tuple) or not dtype.given:
        return None
    found = _KIND.fullmatch(dtype.given[0]) if isinstance(dtype.given[0], str) else None
    if found is None:
        return None
    letter, width = found[1], int(found[2])
    return letter, width * 4 if letter == "U" else width


def _same(dtype: Made, state: Value) -> bool:
    """Whether its state leaves a type as its name says.

    The state: version, order of bytes, subarray, names, fields, bytes, alignment, flags, and more.
    See numpy/_core/src/multiarray/descriptor.c: arraydescr_setstate.
    """
    kind = _plain(dtype)
    if kind is None or not isinstance(state, tuple) or len(state) not in (8, 9):
        return False
    subarray, fields, width, flags = state[2], state[4], state[5], state[7]
    if kind[0] == "O":
        return fields is None and subarray is None
    if not isinstance(flags, int) or flags & _HOLDS_OBJECTS or subarray is not None:
        return False
    if kind[0] == "V" and isinstance(fields, Table):
        return width == kind[1] and not fields.lost and all(map(_without_objects, fields.entries.values()))
    return fields is None and width in (-1, kind[1])


def _without_objects(part: Value) -> bool:
    """Whether a field of a record is a plain type other than `O`."""
    kind = _plain(part[0]) if isinstance(part, tuple) and part else None
    return kind is not None and kind[0] != "O"


def _sizes(shape: tuple[Value, ...]) -> Iterator[int]:
    for size in shape:
        if not isinstance(size, int) or isinstance(size, bool):
            raise UnfollowedError("an array's shape is none")
        yield size
