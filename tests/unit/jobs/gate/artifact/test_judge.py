"""Rulings on the size and the formats of a model's files."""

from __future__ import annotations

import bz2
import gzip
import io
import pickle
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import onnx
import pytest
from onnx import TensorProto, defs, helper

from mlgitlab.config.gates_artifact import FormatRules, OnnxRules, PickleRules, SizeRules
from mlgitlab.config.quantities import ByteSize
from mlgitlab.config.scalars import Globs
from mlgitlab.jobs.formats.onnx import STANDARD, Operator
from mlgitlab.jobs.gate.artifact import operators
from mlgitlab.jobs.gate.artifact.judge import judge, wrong
from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from tests.unit.jobs.gate.artifact.models import MemoryFiles, files, safetensors, state_dict, torch_zip

NET = safetensors(w=("F32", [100, 10], 4000), b=("F16", [10], 20))
MODEL = files(model__safetensors=NET, config__json=b"{}")
EVIL = b"cos\nsystem\n(S'id'\ntR."


def sized(rule: SizeRules, candidate: MemoryFiles = MODEL, production: MemoryFiles | None = MODEL) -> Ruling:
    (found,) = judge(rule, None, candidate, production).rulings
    return found


def formed(rule: FormatRules, candidate: MemoryFiles) -> Mapping[str, Ruling]:
    return {ruling.rule.removeprefix("format."): ruling for ruling in judge(None, rule, candidate, None).rulings}


TOTAL = MODEL.sizes["model.safetensors"] + 2


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (SizeRules(max_bytes=ByteSize(TOTAL)), Outcome.PASS),
        (SizeRules(max_bytes=ByteSize(TOTAL - 1)), Outcome.FAIL),
        (SizeRules(max_files=2), Outcome.PASS),
        (SizeRules(max_files=1), Outcome.FAIL),
        (SizeRules(max_ratio=1.0), Outcome.PASS),
        (SizeRules(max_ratio=0.99), Outcome.FAIL),
        (SizeRules(max_parameters=1010), Outcome.PASS),
        (SizeRules(max_parameters=1009), Outcome.FAIL),
        (SizeRules(dtypes=("F16", "F32")), Outcome.PASS),
        (SizeRules(dtypes=("F16",)), Outcome.FAIL),
        (SizeRules(gpu_memory=ByteSize(5020), overhead=ByteSize(1000)), Outcome.PASS),
        (SizeRules(gpu_memory=ByteSize(5019), overhead=ByteSize(1000)), Outcome.FAIL),
        (SizeRules(gpu_memory=ByteSize(8020), overhead=ByteSize(1000), batch=3, per_item=ByteSize(1000)), Outcome.PASS),
        (SizeRules(gpu_memory=ByteSize(8019), overhead=ByteSize(1000), batch=3, per_item=ByteSize(1000)), Outcome.FAIL),
        (SizeRules(gpu_memory=ByteSize(8000), overhead=ByteSize(1000), batch=3), Outcome.INCONCLUSIVE),
    ],
    ids=str,
)
def test_each_limit_of_size_is_judged(rule: SizeRules, outcome: Outcome) -> None:
    assert sized(rule).outcome is outcome


def test_without_production_the_ratio_is_not_judged_and_says_so() -> None:
    found = sized(SizeRules(max_ratio=1.5), production=None)
    assert (found.outcome, found.mandatory) == (Outcome.INCONCLUSIVE, False)
    assert "no model in production" in found.why
    assert sized(SizeRules(max_ratio=1.5), production=files()).outcome is Outcome.INCONCLUSIVE


def test_a_model_without_files_fails() -> None:
    assert sized(SizeRules(max_bytes=ByteSize(10)), files()).outcome is Outcome.FAIL


