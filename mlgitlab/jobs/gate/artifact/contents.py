"""What the files of a model come to, all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from mlgitlab import paths
from mlgitlab.jobs.formats.described import EXTERNAL, UNKNOWN, Described
from mlgitlab.jobs.formats.describing import describe
from mlgitlab.jobs.formats.onnx import Outside
from mlgitlab.jobs.formats.tally import Tensors, added
from mlgitlab.jobs.gate.artifact.files import ModelFiles

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Each file with its size and what it is, sorted by name."""

    sizes: Mapping[str, int]
    files: Mapping[str, Described]

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(self.sizes.values())

    @property
    def tensors(self) -> Tensors:
        """All values, by type."""
        return added(described.tensors for described in self.files.values())

    @property
    def parameters(self) -> int:
        """How many values all tensors have, as far as they are counted."""
        return sum(tally.values for tally in self.tensors.values())

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The files that may hold values which no header tells."""
        return tuple(name for name, described in self.files.items() if not described.counted)


def contents(files: ModelFiles) -> Contents:
    """Look into every file. WorldError where one cannot be read."""
    sizes = dict(sorted(files.sizes.items()))
    found = {
        name: describe(name, size, lambda start, count, name=name: files.read(name, start, count))  # type: ignore[misc]
        for name, size in sizes.items()
    }
    return Contents(sizes=sizes, files=_with_outside(found, sizes))


def _with_outside(found: Mapping[str, Described], sizes: Mapping[str, int]) -> Mapping[str, Described]:
    """Files that hold values of an ONNX model belong to it; one that names what is not there is at fault."""
    result = dict(found)
    for name, described in found.items():
        if not described.onnx:
            continue
        for outside in sorted(described.onnx.outside):
            place = _place(name, outside)
            fault = _fault(outside, sizes.get(place) if place else None)
            if fault:
                result[name] = Described(format=described.format, fault=fault, counted=False)
            elif place and found[place].format == UNKNOWN:
                result[place] = Described(format=EXTERNAL)
    return result


def _place(name: str, outside: Outside) -> str:
    """The path of the other file in the model; empty where it leads out of it."""
    parts = PurePosixPath(outside.location).parts
    if not parts or outside.location.startswith("/") or ".." in parts or "\\" in outside.location:
        return ""
    return (PurePosixPath(name).parent / outside.location).as_posix()


def _fault(outside: Outside, size: int | None) -> str:
    shown = paths.show(outside.location[:60])
    if size is None:
        return f"it keeps values in {shown!r}, which is no file of the model"
    end = outside.offset + max(outside.length, 0)
    if outside.offset < 0 or outside.length < -1 or end > size:
        return f"it keeps values in {shown!r}, up to byte {end}, and that has {size} bytes"
    return ""


def listed(names: tuple[str, ...]) -> str:
    """A few names, for people."""
    shown = ", ".join(paths.show(name[:200]) for name in names[:_MOST_LISTED])
    rest = len(names) - _MOST_LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown
