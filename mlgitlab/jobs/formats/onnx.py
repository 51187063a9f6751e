"""ONNX models: operator sets, operators, and the tensors' shapes. No weight is read. The format: onnx.proto3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from mlgitlab.jobs.formats.protobuf import Field, Message
from mlgitlab.jobs.formats.reading import CutError
from mlgitlab.jobs.formats.tally import BITS, Tally, Tensors, added, bytes_of, values_of

_DEEPEST = 64
_MOST_RANK = 64
# ModelProto, GraphProto, FunctionProto, NodeProto, AttributeProto, SparseTensorProto, OperatorSetIdProto
_GRAPH, _OPSETS, _FUNCTIONS = 7, 8, 25
_NODES, _INITIALIZERS, _SPARSE = 1, 5, 15
_FUNCTION_NAME, _FUNCTION_NODES, _FUNCTION_OPSETS, _FUNCTION_DOMAIN = 1, 7, 9, 10
_OPERATOR, _ATTRIBUTES, _DOMAIN = 4, 5, 7
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS, _SPARSE_TENSOR, _SPARSE_TENSORS = 5, 6, 10, 11, 22, 23
_VALUES, _INDICES = 1, 2
_SET_DOMAIN, _SET_VERSION = 1, 2
# TensorProto: shape, type, the fields that hold values, and where they are outside
_DIMS, _TYPE, _RAW, _OUTSIDE = 1, 2, 9, 13
_TEXTS = 6
_TYPED = {4: 4, 5: 1, 6: 1, 7: 1, 10: 8, 11: 1}  # least bytes of a value in each
_KINDS = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 8: "string", 9: "BOOL", 10: "F16", 11: "F64",
    12: "U32", 13: "U64", 14: "C64", 15: "C128", 16: "BF16", 17: "F8_E4M3", 18: "F8_E4M3", 19: "F8_E5M2",
    20: "F8_E5M2", 21: "U4", 22: "I4", 23: "F4", 24: "F8_E8M0", 25: "U2", 26: "I2",
}  # fmt: skip
STANDARD = "ai.onnx"


@dataclass(frozen=True, slots=True, order=True)
class Operator:
    """What a node does. `domain` is `ai.onnx` for the standard operators."""

    domain: str
    name: str

    def __str__(self) -> str:
        return self.name if self.domain == STANDARD else f"{self.domain}:{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Outside:
    """Values in another file: its path from the model's folder, from which byte, and how many (all the rest: -1)."""

    location: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Onnx:
    """What a model asks of its runtime. opsets: the newest version of each domain's. own: functions that it defines."""

    opsets: Mapping[str, int]
    operators: frozenset[Operator]
    own: frozenset[Operator] = frozenset()
    outside: frozenset[Outside] = frozenset()
    tensors: Tensors = field(default_factory=dict)


def onnx(stream: BinaryIO, size: int) -> Onnx:
    """The whole model; CutError where it is none. Values in other files are named, and not looked for."""
    message = Message(stream, size)
    reading = _Reading(message)
    fields: set[int] = set()
    for each in message.fields(0, size):
        fields.add(each.number)
        if each.number == _GRAPH:
            reading.graph(_whole(each), 0)
        elif each.number == _OPSETS:
            reading.opset(_whole(each))
        elif each.number == _FUNCTIONS:
            reading.function(_whole(each))
    if not {_GRAPH, _OPSETS} <= fields:
        raise CutError("it has no graph, or names no operator set")
    return Onnx(
        opsets=dict(sorted(reading.opsets.items())),
        operators=frozenset(reading.operators),
        own=frozenset(reading.own),
        outside=frozenset(reading.outside),
        tensors=added(reading.tensors.values()),
    )


def _whole(found: Field) -> Field:
    if not found.nested:
        raise CutError(f"field {found.number} is no message")
    return found


