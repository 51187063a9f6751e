"""Headers of tensors: what they hold is counted, and what lies is found, without reading weights."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from mlgitlab.jobs.formats.described import Described
from mlgitlab.jobs.formats.describing import describe
from mlgitlab.jobs.formats.onnx import Operator, Outside
from tests.unit.jobs.gate.artifact.models import safetensors


def described(content: bytes, name: str) -> Described:
    return describe(name, len(content), lambda start, count: content[start : start + count])


def values(found: Described) -> Mapping[str, int]:
    return {kind: tally.values for kind, tally in found.tensors.items()}


def test_safetensors_are_counted() -> None:
    found = described(safetensors(a=("F32", [2, 3], 24), b=("BF16", [4], 8), c=("I64", [], 8)), "m.safetensors")
    assert (found.fault, values(found)) == ("", {"BF16": 4, "F32": 6, "I64": 1})


@pytest.mark.parametrize("length", [0x80, 0x280, 0x580, 0x10280])
def test_a_header_whose_length_looks_like_a_pickle_is_read(length: int) -> None:
    header = json.dumps({"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode().ljust(length)
    found = described(struct.pack("<Q", length) + header + b"x", "m.safetensors")
    assert (found.fault, values(found)) == ("", {"U8": 1})


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<Q", 1 << 62) + b"{}",
        struct.pack("<Q", 1 << 31) + bytes(100),
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 100_000) + b"[" * 100_000,
        safetensors(a=("F32", [1 << 40, 1 << 40], 24)),
        safetensors(a=("F32", [-1], 4)),
        safetensors(a=("F32", [2], 4)),
        safetensors(a=("F32", [1], 4)) + b"trailing",
        safetensors(a=("F32", [1], 4))[:-1],
    ],
    ids=["huge", "large", "list", "nested", "shape", "negative", "short", "trailing", "cut"],
)
def test_safetensors_that_lie_are_at_fault(content: bytes) -> None:
    assert described(content, "m.safetensors").fault


def gguf(tensors: int, keys: int, rest: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + rest


def named(name: str) -> bytes:
    return struct.pack("<Q", len(name)) + name.encode()


def test_gguf_is_counted_with_its_blocks() -> None:
    keys = named("general.name") + struct.pack("<I", 8) + named("net")
    keys += named("tokens") + struct.pack("<IIQ", 9, 8, 2) + named("a") + named("b")
    keys += named("scores") + struct.pack("<IIQ", 9, 6, 2) + bytes(8)
    one = named("w") + struct.pack("<IQQIQ", 2, 64, 4, 2, 0)  # Q4_0: 256 values in 8 blocks of 18 bytes
    two = named("b") + struct.pack("<IQIQ", 1, 4, 0, 160)  # F32
    head = gguf(2, 3, keys + one + two)
    body = bytes(-len(head) % 32) + bytes(176)
    found = described(head + body, "m.gguf")
    assert (found.fault, values(found)) == ("", {"F32": 4, "Q4_0": 256})
    assert found.tensors["Q4_0"].bytes == 144
    assert "are there" in described(head + body[:-1], "m.gguf").fault


@pytest.mark.parametrize(
    "content",
    [
        gguf(1 << 60, 1, bytes(64)),
        gguf(1, 1 << 60, bytes(64)),
        gguf(0, 1, struct.pack("<Q", 1 << 62)),
        gguf(0, 1, named("a") + struct.pack("<IIQ", 9, 8, 1 << 60)),
        gguf(0, 1, named("a") + struct.pack("<IIQ", 9, 9, 1)),
        gguf(0, 1, named("a") + struct.pack("<I", 99)),
        gguf(1, 0, named("a") + struct.pack("<I", 1000)),
        gguf(0, 0, b"", version=9),
    ],
    ids=["tensors", "keys", "name", "texts", "nested", "type", "dimensions", "version"],
)
def test_gguf_that_lies_is_at_fault(content: bytes) -> None:
    assert described(content, "m.gguf").fault


def net(**more: object) -> onnx.ModelProto:
    weights = [
        numpy_helper.from_array(np.ones((4, 3), np.float32), "w"),
        helper.make_tensor("b", TensorProto.FLOAT16, [3], [1.0, 2.0, 3.0]),
    ]
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.ones(7, np.int64)))], "branch", [], []
    )
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["y"]),
        helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch),
        helper.make_node("FusedGelu", ["y"], ["g"], domain="com.example"),
    ]
    graph = helper.make_graph(nodes, "net", [], [], weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]
    return helper.make_model(graph, opset_imports=opsets, **more)


def test_onnx_is_counted_down_to_the_constants_of_its_branches() -> None:
    found = described(net().SerializeToString(), "m.onnx")
    assert (found.fault, values(found)) == ("", {"F16": 3, "F32": 12, "I64": 14})
    assert found.onnx is not None
    assert found.onnx.opsets == {"ai.onnx": 17, "com.example": 1}
    names = {str(each) for each in found.onnx.operators}
    assert names == {"MatMul", "If", "Constant", "com.example:FusedGelu"}


def test_functions_that_an_onnx_model_defines_are_its_own() -> None:
    inner = [helper.make_node("Erf", ["x"], ["y"])]
    function = helper.make_function("com.example", "FusedGelu", ["x"], ["y"], inner, [helper.make_opsetid("", 18)])
    found = described(net(functions=[function]).SerializeToString(), "m.onnx").onnx
    assert found is not None
    assert found.own == {Operator("com.example", "FusedGelu")}
    assert Operator("ai.onnx", "Erf") in found.operators
    assert found.opsets["ai.onnx"] == 18


def test_values_of_onnx_in_other_files_are_named_and_not_looked_for() -> None:
    model = net()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../../etc/passwd"), ("offset", "8"), ("length", "48")):
        tensor.external_data.add(key=key, value=value)
    found = described(model.SerializeToString(), "m.onnx")
    assert found.onnx is not None
    assert found.onnx.outside == {Outside("../../etc/passwd", 8, 48)}
    assert values(found)["F32"] == 12


def test_onnx_that_lies_about_its_tensors_is_at_fault() -> None:
    for shape in ([1 << 40, 1 << 40], [5, 3], [-1]):
        model = net()
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(shape)
        assert described(model.SerializeToString(), "m.onnx").fault, shape
    empty = net()
    empty.graph.initializer[0].ClearField("raw_data")
    assert "has 0 of them" in described(empty.SerializeToString(), "m.onnx").fault


def test_graphs_that_are_nested_without_end_are_refused() -> None:
    deep = b""
    for _ in range(100):  # a node with an attribute that is a graph
        attribute = delimited(6, deep)
        deep = delimited(1, delimited(5, attribute))
    content = delimited(7, deep) + delimited(8, b"\x10\x11")
    assert "nested" in described(content, "m.onnx").fault


def delimited(number: int, content: bytes) -> bytes:
    size, written = len(content), b""
    while size >= 0x80:
        written, size = written + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + written + bytes([size]) + content


@given(st.data())
def test_a_changed_byte_is_never_an_error(data: st.DataObject) -> None:
    whole = {
        "m.onnx": net().SerializeToString(),
        "m.safetensors": safetensors(a=("F32", [2, 3], 24)),
        "m.gguf": gguf(1, 0, named("w") + struct.pack("<IQIQ", 1, 4, 0, 0)) + bytes(64),
    }
    name = data.draw(st.sampled_from(sorted(whole)))
    content = bytearray(whole[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    described(bytes(content), name)


def test_arrays_of_numpy_are_counted() -> None:
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros((3, 4), np.float16), b=np.array(["x"]), c=np.zeros(2, bool))
    assert values(described(stream.getvalue(), "m.npz")) == {"BOOL": 2, "F16": 12, "text": 1}


def test_json_and_text_are_what_they_say() -> None:
    assert described(json.dumps({"a": 1}).encode(), "config.json").format == "json"
    assert described(b"{", "config.json").fault
    assert described(b"[" * 100_000, "config.json").fault
    assert described("Ö\n".encode(), "README.md").format == "text"
    assert described(b"\xff\xfe\x00", "vocab.txt").fault
    assert described(b"import os", "modeling.py").format == "unknown"
    assert described(b"", "m.onnx").fault == "it is empty"
    assert not described(b"", "__init__.py").fault
