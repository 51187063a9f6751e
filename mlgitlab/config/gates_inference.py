"""The rules of `gates.inference`: how fast a model must answer, and how much memory it may take."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from mlgitlab.config.field import doc
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.config.scalars import Duration
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyLimit:
    """A limit on a quantile of the time from a request to its answer."""

    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio to production's, such as 1.1; judged by the interval of the ratio, and only where production against itself differs by less."))
    at_most: Elapsed | None = field(default=None, metadata=doc("Largest time, such as `50ms`, on the runner's hardware."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputLimit:
    """A limit on the number of answers in a second."""

    min_ratio: float | None = field(default=None, metadata=doc("Least ratio to production's, such as 0.95."))
    at_least: float | None = field(default=None, metadata=doc("Least answers in a second."))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLimit:
    """A limit on the largest memory that serving took."""

    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio to production's, such as 1.2."))
    at_most: ByteSize | None = field(default=None, metadata=doc("Most memory, such as `2GiB`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedOverHttp:
    """A server that answers requests over HTTP on 127.0.0.1."""

    shorthand: ClassVar[str] = "command"

    command: tuple[str, ...] = field(metadata=doc("The shell line, or lines, that start the server: on `MLGITLAB_HOST`, at `MLGITLAB_PORT`, for the model in the folder `MLGITLAB_MODEL_DIR`. It is ended when all is measured."))
    path: str = field(default="/predict", metadata=doc("Where requests are posted."))
    ready: str = field(default="/health", metadata=doc("What answers with status 200 once the model is loaded."))
    content_type: str = field(default="application/json", metadata=doc("Type of the requests' bodies."))
    concurrency: int = field(default=1, metadata=doc("How many requests are under way at the same time."))


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceRules:
    """How the candidate and production are served side by side, and what the candidate must keep to."""

    command: tuple[str, ...] = field(default=(), metadata=doc("The shell line, or lines, that start a process which loads the model in the folder `MLGITLAB_MODEL_DIR`, reads requests from standard input, one JSON value on a line, and writes each answer to standard output, one JSON value on a line. Exactly one of `command`, `endpoint` and `onnx`."))
    endpoint: ServedOverHttp | None = field(default=None, metadata=doc("The command of a server that answers over HTTP, instead."))
    onnx: str | None = field(default=None, metadata=doc("An ONNX file of the model, by its path in it, which ONNX Runtime runs, instead. Needs `mlgitlab[onnx]`."))
    requests: str | None = field(default=None, metadata=doc("File with the requests, one JSON value on a line; for an endpoint also any other file, which is one body. Without one, ONNX models are given zeros."))
    latency_p50: LatencyLimit | None = field(default=None, metadata=doc("Limit on the median time."))
    latency_p95: LatencyLimit | None = field(default=None, metadata=doc("Limit on the time that 95 % of the answers take at most."))
    latency_p99: LatencyLimit | None = field(default=None, metadata=doc("Limit on the time that 99 % of the answers take at most."))
    throughput: ThroughputLimit | None = field(default=None, metadata=doc("Limit on the answers in a second."))
    memory: MemoryLimit | None = field(default=None, metadata=doc("Limit on the largest resident memory of the process with all that it started."))
    gpu_memory: MemoryLimit | None = field(default=None, metadata=doc("Limit on the memory taken on GPUs, as `nvidia-smi` says."))
    duration: Duration = field(default=Duration(60), metadata=doc("How long is measured, all models together, warm-up and start not counted."))
    warm_up: int = field(default=20, metadata=doc("Requests to each model that are not counted, before the others."))
    start_within: Duration = field(default=Duration(120), metadata=doc("Time for a model to be loaded and give its first answer."))
    answer_within: Duration = field(default=Duration(30), metadata=doc("Time for any one answer; later is a failure."))
    second_production: bool = field(default=True, metadata=doc("Whether production runs a second time, in a process of its own, to measure the noise. `false` where the memory cannot hold three models: then production's one process is compared with itself."))
    advisory: bool = field(default=False, metadata=doc("Whether the rules are only reported."))