class _Reading:
    """What was found so far."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self.opsets: dict[str, int] = {}
        self.operators: set[Operator] = set()
        self.own: set[Operator] = set()
        self.outside: set[Outside] = set()
        self.tensors: dict[str, Tensors] = {}

    def _fields(self, within: Field) -> Iterator[Field]:
        return self._message.fields(within.start, within.end)

    def opset(self, found: Field) -> None:
        domain, version = "", 0
        for each in self._fields(found):
            if each.number == _SET_DOMAIN:
                domain = self._message.text(each)
            elif each.number == _SET_VERSION:
                version = each.value
        self.opsets[domain or STANDARD] = max(version, self.opsets.get(domain or STANDARD, 0))

    def function(self, found: Field) -> None:
        name, domain = "", ""
        for each in self._fields(found):
            if each.number == _FUNCTION_NAME:
                name = self._message.text(each)
            elif each.number == _FUNCTION_DOMAIN:
                domain = self._message.text(each)
            elif each.number == _FUNCTION_OPSETS:
                self.opset(_whole(each))
            elif each.number == _FUNCTION_NODES:
                self._node(_whole(each), 0)
        self.own.add(Operator(domain or STANDARD, name))

    def graph(self, found: Field, depth: int) -> None:
        if depth > _DEEPEST:
            raise CutError(f"graphs that are nested more than {_DEEPEST} deep cannot be followed")
        for each in self._fields(found):
            if each.number == _NODES:
                self._node(_whole(each), depth)
            elif each.number == _INITIALIZERS:
                self._tensor(_whole(each))
            elif each.number == _SPARSE:
                self._sparse(_whole(each))

    def _node(self, found: Field, depth: int) -> None:
        name, domain = "", ""
        for each in self._fields(found):
            if each.number == _OPERATOR:
                name = self._message.text(each)
            elif each.number == _DOMAIN:
                domain = self._message.text(each)
            elif each.number == _ATTRIBUTES:
                self._attribute(_whole(each), depth)
        self.operators.add(Operator(domain or STANDARD, name))

    def _attribute(self, found: Field, depth: int) -> None:
        for each in self._fields(found):
            if each.number in (_TENSOR, _TENSORS):
                self._tensor(_whole(each))
            elif each.number in (_SUBGRAPH, _SUBGRAPHS):
                self.graph(_whole(each), depth + 1)
            elif each.number in (_SPARSE_TENSOR, _SPARSE_TENSORS):
                self._sparse(_whole(each))

    def _sparse(self, found: Field) -> None:
        for each in self._fields(found):
            if each.number in (_VALUES, _INDICES):
                self._tensor(_whole(each))

    def _tensor(self, found: Field) -> None:
        tensor = _Tensor()
        for each in self._fields(found):
            if each.number == _DIMS:
                tensor.shape += self._message.numbers(each)
                if len(tensor.shape) > _MOST_RANK:
                    raise CutError(f"a tensor of more than {_MOST_RANK} dimensions is none")
            elif each.number == _OUTSIDE:
                tensor.outside.update(self._entry(_whole(each)))
            else:
                tensor.note(each)
        if tensor.outside:
            self.outside.add(_outside(tensor.outside))
        kind, tally = tensor.tally()
        self.tensors[kind] = added([self.tensors.get(kind, {}), {kind: tally}])

    def _entry(self, found: Field) -> Mapping[str, str]:
        texts = {each.number: self._message.text(_whole(each)) for each in self._fields(found)}
        return {texts.get(1, ""): texts.get(2, "")}


@dataclass(kw_only=True)
class _Tensor:
    """A TensorProto. raw: the bytes of `raw_data`, -1 where there is none. typed: how many values stand elsewhere."""

    shape: list[int] = field(default_factory=list)
    outside: dict[str, str] = field(default_factory=dict)
    kind: int = 0
    raw: int = -1
    typed: int = 0

    def note(self, found: Field) -> None:
        if found.number == _TYPE:
            self.kind = found.value
        elif found.number == _RAW:
            self.raw = found.end - found.start
        elif found.number in _TYPED:
            in_a_row = found.nested and found.number != _TEXTS
            self.typed += (found.end - found.start) // _TYPED[found.number] if in_a_row else 1

    def tally(self) -> tuple[str, Tally]:
        """The type and the values; CutError where they are not all there."""
        kind, values = _KINDS.get(self.kind, f"ONNX type {self.kind}"), values_of(self.shape)
        taken = bytes_of(kind, values) if kind in BITS else max(self.raw, 0)
        if self.raw >= 0 and not self.outside and kind in BITS and self.raw != taken:
            raise CutError(f"a tensor of {values} values of {kind} has {self.raw} bytes")
        if self.raw < 0 and not self.outside and self.typed < _least(kind, values):
            raise CutError(f"a tensor of {values} values has {self.typed} of them")
        return kind, Tally(values, taken)


def _least(kind: str, values: int) -> int:
    """How many numbers the values take at least: complex ones take two, narrow ones share one."""
    return 2 * values if kind in ("C64", "C128") else -(-values * min(BITS.get(kind, 8), 8) // 8)


def _outside(entries: Mapping[str, str]) -> Outside:
    try:
        offset, length = int(entries.get("offset") or 0), int(entries.get("length") or -1)
    except ValueError:
        raise CutError("a tensor does not say where in another file it is") from None
    return Outside(entries.get("location", ""), offset, length)
