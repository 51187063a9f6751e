"""A pull: no byte gets its name before its digest is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.errors import RefusedError
from mlgitlab.paths import show
from mlgitlab.store import digests, keys
from mlgitlab.store.bucket import Bucket, Progress
from mlgitlab.store.crew import each
from mlgitlab.store.documents import WrongError
from mlgitlab.store.files import Files
from mlgitlab.store.manifest import MOST_BYTES, Manifest, ModelFile

_HINT = "the model was not made of these bytes; `mlgitlab model verify --remove-damaged` and a new push mend the store"


def read_manifest(bucket: Bucket, model: str, digest: str) -> Manifest | None:
    """The model's files; None where there is no such model, RefusedError where the manifest is no manifest of it."""
    content = bucket.get(keys.manifest(model, digest), 0, MOST_BYTES + 1)
    if content is None:
        return None
    found, wanted = digests.of(content), digests.digits_of(digest)
    if found != wanted:
        raise RefusedError(
            f"the manifest of {model}@{digests.short(wanted)} in {bucket.address} is damaged: "
            f"expected {digests.full(wanted)}, found {digests.full(found)}",
            _HINT,
        )
    try:
        return Manifest.read(content)
    except WrongError as error:
        what = f"the manifest of {model}@{digests.short(wanted)} in {bucket.address} is none: {error}"
        raise RefusedError(what, "it was not written by mlgitlab; nothing of it is used") from None


def existing(bucket: Bucket, model: str, digest: str) -> Manifest:
    """The model's files; RefusedError where there is no such model."""
    manifest = read_manifest(bucket, model, digest)
    if manifest is None:
        what = f"{bucket.address} holds no model {model}@{digests.short(digest)}"
        raise RefusedError(what, f"`mlgitlab model list {model}` shows what it holds")
    return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One pull from a bucket into a folder."""

    bucket: Bucket
    files: Files
    parallel: int
    progress: Progress

    def run(self, model: str, digest: str, into: Path) -> Manifest:
        """Write the model's files below `into`; other files there are left alone.

        RefusedError names every file whose stored bytes are wrong or missing; none of those is written.
        """
        manifest = existing(self.bucket, model, digest)

        def fetch(file: ModelFile, progress: Progress) -> str:
            return self._fetch(file, into, progress)

        wrong = [what for what in each(fetch, manifest.files, self.parallel, self.progress) if what]
        if wrong:
            raise damaged(self.bucket, f"{model}@{digests.short(digest)}", wrong)
        return manifest

    def _fetch(self, file: ModelFile, into: Path, progress: Progress) -> str:
        """Write one file; what is wrong with it, or nothing."""
        if self.files.is_there(into, file.path, file.size, file.sha256, executable=file.executable):
            progress(file.size)
            return ""
        temporary = self.files.beside(into, file.path)
        try:
            found = self.bucket.download(keys.blob(file.sha256), temporary, progress)
            if found != file.sha256:
                return _difference(file, found)
            self.files.settle(temporary, into, file.path, executable=file.executable)
            return ""
        finally:
            self.files.drop(temporary)


def damaged(bucket: Bucket, what: str, wrong: Iterable[str]) -> RefusedError:
    """The refusal that names every wrong file."""
    lines = "\n".join(f"  {line}" for line in wrong)
    return RefusedError(f"{bucket.address} does not hold the bytes of {what}\n{lines}", _HINT)


def _difference(file: ModelFile, found: str | None) -> str:
    if found is None:
        return f"{show(file.path)}: missing; expected {digests.full(file.sha256)}"
    return f"{show(file.path)}: expected {digests.full(file.sha256)}, found {digests.full(found)}"
