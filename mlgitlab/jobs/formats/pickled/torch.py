"""PyTorch's archives: a zip file with a pickle and the tensors' bytes, or, before 1.6, pickles and then the bytes.

torch/serialization.py: _save, _legacy_load; torch/csrc/jit/serialization for what is in the zip file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from mlgitlab.jobs.formats.pickled.machine import Machine
from mlgitlab.jobs.formats.pickled.opcodes import following
from mlgitlab.jobs.formats.pickled.source import Source, UnfollowedError
from mlgitlab.jobs.formats.pickled.values import Name, Value
from mlgitlab.jobs.formats.reading import CutError
from mlgitlab.jobs.formats.tally import Tally, Tensors, added, bytes_of, values_of

OLD = 0x1950A86A20F9469CFC6C  # the first pickle of a file from before 1.6
_OLD_PROTOCOL = 1001
# What torch calls the classes of storages, and what safetensors calls the types.
KINDS = {
    "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
    "BoolStorage": "BOOL", "ComplexFloatStorage": "C64", "ComplexDoubleStorage": "C128", "QUInt8Storage": "U8",
    "QInt8Storage": "I8", "QInt32Storage": "I32", "UntypedStorage": "U8",
}  # fmt: skip
_OF_A_LIST = ("PROTO", "FRAME", "EMPTY_LIST", "MARK", "BINPUT", "LONG_BINPUT", "MEMOIZE", "APPEND", "APPENDS")
_STORAGES = ("torch", "torch.storage", "torch.cuda")


def stored(ids: Iterable[Value]) -> Iterator[tuple[str, str, int]]:
    """The key, the type and the number of values of each storage that a pickle names; each key once."""
    seen: dict[str, tuple[str, int]] = {}
    for found in ids:
        match found:
            case ("storage", Name(module, name), str(key), str(), int(count), *_) if (
                module in _STORAGES and name in KINDS and count >= 0
            ):
                # Views of one storage name it again and again, and old files with the view's place.
                if seen.setdefault(key, (KINDS[name], count)) != (KINDS[name], count):
                    raise CutError(f"storage {key[:60]!r} has two sizes")
            case _:
                raise UnfollowedError("it asks for a storage of a kind that PyTorch has not")
    for key, (kind, count) in seen.items():
        yield key, kind, values_of([count])


def in_archive(ids: Iterable[Value], opened: zipfile.ZipFile, folder: str) -> Tensors:
    """The tensors of an archive, whose bytes must all be in its folder, uncompressed and as many as the pickle says."""
    members = {member.filename: member for member in opened.infolist()}
    found = []
    for key, kind, count in stored(ids):
        taken, member = bytes_of(kind, count), members.get(f"{folder}/{key}")
        if member is None or member.file_size != taken:
            what = "is missing" if member is None else f"has {member.file_size} bytes"
            raise CutError(f"storage {key[:60]!r} should have {taken} bytes, and {what}")
        if member.compress_type != zipfile.ZIP_STORED:
            raise CutError(f"storage {key[:60]!r} is compressed, as PyTorch never writes it")
        found.append({kind: Tally(count, taken)})
    return added(found)


def old(source: Source, machine: Machine) -> Tensors:
    """A file from before 1.6 whose first pickle, its mark, was read: four more, and the storages to the end."""
    if machine.run() != _OLD_PROTOCOL:
        raise UnfollowedError("its protocol is none of PyTorch's")
    machine.run()  # facts about the machine that wrote it
    machine.run()
    known = {key: (kind, count) for key, kind, count in stored(machine.stored)}
    for key in _keys(source):
        if key not in known:
            raise UnfollowedError("it lists a storage that no tensor has")
        kind, count = known[key]
        if int.from_bytes(source.take(8), "little") != count:
            raise CutError(f"storage {key[:60]!r} has another size than its tensor says")
        source.skip(bytes_of(kind, count))
    return added({kind: Tally(count, bytes_of(kind, count))} for kind, count in known.values())


def _keys(source: Source) -> list[str]:
    """A pickle that is a list of texts, and nothing else."""
    found = []
    while (opcode := following(source)).name != "STOP":
        if opcode.name.endswith("BINUNICODE") and isinstance(opcode.argument, str):
            found.append(opcode.argument)
        elif opcode.name not in _OF_A_LIST:
            raise UnfollowedError("its list of storages is none")
    return found
