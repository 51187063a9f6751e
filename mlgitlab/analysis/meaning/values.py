"""A file's meaning: its normalised content as named parts, and the interface behind which every kind of file stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

from mlgitlab.frozen import dataclass

# What `json.dumps` encodes without loss: the normal form of a part.
Data = None | bool | int | float | str | list["Data"] | tuple["Data", ...] | dict[str, "Data"]


class Layer(StrEnum):
    """For whom a part counts. Checks of the code read bytes, so every part counts for them."""

    CODE = "code"  # every step that reads or loads the file
    DOCS = "docs"  # steps that load something which reads the docstrings of others
    TYPES = "types"  # steps that load something which reads type comments (TorchScript)
    PACKAGE = "package"  # steps that may use the distribution of this name
    TOOLING = "tooling"  # checks of the code alone: settings of linters, descriptions for people


class Part(NamedTuple):
    """A named piece of a file, by digest. The name is for people, and for rules that ask for a key."""

    name: str
    digest: str
    layer: Layer = Layer.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Two contents mean the same where their parts are the same, in the same order.

    A kind for which order says nothing sorts its parts. Names may repeat (two functions of one name).
    requires: for lock files that say so, the distributions that a distribution needs, by normalised name.
    """

    parts: tuple[Part, ...] = ()
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of file.

    version: raised whenever `read` gives other parts for the same content, so that nothing kept is mistaken.
    matches: whether a path (as git has it, `/` between folders) names such a file.
    read: the meaning of a content; None where it cannot be read, which has it compared by bytes. Never raises
    for bad content, however hostile, and gives the same parts on every Python version that can parse it.
    """

    name: str
    version: int
    matches: Callable[[str], bool]
    read: Callable[[bytes], Meaning | None]

    @property
    def key(self) -> str:
        """A name for what `read` makes of a content."""
        return f"{self.name}-{self.version}"


def digest(data: Data) -> str:
    """A short name for a value: equal for equal values (a mapping's order counts), different for others."""
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode("ascii")).hexdigest()[:32]
