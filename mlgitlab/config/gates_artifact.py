"""The rules of `gates.size` and `gates.format`: what the files of a model may be."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from mlgitlab.config.field import doc
from mlgitlab.config.quantities import ByteSize
from mlgitlab.config.scalars import Globs
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRules:
    """How large a model may be. Parameters are counted from headers; no weight is read."""

    max_bytes: ByteSize | None = field(default=None, metadata=doc("Most bytes of all its files together, such as `500MB`."))
    max_files: int | None = field(default=None, metadata=doc("Most files."))
    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio of its bytes to production's, such as 1.5."))
    max_parameters: int | None = field(default=None, metadata=doc("Most values in all its tensors."))
    dtypes: tuple[str, ...] = field(default=(), metadata=doc("The only types that its tensors may have, such as `F16`; named as safetensors does."))
    gpu_memory: ByteSize | None = field(default=None, metadata=doc("GPU memory that it must fit: its tensors, `overhead`, and `per_item` for each of `batch`."))
    batch: int = field(default=1, metadata=doc("Items that are served together."))
    per_item: ByteSize | None = field(default=None, metadata=doc("GPU memory that one item of a batch takes beside the weights (activations, caches), which no header tells."))
    overhead: ByteSize = field(default=ByteSize(2**30), metadata=doc("GPU memory that the framework takes, whatever the model."))
    advisory: bool = field(default=False, metadata=doc("Whether the rules are only reported."))


@dataclass(frozen=True, slots=True, kw_only=True)
class PickleRules:
    """What pickles, which run whatever code they name, may name."""

    shorthand: ClassVar[str] = "allow"

    allow: tuple[str, ...] = field(default=("torch", "numpy"), metadata=doc("Importable names, such as `sklearn.linear_model._base.LinearRegression` (`module:Outer.Inner` where a class is inside another), and sets of names that only make tensors: `torch`, `numpy`, `joblib`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxRules:
    """What ONNX models may ask of the runtime that serves them."""

    opset: int | None = field(default=None, metadata=doc("Newest version of the standard operators (domain `ai.onnx`)."))
    operators: tuple[str, ...] = field(default=(), metadata=doc("The operators that the serving runtime has: `onnxruntime 1.20` for its standard ones and its own, and names such as `Conv` or `ai.onnx.ml:TreeEnsembleClassifier`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatRules:
    """In which formats a model may be."""

    allow: tuple[str, ...] = field(default=(), metadata=doc("The only formats of its files: `safetensors`, `onnx`, `gguf`, `npy`, `npz`, `torch`, `torchscript`, `pickle`, `joblib`, `keras`, `hdf5`, `parquet`, `json`, `text`. A format is told by the content and must agree with the name. Empty for any."))
    besides: Globs = field(default=Globs(), metadata=doc("Patterns of files that may be in the model whatever `allow` says, such as `tokenizer.model`. Pickles in them are looked at all the same."))
    pickle: PickleRules = field(default=PickleRules(), metadata=doc("What pickles may name, in whatever file they are."))
    onnx: OnnxRules | None = field(default=None, metadata=doc("What ONNX models may ask for."))
    advisory: bool = field(default=False, metadata=doc("Whether the rules are only reported."))
