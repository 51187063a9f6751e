"""Which format a file has: told by its first bytes where they tell, else by its name; the two must agree."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath

from mlgitlab.jobs.formats.described import UNKNOWN

FORMATS = (
    "safetensors", "onnx", "gguf", "npy", "npz", "torch", "torchscript", "pickle", "joblib", "keras", "hdf5",
    "parquet", "json", "text",
)  # fmt: skip
_HEADS = ((b"GGUF", "gguf"), (b"\x93NUMPY", "npy"), (b"\x89HDF\r\n\x1a\n", "hdf5"), (b"PAR1", "parquet"))
_BY_NAME = {
    ".safetensors": "safetensors", ".onnx": "onnx", ".gguf": "gguf", ".npy": "npy", ".npz": "npz", ".pt": "torch",
    ".pth": "torch", ".ckpt": "torch", ".pkl": "pickle", ".pickle": "pickle", ".joblib": "joblib", ".keras": "keras",
    ".h5": "hdf5", ".hdf5": "hdf5", ".parquet": "parquet", ".json": "json", ".txt": "text", ".md": "text",
    ".csv": "text", ".yml": "text", ".yaml": "text", ".toml": "text",
}  # fmt: skip
# What a name promises, and what may stand there: torch writes pickles, and TorchScript has no name of its own.
_AGREE = {
    "torch": {"torch", "torchscript", "pickle"}, "pickle": {"pickle", "joblib", "torch"},
    "joblib": {"pickle", "joblib"},
    UNKNOWN: {"gguf", "npy", "npz", "torch", "torchscript", "hdf5", "parquet", "pickle", "joblib", "keras"},
}  # fmt: skip
_PICKLE_PROTOCOLS = range(6)
_ZIP = b"PK\x03\x04"


def named(name: str) -> str:
    """The format that a file's name promises."""
    if name.lower().endswith((".pkl.gz", ".pickle.gz")):
        return "pickle"
    return _BY_NAME.get(PurePosixPath(name.lower()).suffix, UNKNOWN)


def begun(head: bytes, promised: str, size: int) -> str:
    """The format of what begins with these bytes; what the name promises where they tell nothing.

    `zip` for all archives, of which only the members tell.
    """
    if head.startswith(_ZIP):
        return "zip"
    found = next((kind for start, kind in _HEADS if head.startswith(start)), "")
    if found:
        return found
    # The length of a header of safetensors may look like the beginning of a pickle.
    if promised == "safetensors" and int.from_bytes(head[:8], "little") < size:
        return promised
    if is_pickle(head):
        return promised if promised in ("torch", "joblib") else "pickle"
    return promised


def is_pickle(head: bytes) -> bool:
    """Whether these bytes begin a pickle of protocol 2 or later."""
    return len(head) > 1 and head[0] == 0x80 and head[1] in _PICKLE_PROTOCOLS


def archived(opened: zipfile.ZipFile) -> tuple[str, str]:
    """The format of an archive by what it holds, and the folder in it that PyTorch's files are in."""
    names = opened.namelist()
    root = next(
        (name.removesuffix("/data.pkl") for name in names if name.count("/") == 1 and name.endswith("/data.pkl")), ""
    )
    if root:
        script = any(name.startswith(f"{root}/code/") or name == f"{root}/constants.pkl" for name in names)
        return ("torchscript" if script else "torch"), root
    if names and all(name.endswith(".npy") for name in names):
        return "npz", ""
    if {"config.json", "metadata.json", "model.weights.h5"} <= set(names):
        return "keras", ""
    return UNKNOWN, ""


def agrees(promised: str, found: str) -> bool:
    """Whether a file of the one name may have the other format."""
    return found == promised or found in _AGREE.get(promised, ())
