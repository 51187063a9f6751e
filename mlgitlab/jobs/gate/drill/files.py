"""Files that no gate on size or format should pass. They are described, and never written or loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.config.gates_artifact import SizeRules
from mlgitlab.jobs.gate.artifact.files import ModelFiles

_DTYPES = {"F64": 8, "F32": 4, "I64": 8, "BF16": 2, "F16": 2, "U8": 1}
# A pickle that calls os.system when it is loaded, which nobody does: `c` names what `R` calls.
PICKLE = b"cos\nsystem\n(S'true'\ntR."


@dataclass(frozen=True, slots=True)
class WithFiles:
    """The files of a model and some more: the start of each by name, with its size; what follows is zeros."""

    model: ModelFiles
    more: Mapping[str, tuple[bytes, int]]

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file, by its path in the model."""
        return {**self.model.sizes, **{name: size for name, (_, size) in self.more.items()}}

    def read(self, name: str, start: int, count: int) -> bytes:
        """At most `count` bytes from `start`, fewer only at the file's end."""
        if name not in self.more:
            return self.model.read(name, start, count)
        begin, size = self.more[name]
        there = max(0, min(count, size - start))
        return begin[start : start + there].ljust(there, b"\0")


def too_large(model: ModelFiles, rules: SizeRules) -> WithFiles:
    """The model with so many files and values more that every limit of the rules is passed."""
    dtype = next((name for name in _DTYPES if name not in rules.dtypes), "F64")
    limits = [
        sum(model.sizes.values()) * (1 + (rules.max_ratio or 1.0)),
        rules.max_bytes.bytes if rules.max_bytes else 0,
        rules.gpu_memory.bytes if rules.gpu_memory else 0,
        (rules.max_parameters or 0) * _DTYPES[dtype],
    ]
    tensor = _tensor(dtype, int(max(limits)) // _DTYPES[dtype] + 1)
    more = {f"drill-{number}.txt": (b"drill\n", 6) for number in range((rules.max_files or 0) + 1)}
    return WithFiles(model, {"drill.safetensors": tensor, **(more if rules.max_files is not None else {})})


def _tensor(dtype: str, count: int) -> tuple[bytes, int]:
    """A file of safetensors with one tensor: https://huggingface.co/docs/safetensors/index#format."""
    size = count * _DTYPES[dtype]
    header = json.dumps({"drill": {"dtype": dtype, "shape": [count], "data_offsets": [0, size]}}).encode()
    begin = len(header).to_bytes(8, "little") + header
    return begin, len(begin) + size


def with_pickle(model: ModelFiles) -> WithFiles:
    """The model with a pickle that runs a command when it is loaded."""
    return WithFiles(model, {"drill.pkl": (PICKLE, len(PICKLE))})


def broken(model: ModelFiles) -> WithFiles:
    """The model with a file that is cut off."""
    begin, size = _tensor("F32", 100)
    return WithFiles(model, {"drill.safetensors": (begin, size // 2)})


def with_onnx(model: ModelFiles) -> WithFiles:
    """The model with a graph that asks for operators which no runtime has."""
    content = _onnx()
    return WithFiles(model, {"drill.onnx": (content, len(content))})


def _onnx() -> bytes:
    """A ModelProto with one node: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto."""
    node = _field(1, b"x") + _field(2, b"y") + _field(4, b"DrillOperator")
    graph = _field(1, node) + _field(2, b"drill")
    opset = _field(1, b"") + bytes([2 << 3]) + _varint(9999)
    return bytes([1 << 3]) + _varint(8) + _field(7, graph) + _field(8, opset)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