def test_what_cannot_be_counted_never_passes() -> None:
    odd = files(model__safetensors=NET, extra__h5=b"\x89HDF\r\n\x1a\n" + bytes(100), other__bin=b"\x01\x02")
    assert sized(SizeRules(max_parameters=5000), odd).outcome is Outcome.INCONCLUSIVE
    assert sized(SizeRules(max_parameters=50), odd).outcome is Outcome.FAIL
    assert sized(SizeRules(dtypes=("F16", "F32")), odd).outcome is Outcome.INCONCLUSIVE
    assert sized(SizeRules(max_parameters=50), files(a__json=b"{}")).outcome is Outcome.INCONCLUSIVE
    weights = next(
        each for each in sized(SizeRules(gpu_memory=ByteSize(1 << 40)), odd).numbers if each.name == "weights"
    )
    assert weights.value == 4020 + 108 + 2


def test_only_headers_are_read() -> None:
    large = files(model__safetensors=safetensors(w=("F32", [5_000_000], 20_000_000)))
    assert sized(SizeRules(max_parameters=5_000_000), large).outcome is Outcome.PASS
    assert large.asked < 200_000


def test_the_facts_say_what_it_is() -> None:
    facts = judge(SizeRules(), None, MODEL, None).facts
    assert facts == {
        "files": "2", "bytes": str(TOTAL), "formats": "json, safetensors", "parameters": "1010",
        "dtypes": "F16: 10, F32: 1000",
    }  # fmt: skip


def test_formats_that_are_not_allowed_fail_by_name() -> None:
    rule = FormatRules(allow=("safetensors", "json"))
    assert formed(rule, MODEL)["allow"].outcome is Outcome.PASS
    mixed = files(model__safetensors=NET, code__py=b"import os", model__pt=torch_zip(state_dict(), {}))
    found = formed(rule, mixed)["allow"]
    assert found.outcome is Outcome.FAIL
    assert "model.pt: torch" in found.why
    assert "code.py: unknown" in found.why
    assert formed(rule, files())["allow"].outcome is Outcome.FAIL


def test_files_may_be_there_besides_the_formats_and_are_looked_into_all_the_same() -> None:
    rule = FormatRules(allow=("safetensors",), besides=Globs.parse(("tokenizer.*", "*.bin", "!evil.bin")))
    model = files(model__safetensors=NET, tokenizer__model=b"\n\x0e\n\x05<unk>", evil__bin=b"\x01")
    found = formed(rule, model)["allow"]
    assert (found.outcome, found.why) == (Outcome.FAIL, "evil.bin: unknown")
    assert formed(rule, files(other__bin=b"\x80\x04" + EVIL))["pickle"].outcome is Outcome.FAIL


def test_a_file_that_is_not_what_it_says_fails() -> None:
    found = formed(FormatRules(), files(model__safetensors=pickle.dumps([1]), other__onnx=b"\x08\x08"))["whole"]
    assert found.outcome is Outcome.FAIL
    assert "its name says safetensors" in found.why
    assert "other.onnx" in found.why


@pytest.mark.parametrize("name", ["model.pkl", "model.pt", "model.safetensors", "weights.bin", "model.json", "model"])
def test_a_hostile_pickle_fails_by_whatever_name(name: str) -> None:
    for content in (EVIL, b"\x80\x04" + EVIL, torch_zip(state_dict()[:-1] + b"0" + EVIL, {})):
        found = judge(None, FormatRules(), MemoryFiles(content={name: content}), None).rulings
        assert Outcome.FAIL in {ruling.outcome for ruling in found}, content


@pytest.mark.parametrize("name", ["model.bin", "model.pkl", "model.joblib", "model"])
def test_what_is_packed_is_looked_into_by_whatever_name(name: str) -> None:
    for pack in (gzip.compress, zlib.compress, bz2.compress):
        found = judge(None, FormatRules(), MemoryFiles(content={name: pack(b"\x80\x04" + EVIL)}), None).rulings
        assert Outcome.FAIL in {ruling.outcome for ruling in found}


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def test_pickles_in_any_archive_and_code_in_keras_models_are_found() -> None:
    archive = formed(FormatRules(), files(model__zip=zipped(a__pkl=EVIL, b__txt=b"x")))
    assert archive["pickle"].outcome is Outcome.FAIL
    layers = {"metadata__json": b"{}", "model__weights__h5": b"", "config__json": b'{"class_name": "Dense"}'}
    assert "pickle" not in formed(FormatRules(), files(model__keras=zipped(**layers)))
    code = {**layers, "config__json": b'{"class_name": "Lambda"}'}
    assert "Lambda" in formed(FormatRules(), files(model__keras=zipped(**code)))["pickle"].why


