"""A push: every file's content under its digest, then the manifest. What is there already is not sent again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from mlgitlab.paths import show
from mlgitlab.store import digests, keys
from mlgitlab.store.bucket import Bucket, Progress, Receiver
from mlgitlab.store.crew import each, nothing
from mlgitlab.store.files import Files, Looked
from mlgitlab.store.guard import Pause, wait_for_collection
from mlgitlab.store.manifest import Manifest, ModelFile, wrong_paths
from mlgitlab.store.values import Pushed

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A file whose digest is known; `sent`: bytes that travelled while it was found out."""

    file: ModelFile
    source: Path
    looked: Looked
    received: bool = False
    sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push to a bucket."""

    bucket: Bucket
    files: Files
    parallel: int
    pause: Pause
    progress: Progress

    def run(self, model: str, sources: Mapping[str, Path]) -> Pushed:
        """Send what is missing. UsageError names every file that cannot be pushed."""
        prefix = keys.models(model)
        if not sources:
            raise UsageError("there is no file to push", "a model is one file or more")
        looks = self._look(sources)
        taken = self._take(sources, looks)
        sent = self._send(taken)
        manifest = Manifest.of(entry.file for entry in taken)
        sent += self._settle(f"{prefix}{digests.digits_of(manifest.digest)}/{keys.MANIFEST}", manifest, taken)
        return Pushed(digest=manifest.digest, size=manifest.size, sent=sent, files=len(taken))

    def _look(self, sources: Mapping[str, Path]) -> Mapping[str, Looked]:
        wrong = list(wrong_paths(sources))
        looks: dict[str, Looked] = {}
        for path in sorted(sources):
            try:
                looks[path] = self.files.look(sources[path])
            except UsageError as error:
                wrong.append(error.message)
        if wrong:
            more = [f"and {len(wrong) - _MOST_SHOWN} more"] if len(wrong) > _MOST_SHOWN else []
            lines = "\n".join(f"  {line}" for line in [*wrong[:_MOST_SHOWN], *more])
            raise UsageError(f"cannot push\n{lines}", "a model is made of regular files; push what a link points to")
        return looks

    def _take(self, sources: Mapping[str, Path], looks: Mapping[str, Looked]) -> list[_Taken]:
        """Find every file's digest; a bucket that can takes in at once what it seems not to have yet."""
        receiver = self.bucket if isinstance(self.bucket, Receiver) else None
        # A size that is there already is probably the same content: then reading is enough.
        there = {item.size for item in self.bucket.list(keys.BLOBS)} if receiver else set()

        def take(path: str, progress: Progress) -> _Taken:
            source, looked = sources[path], looks[path]
            received, sent = False, 0
            if receiver and looked.size not in there:
                took = receiver.receive(source, keys.blob, progress)
                sha256, size, received, sent = took.sha256, took.size, True, took.size if took.new else 0
            else:
                sha256, size = self.files.digest(source, nothing), looked.size
            self._unchanged(source, looked)
            file = ModelFile(path=path, size=size, sha256=sha256, executable=looked.executable)
            return _Taken(file=file, source=source, looked=looked, received=received, sent=sent)

        return each(take, sorted(looks), self.parallel, self.progress)

    def _send(self, taken: Iterable[_Taken]) -> int:
        """Send each content that is missing, once."""
        unsent = {entry.file.sha256: entry for entry in taken if not entry.received}
        sent = each(self._send_one, unsent.values(), self.parallel, self.progress)
        return sum(sent) + sum(entry.sent for entry in taken)

    def _send_one(self, entry: _Taken, progress: Progress) -> int:
        key = keys.blob(entry.file.sha256)
        if self.bucket.size(key) == entry.file.size:
            progress(entry.file.size)
            return 0
        self.bucket.upload(key, entry.source, entry.file.sha256, progress)
        try:
            self._unchanged(entry.source, entry.looked)
        except MlgitlabError:
            self.bucket.delete([key])  # it may hold other bytes than its name says
            raise
        return entry.file.size

    def _unchanged(self, source: Path, looked: Looked) -> None:
        if self.files.look(source) != looked:
            what = f"{show(str(source))!r} was written to while it was pushed"
            raise WorldError(what, "push again when nothing writes to it any more")

    def _settle(self, key: str, manifest: Manifest, taken: list[_Taken]) -> int:
        """Write the manifest, and send again what a garbage collection took away before it saw the manifest."""
        again = 0
        while True:
            self.bucket.create(key, manifest.content)
            waited = wait_for_collection(self.bucket, self.pause)
            contents = {entry.file.sha256: entry for entry in taken}
            again += sum(each(self._send_unseen, contents.values(), self.parallel))
            if not waited and self.bucket.size(key) is not None:
                return again

    def _send_unseen(self, entry: _Taken, _: Progress) -> int:
        return self._send_one(entry, nothing)
