"""Caches held in memory: a real `Cache` and real `Parses`, for tests that need no disk."""

from __future__ import annotations

import json

from mlgitlab.analysis.records import Decoder
from mlgitlab.analysis.references import Imports


class DictCache:
    """Contents by name; `contents` may be spoilt by a test."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.contents.get(name)

    def put(self, name: str, content: bytes) -> None:
        self.contents.pop(name, None)
        self.contents[name] = content

    def drop(self, name: str) -> None:
        self.contents.pop(name, None)

    def names(self, folder: str) -> tuple[str, ...]:
        return tuple(name for name in reversed(self.contents) if name.startswith(f"{folder}/"))


class MemoryParses:
    """Parses by (blob, kind of file), kept as long as the object lives."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Imports] = {}

    def get(self, blob: str, kind: str) -> Imports | None:
        return self._kept.get((blob, kind))

    def put(self, blob: str, kind: str, imports: Imports) -> None:
        self._kept[(blob, kind)] = imports

    def take(self, blob: str, kind: str, text: bytes) -> Imports:
        self._kept[(blob, kind)] = imports = Decoder().decode(json.loads(text))
        return imports
