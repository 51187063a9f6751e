"""Rules of `gates.inference` that mean nothing are named by their key."""

from __future__ import annotations

import dataclasses

import pytest

from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, ServedOverHttp, ThroughputLimit
from mlgitlab.config.gates_inference_check import wrong

GOOD = InferenceRules(command=("python serve.py",), requests="r.jsonl", latency_p95=LatencyLimit(max_ratio=1.1))


def test_a_rule_that_can_be_measured_has_nothing_wrong() -> None:
    assert not list(wrong(GOOD))
    assert not list(wrong(dataclasses.replace(GOOD, command=(), requests=None, onnx="model.onnx")))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"onnx": "model.onnx"}, "inference"),
        ({"command": ()}, "inference"),
        ({"requests": None}, "inference.requests"),
        ({"requests": "../secret"}, "inference.requests"),
        ({"command": (), "onnx": "/etc/passwd"}, "inference.onnx"),
        ({"latency_p95": None}, "inference"),
        ({"latency_p95": LatencyLimit(max_ratio=1.0)}, "inference.latency_p95.max_ratio"),
        ({"latency_p95": LatencyLimit(max_ratio=float("nan"))}, "inference.latency_p95.max_ratio"),
        ({"throughput": ThroughputLimit(min_ratio=-1.0)}, "inference.throughput.min_ratio"),
        ({"throughput": ThroughputLimit(at_least=0.0)}, "inference.throughput.at_least"),
        ({"warm_up": 0}, "inference.warm_up"),
        ({"command": (), "endpoint": ServedOverHttp(command=("x",), path="predict")}, "inference.endpoint.path"),
        ({"command": (), "endpoint": ServedOverHttp(command=("x",), ready="/a\r\nb")}, "inference.endpoint.ready"),
        ({"command": (), "endpoint": ServedOverHttp(command=("x",), concurrency=0)}, "inference.endpoint.concurrency"),
    ],
    ids=str,
)
def test_what_cannot_be_measured_is_named(change: dict[str, object], key: str) -> None:
    assert key in dict(wrong(dataclasses.replace(GOOD, **change)))  # type: ignore[arg-type]
