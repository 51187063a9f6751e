"""The files of DVC: its pipelines by key, its locks and pointers by the hashes of what they name.

https://dvc.org/doc/user-guide/project-structure: DVC takes no notice of `desc`, and shows plots by their options
without a stage being run again. `meta` is not read by DVC either, but by programs of its users, so it counts. So
does `remote`: the content has the same hash wherever it comes from, but it may not be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import basename

from mlgitlab.analysis.meaning.keyed import Key, Leaf, Mark, Node, Path, leaves_of
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part
from mlgitlab.analysis.meaning.yaml_file import documents_of

_Keys = tuple[str | int, ...]
# How many of a leaf's keys name the thing that the leaf describes to people; None for a leaf that says more.
_Described = Callable[[_Keys], int | None]

_OUTPUTS = frozenset({"outs", "metrics", "plots"})
# https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#available-configuration-fields
_DISPLAY = frozenset({"template", "x", "y", "x_label", "y_label", "title", "header"})


def _read_pipeline(content: bytes) -> Meaning | None:
    return _read(content, lambda node: node, _described_in_pipeline)


def _read_lock(content: bytes) -> Meaning | None:
    return _read(content, _lock_by_path, lambda _: None)


def _read_pointer(content: bytes) -> Meaning | None:
    return _read(content, _entries_by_path, _described_in_pointer)


def _read(content: bytes, arranged: Callable[[Node], Node], described: _Described) -> Meaning | None:
    documents = documents_of(content)
    if documents is None or len(documents) > 1:
        return None
    leaves = leaves_of(arranged(documents[0])) if documents else []
    return None if leaves is None else Meaning(parts=tuple(_parts(leaves, described)))


def _parts(leaves: list[Leaf], described: _Described) -> Iterator[Part]:
    """Every leaf; and for a thing of which only descriptions are said, that it is there."""
    owners = [_first_keys(leaf.path, described(leaf.keys)) for leaf in leaves]
    lengths = {len(owner) for owner in owners if owner is not None}
    seen = {
        leaf.path[:length] for leaf, owner in zip(leaves, owners, strict=True) if owner is None for length in lengths
    }
    for leaf, owner in zip(leaves, owners, strict=True):
        if owner is None:
            yield leaf.part()
            continue
        if owner not in seen:
            seen.add(owner)
            yield Leaf((*owner, Mark("there", "")), None).part()
        yield leaf.part(Layer.TOOLING)


def _first_keys(path: Path, count: int | None) -> Path | None:
    if count is None:
        return None
    found: list[Key | Mark | int] = []
    for step in path:
        if not isinstance(step, Mark):
            count -= 1
        if count < 0:
            break
        found.append(step)
    return tuple(found)


def _described_in_pipeline(keys: _Keys) -> int | None:
    match keys:
        case ("plots", *_):
            return 0
        case ("artifacts", _, "desc"):
            return 2
        case ("stages", stage, "do", *rest):  # what a `foreach` stage does for each item
            return _described_in_stage(("stages", stage, *rest), 1)
        case _:
            return _described_in_stage(keys, 0)


def _described_in_stage(keys: _Keys, more: int) -> int | None:
    match keys:
        case ("stages", _, "desc"):
            return 2 + more
        case ("stages", _, str(outputs), int(), _, "desc") if outputs in _OUTPUTS:
            return 5 + more
        case ("stages", _, "plots", int(), _, option, *_) if option in _DISPLAY:
            return 5 + more
        case _:
            return None


def _described_in_pointer(keys: _Keys) -> int | None:
    match keys:
        case ("desc",):
            return 0
        case ("outs" | "deps", _, "desc"):
            return 2
        case _:
            return None


def _lock_by_path(node: Node) -> Node:
    if not isinstance(node, dict) or not isinstance(stages := node.get("stages"), dict):
        return node
    return node | {"stages": {name: _entries_by_path(stage) for name, stage in stages.items()}}


def _entries_by_path(node: Node) -> Node:
    """The lists `outs` and `deps` as mappings by path, so that their parts have the names of what they are about."""
    if not isinstance(node, dict):
        return node
    return {key: _by_path(value) if key in ("outs", "deps") else value for key, value in node.items()}


def _by_path(entries: Node) -> Node:
    found: dict[Key | Mark, Node] = {}
    for entry in entries if isinstance(entries, list) else ():
        path = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(path, (str, tuple)):
            found[path] = {key: value for key, value in entry.items() if key != "path"}
    is_complete = isinstance(entries, list) and entries and len(found) == len(entries)
    return {Mark("list by", "path"): found} if is_complete else entries


PIPELINE = Kind(name="dvc.yaml", version=1, matches=lambda path: basename(path) == "dvc.yaml", read=_read_pipeline)
LOCK = Kind(name="dvc.lock", version=1, matches=lambda path: basename(path) == "dvc.lock", read=_read_lock)
POINTER = Kind(
    name="dvc pointer",
    version=1,
    matches=lambda path: path.endswith(".dvc") and basename(path) != ".dvc",
    read=_read_pointer,
)
