"""What a model is: its files' paths, sizes and digests. The digest of this list is the model's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.store import digests, documents
from mlgitlab.store.documents import WrongError

# A manifest of a million files is some 200 MB; more than this is an attack or a mistake.
MOST_BYTES = 256 << 20
_LARGEST = 1 << 62
_ENTRY = {"path": str, "size": int, "sha256": str, "executable": bool}
_WHOLE = {"format": int, "files": list}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ModelFile:
    """One file of a model: its path with `/`, its size in bytes, its SHA-256 as 64 digits."""

    path: str
    size: int
    sha256: str
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The files of a model, sorted by path."""

    files: tuple[ModelFile, ...]

    @classmethod
    def of(cls, files: Iterable[ModelFile]) -> Manifest:
        """The manifest of these files, in whatever order; WrongError where they cannot be one model's."""
        given = tuple(files)
        for what in wrong_paths([file.path for file in given]):
            raise WrongError(what)
        return cls(files=tuple(sorted(given, key=lambda file: paths.encode(file.path))))

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """The manifest that the bytes are; WrongError for all that this code would not have written."""
        found = documents.read(content)
        documents.versioned(found)
        documents.fields(found, _WHOLE)
        manifest = cls.of(map(_file, found["files"]))
        if manifest.content != content:
            raise WrongError("not in the one form that a manifest has")
        return manifest

    @property
    def content(self) -> bytes:
        """The bytes that are stored."""
        files = [
            {"path": file.path, "size": file.size, "sha256": file.sha256, "executable": file.executable}
            for file in self.files
        ]
        return documents.canonical({"format": documents.FORMAT, "files": files})

    @property
    def digest(self) -> str:
        """The model's digest: `sha256:` and that of `content`."""
        return digests.full(digests.of(self.content))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def wrong_paths(names: Iterable[str]) -> Iterable[str]:
    """What is wrong with paths that shall be written below one folder, a sentence each."""
    seen: set[str] = set()
    for name in names:
        if why := _wrong_path(name):
            yield f"the path {paths.show(name)!r} {why}"
        elif name in seen:
            yield f"the path {paths.show(name)!r} stands there twice"
        seen.add(name)
    for name in sorted(seen):
        for folder in paths.ancestors(name):
            if folder in seen:
                yield f"{paths.show(folder)!r} is a file, and the folder of {paths.show(name)!r}"


def _wrong_path(path: str) -> str:
    parts = path.split("/")
    if "\0" in path:
        return "holds a NUL"
    if not _is_one_name(path):
        return "is no file name"
    if path.startswith("/"):
        return "is absolute"
    if {"", ".", ".."} & {*parts}:
        return "has a part that is empty, `.` or `..`"
    # A pull into a repository must not bring hooks or settings that git runs.
    if any(part.lower() == ".git" for part in parts):
        return "lies in a .git folder"
    return ""


def _is_one_name(path: str) -> bool:
    """Whether the path stands for bytes, and no other path for the same ones."""
    try:
        return paths.decode(paths.encode(path)) == path
    except UnicodeEncodeError:
        return False


def _file(found: object) -> ModelFile:
    if not isinstance(found, dict):
        raise WrongError("a file is no JSON object")
    documents.fields(found, _ENTRY)
    if not 0 <= found["size"] < _LARGEST or not digests.is_digits(found["sha256"]):
        raise WrongError("a file's size or digest is none")
    return ModelFile(**found)
