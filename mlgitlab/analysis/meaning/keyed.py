"""Nested data as parts: one for each leaf, named by the keys that lead to it."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from mlgitlab.analysis.meaning.values import Data, Layer, Meaning, Part, digest

# What is larger is compared by bytes: short text can stand for more than any machine holds (aliases of aliases).
MOST_NODES = 200_000
MOST_CHARACTERS = 20_000_000
_STEP = 8  # what a step costs besides its own characters
DEEPEST = 100

ROOT = "."  # the name of a document that is itself a leaf
# What acts on a terminal or hides there. Listed, because Python's idea of what is printable changes with its version.
_UNSEEN = "\\x00-\\x1f\\x7f-\\xa0\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff"
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_QUOTED = re.compile(rf'[.\[\]"*\\{_UNSEEN}]|\A | \Z|\A\Z')


class Raw(NamedTuple):
    """A scalar or a key by its text, because only its readers know what it is to them.

    kind: what the format says of it: a number, a plain scalar, something with a tag.
    """

    kind: str
    text: str


class Mark(NamedTuple):
    """A step that is no key: which document of several it is, or the tag of a mapping or list."""

    kind: str
    text: str


Key = str | Raw
Path = tuple[Key | Mark | int, ...]
Scalar = None | bool | str | Raw
Node = Scalar | list["Node"] | dict[Key | Mark, "Node"]


class Leaf(NamedTuple):
    """A scalar, a list of scalars, or an empty list or mapping, and the way to it."""

    path: Path
    value: Node

    @property
    def keys(self) -> tuple[str | int, ...]:
        """The way in names and indices."""
        return tuple(step.text if isinstance(step, Raw) else step for step in self.path if not isinstance(step, Mark))

    def part(self, layer: Layer = Layer.CODE, name: str = "") -> Part:
        """The leaf as a part; its digest differs for another value, another kind, and another way."""
        return Part(name or name_of(self.path), digest([list(map(_data, self.path)), _data(self.value)]), layer)


def meaning_of(node: Node) -> Meaning | None:
    """A document's leaves as parts that count for everyone, in its order; None for one that is too large."""
    leaves = leaves_of(node)
    return None if leaves is None else Meaning(parts=tuple(leaf.part() for leaf in leaves))


def leaves_of(node: Node) -> list[Leaf] | None:
    """The leaves of nested data in its order; None where it is too large or too deep.

    A list is one leaf unless it holds a list or a mapping.
    """
    found: list[Leaf] = []
    nodes = characters = 0
    pending: list[tuple[Path, int, Node]] = [((), 0, node)]
    while pending:
        path, length, current = pending.pop()
        nodes += len(current) if isinstance(current, (list, dict)) and current else 1
        characters += length + _length(current)
        if nodes > MOST_NODES or characters > MOST_CHARACTERS or len(path) > DEEPEST:
            return None
        if isinstance(current, dict) and current:
            pending += [((*path, key), length + _length(key) + _STEP, item) for key, item in reversed(current.items())]
        elif isinstance(current, list) and any(isinstance(item, (list, dict)) for item in current):
            pending += [((*path, at), length + _STEP, item) for at, item in reversed(list(enumerate(current)))]
        else:
            found.append(Leaf(path, current))
    return found


def name_of(path: Path) -> str:
    """The way for people and patterns: `layers[0].units`, `a."b.c"`; see `mlgitlab.config.keys`."""
    name = ""
    for step in path:
        match step:
            case Mark():
                pass
            case int():
                name += f"[{step}]"
            case _:
                name += "." * bool(name) + quoted(step if isinstance(step, str) else step.text)
    return name or ROOT


def quoted(key: str) -> str:
    """A key as a name holds it: in quotes, as JSON writes it, where it would not be read as one key."""
    if not _QUOTED.search(key):
        return key
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(key, ensure_ascii=False))


def _length(node: Node | Mark) -> int:
    match node:
        case str():
            return len(node)
        case Raw() | Mark():
            return len(node.text)
        case list():
            return sum(_length(item) for item in node if not isinstance(item, (list, dict)))
        case _:
            return 1


def _data(step: Node | Mark | int) -> Data:
    """A step or a leaf in a form in which no two are alike; a list holds lists for marks alone."""
    match step:
        case Raw():
            return {step.kind: step.text}
        case Mark():
            return [step.kind, step.text]
        case list():
            return list(map(_data, step))
        case dict():
            return {}
        case _:
            return step
