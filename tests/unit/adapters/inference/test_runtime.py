"""ONNX Runtime itself, on small models that `onnx` made."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mlgitlab.cli.wiring.inference import Places
from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, MemoryLimit
from mlgitlab.config.scalars import Duration
from mlgitlab.jobs.gate.inference.judge import judge
from mlgitlab.jobs.gate.inference.measured import Who
from mlgitlab.jobs.gate.ruling import Outcome
from tests.unit.adapters.inference.served import measured

RULE = InferenceRules(
    onnx="net/model.onnx",
    latency_p50=LatencyLimit(max_ratio=2.0),
    memory=MemoryLimit(max_ratio=1.5),
    duration=Duration(3),
    warm_up=4,
    start_within=Duration(60),
)


def model(width: int, layers: int) -> bytes:
    """So many layers of matrices, one after the other."""
    weights = [numpy_helper.from_array(np.full((width, width), 0.01, np.float32), f"w{i}") for i in range(layers)]
    nodes = [helper.make_node("MatMul", [f"x{i}", f"w{i}"], [f"x{i + 1}"]) for i in range(layers)]
    ends = [helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, ["batch", width]) for i in (0, layers)]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = made.SerializeToString()
    onnx.checker.check_model(content)
    return content


def places(root: Path, candidate: bytes, production: bytes | None = None) -> Places:
    for name, content in (("candidate", candidate), ("production", production)):
        if content is not None:
            (root / name / "net").mkdir(parents=True)
            (root / name / "net" / "model.onnx").write_bytes(content)
    return Places(
        root=root,
        candidate=root / "candidate",
        production=None if production is None else root / "production",
        environ={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"},
    )


def test_a_model_with_more_layers_is_slower(tmp_path: Path) -> None:
    found = measured(RULE, places(tmp_path, model(256, 40), model(256, 4)))
    rulings = {ruling.rule: ruling for ruling in judge(RULE, found).rulings}
    assert rulings["inference.answers"].outcome is Outcome.PASS
    assert rulings["inference.latency_p50.max_ratio"].outcome is not Outcome.PASS
    ratio = rulings["inference.latency_p50.max_ratio"].ratio
    assert ratio is None or ratio > 2
    assert found.facts["runtime"].startswith("onnxruntime ")
    assert found.used[Who.CANDIDATE].resident


def test_requests_become_the_inputs_of_the_model(tmp_path: Path) -> None:
    alone = dataclasses.replace(RULE, requests="requests.jsonl", duration=Duration(1))
    (tmp_path / "requests.jsonl").write_text('{"x0": [[1, 2, 3, 4]]}\n[[1, 2, 3, 4], [5, 6, 7, 8]]\n')
    found = measured(alone, places(tmp_path, model(4, 1)))
    assert judge(alone, found).rulings[0].outcome is Outcome.PASS
    (tmp_path / "requests.jsonl").write_text('{"x0": [[1, 2, 3]]}\n')
    found = measured(alone, dataclasses.replace(places(tmp_path / "2", model(4, 1)), root=tmp_path))
    ruling = judge(alone, found).rulings[0]
    assert ruling.outcome is Outcome.FAIL
    assert "INVALID_ARGUMENT" in ruling.why.upper() or "invalid" in ruling.why.lower()


@pytest.mark.parametrize(
    "content", [b"", b"no model", b"\x08\x08:\x02\n\x00B\x02\x10\x11"], ids=["empty", "none", "odd"]
)
def test_a_model_that_the_runtime_refuses_fails(tmp_path: Path, content: bytes) -> None:
    found = measured(dataclasses.replace(RULE, duration=Duration(1)), places(tmp_path, content))
    assert "ended with exit status" in found.fault[Who.CANDIDATE]
    assert judge(RULE, found).rulings[0].outcome is Outcome.FAIL


def test_a_model_without_the_file_fails(tmp_path: Path) -> None:
    found = measured(dataclasses.replace(RULE, onnx="other.onnx"), places(tmp_path, model(4, 1)))
    assert "no file 'other.onnx'" in found.fault[Who.CANDIDATE]
