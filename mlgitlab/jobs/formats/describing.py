"""Looks into a file of whatever format, reading little of it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from mlgitlab.jobs.formats import archives, kind
from mlgitlab.jobs.formats.described import UNKNOWN, Described
from mlgitlab.jobs.formats.gguf import gguf
from mlgitlab.jobs.formats.onnx import onnx
from mlgitlab.jobs.formats.pickled import torch
from mlgitlab.jobs.formats.pickled.packed import Unpacked, packing
from mlgitlab.jobs.formats.pickled.source import UnfollowedError
from mlgitlab.jobs.formats.pickled.walked import Walked, walk
from mlgitlab.jobs.formats.reading import CutError, pieces
from mlgitlab.jobs.formats.registry import FAULTS
from mlgitlab.jobs.formats.tally import Tensors, added
from mlgitlab.jobs.formats.tensors import array, safetensors

# Most bytes that are held of one file, and that a packed one may come to.
_MOST_HELD = 32 * 1024 * 1024
_MOST_UNPACKED = 4 * 1024**3
_HEAD = 16
_MOST_MEMBERS = 200_000
_CODE = b'"Lambda"'  # Keras' layer of marshalled code: keras/src/layers/core/lambda_layer.py


def describe(name: str, size: int, read: Callable[[int, int], bytes]) -> Described:
    """A file of `size` bytes, of which `read(start, count)` gives some. Only what `read` raises is raised."""
    promised = kind.named(name)
    if not size:
        harmless = promised in (UNKNOWN, "text")
        return Described(format=promised, fault="" if harmless else "it is empty", counted=harmless)
    found = kind.begun(read(0, _HEAD), promised, size)
    stream = pieces(read, size, _MOST_HELD)
    try:
        described = _looked_into(found, stream, size)
    except UnfollowedError as error:
        return Described(format=found, unfollowed=str(error), pickles=1, counted=False)
    except (*FAULTS, MemoryError) as error:
        return Described(format=found, fault=str(error) or type(error).__name__, counted=False)
    if not kind.agrees(promised, described.format):
        what = f"its name says {promised}, and its content {described.format}"
        return Described(format=described.format, fault=what, counted=False, names=described.names)
    return described


def _looked_into(found: str, stream: BinaryIO, size: int) -> Described:
    if found in ("pickle", "joblib", "torch"):
        return _pickle(found, stream, size)
    return _READERS.get(found, _unknown)(stream, size)


def _onnx(stream: BinaryIO, size: int) -> Described:
    model = onnx(stream, size)
    return Described(format="onnx", tensors=model.tensors, onnx=model)


def _json(stream: BinaryIO, size: int) -> Described:
    """JSON to its end; more than is held at once is only told to be text."""
    if size > _MOST_HELD:
        return replace(_text(stream, size), format="json")
    json.loads(stream.read(size))
    return Described(format="json")


def _hdf5(stream: BinaryIO, size: int) -> Described:
    archives.hdf5(stream, size)
    return Described(format="hdf5", counted=False)


def _parquet(stream: BinaryIO, size: int) -> Described:
    archives.parquet(stream, size)
    return Described(format="parquet")


def _text(stream: BinaryIO, size: int) -> Described:
    """UTF-8 without NUL. Of more than is held at once, only the beginning is looked at."""
    start = stream.read(min(size, _MOST_HELD))
    start.decode("utf-8", "strict" if size <= _MOST_HELD else "ignore")
    if b"\0" in start:
        raise CutError("it is no text")
    return Described(format="text")


def _npy(stream: BinaryIO, size: int) -> Described:
    found = array(stream, size)
    if not found.pickled:
        return Described(format="npy", tensors=found.tensors)
    stream.seek(found.start)
    return _described("npy", walk(stream, size))


def _pickle(found: str, stream: BinaryIO, size: int) -> Described:
    packed = packing(stream.read(_HEAD))
    stream.seek(0)
    walked = walk(Unpacked(stream, packed), _MOST_UNPACKED) if packed else walk(stream, size)
    return _described("torch" if walked.old_torch else "pickle" if found == "torch" else found, walked)


def _described(found: str, walked: Walked) -> Described:
    return Described(
        format=found,
        tensors=walked.tensors,
        counted=not walked.unfollowed and (walked.old_torch or bool(walked.tensors)),
        pickles=walked.pickles,
        names=walked.names,
        unfollowed=walked.unfollowed,
    )


def _unknown(stream: BinaryIO, size: int) -> Described:
    """It may be a packed pickle, or one whose first bytes do not show it; loaders do not go by names."""
    packed = packing(stream.read(_HEAD))
    stream.seek(0)
    if packed:
        return _pickle(UNKNOWN, stream, size)
    walked = walk(stream, min(size, _MOST_HELD))
    return Described(format=UNKNOWN, counted=False) if walked.unfollowed else _described("pickle", walked)


def _archive(stream: BinaryIO, size: int) -> Described:
    with zipfile.ZipFile(stream) as opened:
        _check_members(opened, size)
        found, root = kind.archived(opened)
        if found == "npz":
            return _npz(opened)
        if found in ("torch", "torchscript"):
            return _members(found, opened, root)
        if found == "keras" and _CODE in opened.open("config.json").read(_MOST_HELD):
            return Described(
                format=found, pickles=1, counted=False, unfollowed="a Lambda layer of it holds Python code"
            )
        return replace(_members(found, opened, ""), counted=False)


def _check_members(opened: zipfile.ZipFile, size: int) -> None:
    """What no honest writer makes: names twice, or that lead elsewhere, members that share bytes, bombs."""
    members = opened.infolist()
    if len(members) > _MOST_MEMBERS:
        raise CutError(f"it has {len(members)} members")
    names = {member.filename for member in members}
    if len(names) < len(members):
        raise CutError("two of its members have one name")
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name:
            raise CutError(f"its member {name[:60]!r} leads out of it")
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise CutError("two of its members share bytes")
        end = member.header_offset + 30 + member.compress_size
        if member.flag_bits & 1:
            raise CutError("it is encrypted")
    if members and all(member.header_offset for member in members):
        raise CutError("something stands before its first member")
    if end > size:
        raise CutError("it ends within a member")


def _npz(opened: zipfile.ZipFile) -> Described:
    parts = []
    for member in opened.infolist():
        with opened.open(member) as inner:
            found = array(cast("BinaryIO", inner), member.file_size)
            parts.append(walk(inner, member.file_size) if found.pickled else _counted(found.tensors))
    return _together("npz", parts)


def _counted(tensors: Tensors) -> Walked:
    return Walked(names=frozenset(), tensors=tensors, pickles=0)


def _members(found: str, opened: zipfile.ZipFile, root: str) -> Described:
    """The pickles in an archive, by their names or their first bytes. root: the folder of PyTorch's files in it."""
    parts = []
    for member in opened.infolist():
        if root and member.filename.startswith(f"{root}/data/"):
            continue  # the tensors' bytes, which may begin as anything
        with opened.open(member) as inner:
            if not (member.filename.endswith((".pkl", ".pickle")) or kind.is_pickle(inner.read(2))):
                continue
        with opened.open(member) as inner:
            walked = walk(inner, min(member.file_size, _MOST_UNPACKED), persistent=bool(root))
        if walked.ids and not walked.unfollowed:
            tensors = torch.in_archive(walked.ids, opened, member.filename.removesuffix(".pkl"))
            walked = replace(walked, tensors=added([walked.tensors, tensors]))
        parts.append(walked)
    return _together(found, parts)


def _together(found: str, parts: Sequence[Walked]) -> Described:
    return Described(
        format=found,
        tensors=added(part.tensors for part in parts),
        counted=not any(part.unfollowed for part in parts),
        pickles=sum(part.pickles for part in parts),
        names=frozenset(name for part in parts for name in part.names),
        unfollowed=next((part.unfollowed for part in parts if part.unfollowed), ""),
    )


_READERS: Mapping[str, Callable[[BinaryIO, int], Described]] = {
    "safetensors": lambda stream, size: Described(format="safetensors", tensors=safetensors(stream, size)),
    "gguf": lambda stream, size: Described(format="gguf", tensors=gguf(stream, size)),
    "npy": _npy,
    "onnx": _onnx,
    "zip": _archive,
    "npz": _archive,
    "keras": _archive,
    "json": _json,
    "text": _text,
    "hdf5": _hdf5,
    "parquet": _parquet,
}
