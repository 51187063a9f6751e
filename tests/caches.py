"""A cache held in memory: a real `Cache`, for tests that need no disk."""

from __future__ import annotations


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
