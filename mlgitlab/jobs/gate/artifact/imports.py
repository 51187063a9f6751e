"""What pickles may import: sets of names that only make tensors, and names that a project adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlgitlab.config.gates_artifact import PickleRules
from mlgitlab.jobs.formats.pickled.torch import KINDS
from mlgitlab.jobs.formats.pickled.values import Name

_TORCH_TYPES = (
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32",
    "uint64", "bool", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "quint8", "qint8", "qint32",
)  # fmt: skip
_PLAIN = ("collections.OrderedDict", "_codecs.encode", "builtins.set", "builtins.complex", "builtins.bytearray")
# What torch.load(weights_only=True) lets through and that makes tensors: torch/_weights_only_unpickler.py.
_TORCH = (
    *_PLAIN,
    *(f"torch._utils.{name}" for name in (
        "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
        "_rebuild_parameter_with_state", "_rebuild_qtensor", "_rebuild_sparse_tensor",
    )),
    *(f"torch.{name}" for name in (*KINDS, *_TORCH_TYPES, "Size", "Tensor", "device", "strided")),
    "torch.storage.UntypedStorage",
    "torch.nn.parameter.Parameter", "torch.serialization._get_layout",
)  # fmt: skip
_NUMPY = (
    *_PLAIN,
    *(f"numpy.{core}.{name}" for core in ("core", "_core") for name in (
        "multiarray._reconstruct", "multiarray.scalar", "numeric._frombuffer",
    )),
    "numpy.ndarray", "numpy.dtype",
)  # fmt: skip
SETS = {
    "torch": _TORCH,
    "numpy": _NUMPY,
    "joblib": (*_NUMPY, "joblib.numpy_pickle.NumpyArrayWrapper"),
}
# With any of them, a pickle can do whatever it likes, and a list with one in it is none.
_ANYTHING = frozenset({
    "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "importlib", "imp", "runpy", "pty", "code", "codeop",
    "ctypes", "cffi", "pickle", "_pickle", "marshal", "operator", "_operator", "functools", "types", "webbrowser",
    "multiprocessing", "asyncio", "commands", "pip", "timeit", "cProfile", "profile", "pdb", "bdb", "trace", "inspect",
    "dill", "cloudpickle", "platform", "http", "urllib", "requests", "ftplib", "smtplib", "io", "pathlib", "tempfile",
})  # fmt: skip
_BUILTINS = frozenset({
    "eval", "exec", "compile", "getattr", "setattr", "delattr", "open", "__import__", "input", "breakpoint", "vars",
    "globals", "locals", "map", "filter", "apply", "execfile", "file", "type", "object.__getattribute__",
})  # fmt: skip


def allowed(rule: PickleRules) -> frozenset[Name]:
    """All names that may be imported."""
    return frozenset(_name(text) for entry in rule.allow for text in SETS.get(entry, (entry,)))


def wrong(rule: PickleRules) -> Iterator[str]:
    """The entries that are no names, or that would let everything through."""
    for entry in rule.allow:
        if entry in SETS:
            continue
        name = _name(entry)
        if not name.module or not all(part.isidentifier() for part in f"{name.module}.{name.name}".split(".")):
            yield f"{entry!r} is neither an importable name nor one of {', '.join(sorted(SETS))}"
        elif lets_all_through(name):
            yield f"with {entry!r} a pickle can run anything"


def lets_all_through(name: Name) -> bool:
    """Whether a pickle that may call it can do whatever it likes. A short list: what is not on it may do the same."""
    return name.module.partition(".")[0] in _ANYTHING or (
        name.module in ("builtins", "__builtin__") and name.name in _BUILTINS
    )


def refused(names: Iterable[Name], rule: PickleRules) -> tuple[Name, ...]:
    """The names that are not on the list, sorted."""
    return tuple(sorted(frozenset(names) - allowed(rule)))


def _name(entry: str) -> Name:
    module, colon, name = entry.partition(":")
    if not colon:
        module, _, name = entry.rpartition(".")
    return Name(module, name)
