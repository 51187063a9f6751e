"""The store: models by digest, records of them, pointers to them, and what steps made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from mlgitlab.errors import RefusedError
from mlgitlab.store import attachments, digests, evidence, guard, keys, log
from mlgitlab.store.bucket import Bucket, Progress
from mlgitlab.store.crew import nothing
from mlgitlab.store.documents import FORMAT, WrongError, canonical
from mlgitlab.store.files import Files
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.pulling import Pull, read_manifest
from mlgitlab.store.pushing import Push
from mlgitlab.store.values import Pointer, Pushed, Result

_HINT = "somebody or something other than mlgitlab wrote to the store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store in a bucket. Digests of models are `sha256:` and 64 digits. Safe to use from several threads.

    Every method raises WorldError where the bucket cannot be reached, UsageError for names and digests that are none,
    and RefusedError where what the store holds is not what this code wrote. `parallel` transfers go at once.
    """

    bucket: Bucket
    files: Files
    parallel: int = 8
    pause: guard.Pause = Event().wait

    @property
    def address(self) -> str:
        """The place as people write it."""
        return self.bucket.address

    def push(self, model: str, files: Mapping[str, Path], progress: Progress = nothing) -> Pushed:
        """Send the files (path in the model: file on disk) that are not there yet, then the manifest.

        An interrupted push is repeated by pushing again. WorldError where a file is written to meanwhile.
        """
        push = Push(
            bucket=self.bucket, files=self.files, parallel=self.parallel, pause=self.pause, progress=progress
        )  # fmt: skip
        return push.run(model, files)

    def manifest(self, model: str, digest: str) -> Manifest | None:
        """The model's files; None where the store does not hold it."""
        return read_manifest(self.bucket, model, digest)

    def pull(self, model: str, digest: str, into: Path, progress: Progress = nothing) -> Manifest:
        """Write the model's files below a folder, each once its bytes are proved to be right.

        RefusedError names the files whose bytes are wrong, with both digests, or says that there is no such model.
        """
        pull = Pull(bucket=self.bucket, files=self.files, parallel=self.parallel, progress=progress)
        return pull.run(model, digest, into)

    def record(self, model: str, digest: str, kind: str, content: Mapping[str, object]) -> str:
        """Keep a document about a model: the SHA-256 of its canonical JSON. The same document twice is kept once.

        ValueError for NaN and infinities, which JSON does not know. RefusedError where there is no such model.
        """
        prefix = keys.records(model, digest, kind)
        guard.require_model(self.bucket, model, digest)
        written = evidence.write_record(self.bucket, prefix, content)
        guard.confirm(self.bucket, model, digest, self.pause)
        return written

    def attach(
        self, model: str, digest: str, kind: str, content: Mapping[str, object], files: Mapping[str, Path]
    ) -> str:
        """Keep a document about a model and the files that it names: the document's SHA-256, as of `record`.

        `kind` is one of `attachments.KINDS`: of those, a garbage collection keeps the files as long as the model.
        """
        assert kind in attachments.KINDS
        while True:
            sent = attachments.send(self.bucket, self.files, files)
            written = self.record(model, digest, kind, {**content, attachments.FIELD: sent})
            # A collection that did not see the record yet may have taken what was there before it.
            if attachments.all_there(self.bucket, sent):
                return written

    def fetch(self, digits: str, into: Path, name: str, progress: Progress = nothing) -> Path:
        """Write an attached file below a folder under a name, proved to be right: where it is then."""
        return attachments.fetch(self.bucket, self.files, digits, into, name, progress)

    def records(self, model: str, digest: str, kind: str) -> tuple[Mapping[str, object], ...]:
        """The documents of one kind about a model, by time written, the oldest first."""
        return evidence.read_records(self.bucket, keys.records(model, digest, kind))

    def pointer(self, model: str, name: str) -> Pointer | None:
        """Where the pointer stands; None where it never stood anywhere."""
        last = log.newest(self.bucket, keys.pointer(model, name))
        return self._pointer(model, name, *last) if last else None

    def move(self, model: str, name: str, digest: str, *, seen: int, at: str, by: str, why: str) -> Pointer:
        """Let the pointer stand at a model, if nobody moved it since it was read.

        `seen` is the number of the move that was read, 0 where there was none. RefusedError where the pointer has
        moved since, and where there is no such model.
        """
        prefix = keys.pointer(model, name)
        digest = digests.full(digests.digits_of(digest))
        guard.require_model(self.bucket, model, digest)
        moved = Pointer(model=model, name=name, digest=digest, number=seen + 1, at=at, by=by, why=why)
        if not log.append(self.bucket, prefix, seen, moved.content):
            now = self.pointer(model, name)
            stands = f"it stands at {digests.short(now.digest)} since {now.at}" if now else "it has moved"
            hint = "look at where it stands, and move it again if that is still right"
            raise RefusedError(f"somebody else moved {model}@{name} first: {stands}", hint)
        guard.confirm(self.bucket, model, digest, self.pause)
        return moved

    def history(self, model: str, name: str) -> tuple[Pointer, ...]:
        """The pointer's moves that are kept, the oldest first."""
        entries = log.entries(self.bucket, keys.pointer(model, name))
        return tuple(self._pointer(model, name, number, content) for number, content in entries)

    def result(self, step: str, fingerprint: str) -> Result | None:
        """The newest result of a step at a fingerprint; None where there is none, or its model is no longer stored."""
        prefix = keys.results(step, fingerprint)
        last = log.newest(self.bucket, prefix)
        if last is None:
            return None
        try:
            found = Result.read(last[1], step, fingerprint)
        except WrongError as error:
            raise self._altered(prefix + keys.numbered(last[0]), error) from None
        return found if self.bucket.size(keys.manifest(found.model, found.digest)) is not None else None

    def keep_result(self, result: Result) -> None:
        """Remember a result: from now on the newest of its step and fingerprint. RefusedError without its model."""
        prefix = keys.results(result.step, result.fingerprint)
        guard.require_model(self.bucket, result.model, result.digest)
        while True:
            last = log.newest(self.bucket, prefix)
            if last and last[1] == result.content:
                break
            if log.append(self.bucket, prefix, last[0] if last else 0, result.content):
                break
        guard.confirm(self.bucket, result.model, result.digest, self.pause)

    def enrol(self, step: str) -> None:
        """Say that the step's results are expected here."""
        self.bucket.create(keys.enrolled(step), canonical({"format": FORMAT, "step": step}))

    def enrolled(self) -> frozenset[str]:
        """The steps whose results are expected here."""
        listed = (item.key.removeprefix(keys.ENROLLED) for item in self.bucket.list(keys.ENROLLED))
        steps = (name.removesuffix(".json").replace("/", ":") for name in listed if name.endswith(".json"))
        return frozenset(step for step in steps if keys.is_step(step))

    def fact(self, kind: str, key: str) -> Mapping[str, object] | None:
        """What was noted under a key, such as the digest of a dataset that was validated; None where nothing was."""
        return evidence.read_fact(self.bucket, kind, key)

    def note(self, kind: str, key: str, content: Mapping[str, object]) -> bool:
        """Note a fact under a key, for ever; False where there is one already, which stays."""
        return evidence.write_fact(self.bucket, kind, key, content)

    def _pointer(self, model: str, name: str, number: int, content: bytes) -> Pointer:
        try:
            return Pointer.read(content, model, name, number)
        except WrongError as error:
            raise self._altered(keys.pointer(model, name) + keys.numbered(number), error) from None

    def _altered(self, key: str, error: WrongError) -> RefusedError:
        return RefusedError(f"{key} in {self.address}: {error}", _HINT)
