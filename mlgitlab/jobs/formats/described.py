"""What a file of a model is, told from its bytes; whatever is wrong with it is a finding, never an error."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgitlab.jobs.formats.onnx import Onnx
from mlgitlab.jobs.formats.pickled.values import Name
from mlgitlab.jobs.formats.tally import Tensors


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One file.

    format: its name, `unknown` where none is recognised. fault: why it is not what it says to be. tensors: its values;
    `counted` where it can say how many it has. pickles: how many pickles are in it; names: what they import;
    unfollowed: why what they do cannot be told. onnx: what an ONNX model asks for.
    """

    format: str
    fault: str = ""
    tensors: Tensors = field(default_factory=dict)
    counted: bool = True
    pickles: int = 0
    names: frozenset[Name] = frozenset()
    unfollowed: str = ""
    onnx: Onnx | None = None


UNKNOWN = "unknown"
EXTERNAL = "onnx"  # files with values of an ONNX model are of its format
