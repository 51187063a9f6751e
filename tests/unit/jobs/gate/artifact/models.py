"""Models as files in memory, made by hand as their formats have them."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(kw_only=True)
class MemoryFiles:
    """A model's files; `asked` counts the bytes that were read."""

    content: Mapping[str, bytes]
    claimed: Mapping[str, int] = field(default_factory=dict)
    asked: int = 0

    @property
    def sizes(self) -> Mapping[str, int]:
        return {name: self.claimed.get(name, len(content)) for name, content in self.content.items()}

    def read(self, name: str, start: int, count: int) -> bytes:
        found = self.content[name][start : start + count]
        self.asked += len(found)
        return found


def files(**content: bytes) -> MemoryFiles:
    """Files by their names, `__` for the dot."""
    return MemoryFiles(content={name.replace("__", "."): value for name, value in content.items()})


def safetensors(**shapes: tuple[str, list[int], int]) -> bytes:
    """Tensors by name: type, shape, and bytes."""
    header, place = {}, 0
    for name, (kind, shape, size) in shapes.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [place, place + size]}
        place += size
    written = json.dumps(header).encode()
    return struct.pack("<Q", len(written)) + written + bytes(place)


def storage_id(kind: str, key: str, count: int) -> bytes:
    """The opcodes of a persistent id, as torch.save writes it."""
    return b"(X\x07\x00\x00\x00storage" + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(count) + b"tQ"


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def tensor(kind: str, key: str, shape: tuple[int, ...]) -> bytes:
    """The opcodes of a tensor: _rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())."""
    count = int(np.prod(shape, initial=1))
    strides = [int(np.prod(shape[index + 1 :], initial=1)) for index in range(len(shape))]
    sizes = b"(" + b"".join(map(number, shape)) + b"t"
    steps = b"(" + b"".join(map(number, strides)) + b"t"
    hooks = b"ccollections\nOrderedDict\n)R"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage_id(kind, key, count) + number(0) + sizes + steps + b"\x89"
        + hooks + b"tR"
    )  # fmt: skip


def state_dict(**tensors: tuple[str, str, tuple[int, ...]]) -> bytes:
    """The pickle of an OrderedDict of tensors: kind of storage, key, shape."""
    entries = b"".join(text(name) + tensor(*each) for name, each in tensors.items())
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + entries + b"u."


def torch_zip(data: bytes, storages: Mapping[str, bytes], **others: bytes) -> bytes:
    """What torch.save writes since 1.6."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model/data.pkl", data)
        archive.writestr("model/byteorder", b"little")
        for key, content in storages.items():
            archive.writestr(f"model/data/{key}", content)
        archive.writestr("model/version", b"3\n")
        for name, content in others.items():
            archive.writestr(f"model/{name.replace('__', '.')}", content)
    return stream.getvalue()


def torch_old(data: bytes, storages: Mapping[str, tuple[int, bytes]]) -> bytes:
    """What torch.save wrote before 1.6: storages by key, with the number of values and the bytes."""
    about = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    head = [0x1950A86A20F9469CFC6C, 1001, about]
    written = b"".join(pickle.dumps(each, protocol=2) for each in head) + data
    written += pickle.dumps(list(storages), protocol=2)
    return written + b"".join(struct.pack("<Q", count) + content for count, content in storages.values())
