"""Rules of gates as people write them."""

from __future__ import annotations

from typing import TypeVar

from mlgitlab.config.build import build_section
from mlgitlab.config.faults import Report
from mlgitlab.config.gates_artifact import FormatRules, OnnxRules, PickleRules, SizeRules
from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, MemoryLimit, ServedOverHttp, ThroughputLimit
from mlgitlab.config.nodes import Table, compose
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.config.scalars import Duration
from mlgitlab.config.shapes import Section

T = TypeVar("T")


def read(kind: type[T], text: str) -> T:
    report = Report("f")
    node = compose(text.encode(), "f")
    assert isinstance(node, Table)
    values = build_section(Section(kind), node, "", report)
    assert not report.problems()
    return kind(**values)


def test_a_rule_on_inference() -> None:
    text = """
    command: python models/fraud/serve.py
    requests: data/requests.jsonl
    latency_p95: {max_ratio: 1.1, at_most: 50ms}
    throughput: {min_ratio: 0.95}
    memory: {max_ratio: 1.2, at_most: 2GiB}
    duration: 60s
    """
    assert read(InferenceRules, text) == InferenceRules(
        command=("python models/fraud/serve.py",),
        requests="data/requests.jsonl",
        latency_p95=LatencyLimit(max_ratio=1.1, at_most=Elapsed(50)),
        throughput=ThroughputLimit(min_ratio=0.95),
        memory=MemoryLimit(max_ratio=1.2, at_most=ByteSize(2 << 30)),
        duration=Duration(60),
    )


def test_an_endpoint_by_its_command_alone_and_in_full() -> None:
    assert read(InferenceRules, "endpoint: python serve.py").endpoint == ServedOverHttp(command=("python serve.py",))
    full = read(InferenceRules, "endpoint: {command: x, path: /p, ready: /r, concurrency: 4}").endpoint
    assert full == ServedOverHttp(command=("x",), path="/p", ready="/r", concurrency=4)


def test_rules_on_size_and_format() -> None:
    size = "{max_bytes: 500MB, max_ratio: 1.5, max_parameters: 1_000, gpu_memory: 16GiB, batch: 32, per_item: 80MiB}"
    assert read(SizeRules, size) == SizeRules(
        max_bytes=ByteSize(500_000_000),
        max_ratio=1.5,
        max_parameters=1000,
        gpu_memory=ByteSize(16 << 30),
        batch=32,
        per_item=ByteSize(80 << 20),
    )
    form = "{allow: [safetensors, onnx], pickle: [torch, a.b], onnx: {opset: 17, operators: onnxruntime 1.20}}"
    assert read(FormatRules, form) == FormatRules(
        allow=("safetensors", "onnx"),
        pickle=PickleRules(allow=("torch", "a.b")),
        onnx=OnnxRules(opset=17, operators=("onnxruntime 1.20",)),
    )