def test_a_pickle_that_is_allowed_passes_and_is_no_proof() -> None:
    model = files(model__pt=torch_zip(state_dict(w=("FloatStorage", "0", (2,))), {"0": bytes(8)}))
    found = formed(FormatRules(), model)["pickle"]
    assert found.outcome is Outcome.PASS
    assert "no proof of safety" in found.notes[0]
    nothing = formed(FormatRules(pickle=PickleRules(allow=())), model)["pickle"]
    assert nothing.outcome is Outcome.FAIL
    assert "collections.OrderedDict" in nothing.why


def test_names_of_files_and_imports_are_shown_so_that_they_do_no_harm() -> None:
    hostile = MemoryFiles(content={"a\x1b[2J\n.pkl": b"\x80\x02ca\x1b[2J\nb\n."})
    for ruling in judge(None, FormatRules(allow=("safetensors",)), hostile, None).rulings:
        assert ruling.why.isprintable(), ruling.why


def model(name: str = "MatMul", domain: str = "", opset: int = 17, **sets: int) -> bytes:
    graph = helper.make_graph([helper.make_node(name, ["x"], ["y"], domain=domain)], "net", [], [])
    opsets = [
        helper.make_opsetid("", opset),
        *(helper.make_opsetid(key.replace("_", "."), value) for key, value in sets.items()),
    ]
    content: bytes = helper.make_model(graph, opset_imports=opsets).SerializeToString()
    return content


RUNTIME = OnnxRules(operators=("onnxruntime 1.20",))


@pytest.mark.parametrize(
    ("rule", "content", "key", "outcome"),
    [
        (OnnxRules(opset=17), model(), "onnx.opset", Outcome.PASS),
        (OnnxRules(opset=16), model(), "onnx.opset", Outcome.FAIL),
        (RUNTIME, model(), "onnx.operators", Outcome.PASS),
        (RUNTIME, model("NoSuchThing"), "onnx.operators", Outcome.FAIL),
        (RUNTIME, model("Gelu", opset=20), "onnx.operators", Outcome.PASS),
        (OnnxRules(operators=("onnxruntime 1.16",)), model("Gelu", opset=20), "onnx.operators", Outcome.FAIL),
        (RUNTIME, model(opset=23), "onnx.operators", Outcome.FAIL),
        (OnnxRules(opset=23, operators=("onnxruntime 1.90",)), model(opset=23), "onnx.operators", Outcome.PASS),
        (RUNTIME, model("Upsample", opset=17), "onnx.operators", Outcome.FAIL),
        (RUNTIME, model("FusedMatMul", "com.microsoft", com_microsoft=1), "onnx.operators", Outcome.PASS),
        (RUNTIME, model("Mine", "com.example", com_example=1), "onnx.operators", Outcome.FAIL),
        (OnnxRules(operators=("Conv", "a.b:Mine")), model("Mine", "a.b"), "onnx.operators", Outcome.PASS),
        (OnnxRules(operators=("MatMul",)), model(), "onnx.operators", Outcome.PASS),
        (OnnxRules(operators=("Conv",)), model(), "onnx.operators", Outcome.FAIL),
        (RUNTIME, model("TreeEnsembleClassifier", "ai.onnx.ml", ai_onnx_ml=3), "onnx.operators", Outcome.PASS),
    ],
)  # fmt: skip
def test_what_an_onnx_model_asks_for_is_compared_with_the_runtime(
    rule: OnnxRules, content: bytes, key: str, outcome: Outcome
) -> None:
    assert formed(FormatRules(onnx=rule), files(model__onnx=content))[key].outcome is outcome


