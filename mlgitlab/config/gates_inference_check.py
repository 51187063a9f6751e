"""What rules of `gates.inference` cannot mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import PurePosixPath

from mlgitlab.config.gates_inference import InferenceRules

_MOST_CONCURRENT = 64


def wrong(rule: InferenceRules) -> Iterator[tuple[str, str]]:
    """The key below `gates`, and what is wrong with it."""
    yield from _ways(rule)
    limits = [rule.latency_p50, rule.latency_p95, rule.latency_p99, rule.throughput, rule.memory, rule.gpu_memory]
    if not any(limits):
        yield "inference", "it has no limit, such as `latency_p95: {max_ratio: 1.1}`"
    for key, ratio in _ratios(rule):
        if not math.isfinite(ratio) or ratio <= 0:
            yield f"inference.{key}", f"{ratio} is no ratio"
        elif ratio == 1:
            yield f"inference.{key}", "1 leaves no room for noise: no measurement could ever pass"
    if rule.throughput and rule.throughput.at_least is not None and not 0 < rule.throughput.at_least < math.inf:
        yield "inference.throughput.at_least", f"{rule.throughput.at_least} is no rate"
    if rule.warm_up < 1:
        yield "inference.warm_up", f"{rule.warm_up} is less than 1"


def _ways(rule: InferenceRules) -> Iterator[tuple[str, str]]:
    ways = [bool(rule.command), rule.endpoint is not None, rule.onnx is not None]
    if sum(ways) != 1:
        yield "inference", "exactly one of `command`, `endpoint` and `onnx` says how models are served"
    if rule.requests is None and not rule.onnx:
        yield "inference.requests", "without requests there is nothing to measure"
    for key, path in (("onnx", rule.onnx), ("requests", rule.requests)):
        if path is not None and (not path.strip() or path.startswith("/") or ".." in PurePosixPath(path).parts):
            yield f"inference.{key}", f"{path!r} is no path within"
    if rule.endpoint:
        if not 1 <= rule.endpoint.concurrency <= _MOST_CONCURRENT:
            yield (
                "inference.endpoint.concurrency",
                f"{rule.endpoint.concurrency} is not between 1 and {_MOST_CONCURRENT}",
            )
        for key, path in (("path", rule.endpoint.path), ("ready", rule.endpoint.ready)):
            if not path.startswith("/") or not path.isascii() or any(each <= " " for each in path):
                yield f"inference.endpoint.{key}", f"{path!r} is no path of a server, such as `/predict`"
        if not rule.endpoint.content_type.isascii() or not rule.endpoint.content_type.isprintable():
            yield "inference.endpoint.content_type", f"{rule.endpoint.content_type!r} is no type"


def _ratios(rule: InferenceRules) -> Iterator[tuple[str, float]]:
    speed = {"latency_p50": rule.latency_p50, "latency_p95": rule.latency_p95, "latency_p99": rule.latency_p99}
    for key, limit in {**speed, "memory": rule.memory, "gpu_memory": rule.gpu_memory}.items():
        if limit and limit.max_ratio is not None:
            yield f"{key}.max_ratio", limit.max_ratio
    if rule.throughput and rule.throughput.min_ratio is not None:
        yield "throughput.min_ratio", rule.throughput.min_ratio
