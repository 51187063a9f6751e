"""A repository held in memory: a real `Snapshot`, for tests that need files and no git."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mlgitlab.protocols import Entry


class DictSnapshot:
    """Files by path; `links` and `submodules` stand beside them. `batches` records every read."""

    def __init__(
        self,
        files: Mapping[str, str | bytes],
        links: Mapping[str, str] | None = None,
        submodules: Iterable[str] = (),
    ) -> None:
        contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        targets = {path: target.encode() for path, target in (links or {}).items()}
        self._contents = {**contents, **targets}
        self._entries = {path: Entry(mode="100644", blob=_name(content)) for path, content in contents.items()}
        self._entries |= {path: Entry(mode="120000", blob=_name(target)) for path, target in targets.items()}
        self._entries |= {path: Entry(mode="160000", blob="0" * 40) for path in submodules}
        self.batches: list[tuple[str, ...]] = []

    @classmethod
    def of_folder(cls, folder: Path, patterns: Iterable[str] = ("*.py",)) -> DictSnapshot:
        found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)})

    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def through(self, paths: Iterable[str], work: Callable[[str, bytes], bytes]) -> Mapping[str, bytes]:
        return {path: work(path, content) for path, content in self.read(paths).items()}

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        wanted = tuple(paths)
        self.batches.append(wanted)
        return {path: self._contents[path] for path in wanted if path in self._contents}

    def blobs(self, paths: Iterable[str]) -> Mapping[str, str]:
        return {path: self._entries[path].blob for path in paths if path in self._entries}


def _name(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
