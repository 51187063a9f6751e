"""Checkpoints: whole ones pass, and ones that are cut short do not, wherever the format can tell."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.jobs.formats import registry


def fault(name: str, content: bytes) -> str:
    return registry.fault(name, io.BytesIO(content), len(content))


def safetensors() -> bytes:
    tensors = {
        "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]},
        "__metadata__": {"format": "pt"},
    }
    header = json.dumps(tensors).encode()
    return struct.pack("<Q", len(header)) + header + bytes(22)


def torch_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"w": 1}))
        archive.writestr("archive/data/0", bytes(64))
    return stream.getvalue()


def npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(6.0))
    return stream.getvalue()


def npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, a=np.arange(6), b=np.array(["x", "yz"]))
    return stream.getvalue()


def parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), stream)
    return stream.getvalue()


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def onnx() -> bytes:
    return bytes([1 << 3, 8]) + field(2, b"tests") + field(7, field(2, b"graph")) + field(8, b"\x10\x11")


def hdf5() -> bytes:
    """A superblock of version 2 that says how long the file is."""
    size = 200
    head = b"\x89HDF\r\n\x1a\n" + bytes([2, 8, 8, 0]) + struct.pack("<QQQQ", 0, 2**64 - 1, size, 48)
    return head.ljust(size, b"\0")


def gguf() -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + bytes(64)


def old_torch() -> bytes:
    """As PyTorch before 1.6 wrote: five pickles, and then the bytes of the tensors."""
    parts = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"w": 1}, ["0"])
    return b"".join(pickle.dumps(part, protocol=2) for part in parts) + bytes(64)


# joblib 1.6.0: dump({"w": numpy.arange(2.0)}), with the array's bytes between the opcodes.
DUMPED = base64.b64decode(
    "gASV1wAAAAAAAAB9lIwBd5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFycmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xh"
    "c3OUjAVudW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsChZSMBW9yZGVylIwBQ5SMBWR0eXBllGgIjAVkdHlwZZSTlIwCZjiUiYiH"
    "lFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYowKYWxsb3dfbW1hcJSIjBtudW1weV9hcnJheV9hbGlnbm1lbnRfYnl0ZXOUSxB1"
    "Yg3/////////////////AAAAAAAAAAAAAAAAAADwP3Mu"
)

WHOLE: dict[str, Callable[[], bytes]] = {
    "model.safetensors": safetensors,
    "model.pt": torch_zip,
    "old.pth": old_torch,
    "weights.npy": npy,
    "weights.npz": npz,
    "model.parquet": parquet,
    "model.onnx": onnx,
    "model.h5": hdf5,
    "model.gguf": gguf,
    "model.pkl": lambda: pickle.dumps({"w": list(range(20))}),
    "model.joblib": lambda: DUMPED,
    "model.json": lambda: b'{"w": [1, 2]}',
    "model.json.gz": lambda: gzip.compress(b'{"w": [1, 2]}'),
}
# What is left of these is shorter than it was, and nothing in it says so.
BLIND = {"old.pth", "model.gguf", "model.joblib"}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_checkpoints_pass(name: str) -> None:
    assert registry.is_known(name)
    assert fault(name, WHOLE[name]()) == ""


@pytest.mark.parametrize("name", sorted(WHOLE.keys() - BLIND))
def test_a_checkpoint_that_is_cut_at_any_byte_is_damaged(name: str) -> None:
    content = WHOLE[name]()
    # A protobuf message without its last optional fields is one, too; ours needs its last.
    assert [end for end in range(len(content)) if fault(name, content[:end]) == ""] == []


@pytest.mark.parametrize("name", sorted(BLIND))
def test_the_other_formats_show_at_least_a_cut_in_their_head(name: str) -> None:
    content = WHOLE[name]()
    assert all(fault(name, content[:end]) for end in range(24))


def test_nothing_in_a_pickle_is_run() -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
            return pytest.fail, ("a checkpoint ran code",)

    assert fault("model.pkl", pickle.dumps(Trap())) == ""
    assert fault("model.pt", pickle.dumps(Trap())) == ""


def test_a_tensor_that_is_not_of_its_own_size_is_damaged() -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 16]}}).encode()
    assert "shape" in fault("m.safetensors", struct.pack("<Q", len(header)) + header + bytes(16))


def test_a_flipped_byte_in_an_archive_is_damage() -> None:
    content = bytearray(torch_zip())
    content[content.index(bytes(64)) + 10] ^= 1
    assert "damaged" in fault("model.pt", bytes(content))


def test_an_unknown_format_shows_its_emptiness_alone() -> None:
    assert not registry.is_known("model.bin2")
    assert fault("model.bin2", b"x") == ""
    assert fault("model.bin2", b"") == "it is empty"


@given(st.binary(max_size=200), st.sampled_from(sorted(WHOLE)))
def test_no_content_is_more_than_damaged(content: bytes, name: str) -> None:
    assert isinstance(fault(name, content), str)