def test_rules_on_onnx_for_a_model_without_any_are_inconclusive() -> None:
    assert formed(FormatRules(onnx=RUNTIME), MODEL)["onnx"].outcome is Outcome.INCONCLUSIVE


def outside(location: str, *, offset: int = 0, length: int = 48) -> bytes:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[12], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    graph = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "net", [], [], [tensor])
    content: bytes = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    return content


def test_values_in_another_file_belong_to_the_onnx_model_and_must_be_there() -> None:
    rule = FormatRules(allow=("onnx",))
    whole = formed(rule, MemoryFiles(content={"net/m.onnx": outside("w.bin"), "net/w.bin": bytes(48)}))
    assert {ruling.outcome for ruling in whole.values()} == {Outcome.PASS}
    for location in ("w.bin", "../w.bin", "/etc/passwd", "..\\w.bin", "missing.bin", ""):
        found = formed(rule, MemoryFiles(content={"net/m.onnx": outside(location, length=49), "net/w.bin": bytes(48)}))
        assert found["whole"].outcome is Outcome.FAIL, location


def test_the_table_of_operators_is_that_of_onnx() -> None:
    first: dict[Operator, int] = {}
    for schema in defs.get_all_schemas_with_history():
        key = Operator(schema.domain or STANDARD, schema.name)
        first[key] = min(schema.since_version, first.get(key, 999))
    for opsets in set(operators.RUNTIMES.values()):
        limits = dict(zip((STANDARD, operators.ML), opsets, strict=True))
        wanted = {key for key, version in first.items() if version <= limits.get(key.domain, 0)}
        assert operators.standard(opsets) == wanted
    assert onnx.defs.onnx_opset_version() >= max(opset for opset, _ in operators.RUNTIMES.values())


def test_a_size_that_the_store_claims_and_the_file_has_not_is_a_fault() -> None:
    lying = MemoryFiles(content={"m.safetensors": NET}, claimed={"m.safetensors": len(NET) + 1000})
    assert formed(FormatRules(), lying)["whole"].outcome is Outcome.FAIL


def test_advisory_rules_are_reported_and_stop_nothing() -> None:
    found = judge(SizeRules(max_files=1, advisory=True), FormatRules(allow=("onnx",), advisory=True), MODEL, None)
    assert {ruling.mandatory for ruling in found.rulings} == {False}


@pytest.mark.parametrize(
    ("size", "form", "key"),
    [
        ({"max_files": 0}, {}, "size.max_files"),
        ({"max_ratio": float("nan")}, {}, "size.max_ratio"),
        ({"batch": 0}, {}, "size.batch"),
        ({}, {"allow": ("safetensor",)}, "format.allow"),
        ({}, {"pickle": PickleRules(allow=("os.system",))}, "format.pickle.allow"),
        ({}, {"pickle": PickleRules(allow=("builtins.getattr",))}, "format.pickle.allow"),
        ({}, {"pickle": PickleRules(allow=("sklearn.*",))}, "format.pickle.allow"),
        ({}, {"pickle": PickleRules(allow=("OrderedDict",))}, "format.pickle.allow"),
        ({}, {"onnx": OnnxRules(operators=("onnxruntime",))}, "format.onnx.operators"),
        ({}, {"onnx": OnnxRules(operators=("onnxruntime 0.3",))}, "format.onnx.operators"),
        ({}, {"onnx": OnnxRules(operators=("a b",))}, "format.onnx.operators"),
    ],
    ids=str,
)
def test_rules_that_mean_nothing_are_named(size: dict[str, Any], form: dict[str, Any], key: str) -> None:
    assert key in dict(wrong(SizeRules(**size), FormatRules(**form)))


def test_rules_that_mean_something_have_nothing_wrong() -> None:
    form = FormatRules(
        allow=("torch", "onnx"),
        pickle=PickleRules(allow=("torch", "sklearn.tree._tree.Tree", "a.b:C.D")),
        onnx=OnnxRules(opset=17, operators=("onnxruntime 1.20", "Conv", "ai.onnx.ml:Scaler")),
    )
    assert not list(wrong(SizeRules(max_files=3, max_ratio=1.5), form))
