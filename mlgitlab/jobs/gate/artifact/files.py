"""The files of a model, read piece by piece wherever they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class ModelFiles(Protocol):
    """The files of one model; nothing is read but what is asked for."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file, by its path in the model."""
        ...

    def read(self, name: str, start: int, count: int) -> bytes:
        """At most `count` bytes from `start`, fewer only at the file's end. WorldError where it cannot be read."""
        ...
