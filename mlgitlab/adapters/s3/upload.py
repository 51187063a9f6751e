"""Send a file: in one request, or in parts of which only those travel that the server does not hold yet."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.operations import Client
from mlgitlab.adapters.s3.parts import SMALLEST, Part, cut, is_same
from mlgitlab.adapters.s3.trouble import code_of, status_of
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.paths import show
from mlgitlab.store.bucket import Progress

_ATTEMPTS = 3
# Another push of the same file has completed the upload, or changed a part of it, or it was given up meanwhile.
_OVERTAKEN = frozenset({"NoSuchUpload", "InvalidPart", "InvalidPartOrder", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file on its way to one key. `place` has `Bucket` and `Key`; `fresh`: there is no such object yet."""

    client: Client
    pool: Executor
    place: Mapping[str, str]
    source: Path
    sha256: str
    size: int
    fresh: bool
    progress: Progress
    told: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Send what is missing. UsageError for a file that is not what its digest says."""
        descriptor = os.open(self.source, os.O_RDONLY)
        try:
            if self.size < SMALLEST:
                self._whole(descriptor)
            else:
                self._in_parts(descriptor)
        finally:
            os.close(descriptor)

    def _whole(self, descriptor: int) -> None:
        content = _read(descriptor, 0, self.size)
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise self._changed()
        try:
            self.client.put_object(**self.place, **self._condition(), Metadata={"sha256": self.sha256}, Body=content)
        except ClientError as error:
            if status_of(error) != 412:
                raise
        self.progress(self.size)

    def _in_parts(self, descriptor: int) -> None:
        before = _state(descriptor)
        for attempt in range(_ATTEMPTS):
            try:
                begun = self._unfinished() if attempt == 0 else None
                held = self._held(begun) if begun else {}
                upload = begun or self._begin()
                parts = self._sent(descriptor, upload, held)
                self._check_unchanged(descriptor, before)
                self._complete(upload, parts)
            except ClientError as error:
                # A server may also fail over an upload that another push has completed, instead of saying so.
                if code_of(error) not in _OVERTAKEN and not (status_of(error) >= 500 and self._arrived()):
                    raise
            if self._arrived():
                return
        raise WorldError(f"{show(str(self.source))}: its upload was overtaken {_ATTEMPTS} times", "try again")

    def _unfinished(self) -> str | None:
        """The newest upload of this key that was begun and not completed. Its key is a digest: the file is this one."""
        answer = self.client.list_multipart_uploads(Bucket=self.place["Bucket"], Prefix=self.place["Key"])
        mine = [found for found in answer.get("Uploads", []) if found["Key"] == self.place["Key"]]
        return str(max(mine, key=lambda found: found["Initiated"])["UploadId"]) if mine else None

    def _begin(self) -> str:
        answer = self.client.create_multipart_upload(**self.place, Metadata={"sha256": self.sha256})
        return str(answer["UploadId"])

    def _held(self, upload: str) -> Mapping[int, Mapping[str, object]]:
        """The parts that the server has of an upload, by their numbers."""
        pages = self.client.get_paginator("list_parts").paginate(**self.place, UploadId=upload)
        return {part["PartNumber"]: part for page in pages for part in page.get("Parts", [])}

    def _sent(
        self, descriptor: int, upload: str, held: Mapping[int, Mapping[str, object]]
    ) -> list[Mapping[str, object]]:
        """Every part with its ETag, once the server holds all."""
        parts = cut(self.size)
        futures = [self.pool.submit(self._part, descriptor, upload, part, held.get(part.number)) for part in parts]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
            wait(futures)

    def _part(
        self, descriptor: int, upload: str, part: Part, held: Mapping[str, object] | None
    ) -> Mapping[str, object]:
        content = _read(descriptor, part.start, part.length)
        answer = held if held and is_same(held, content) else None
        if answer is None:
            answer = self.client.upload_part(**self.place, UploadId=upload, PartNumber=part.number, Body=content)
        if part.number not in self.told:
            self.told.add(part.number)
            self.progress(part.length)
        checksums = {
            name: value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"
        }
        return {"PartNumber": part.number, "ETag": answer["ETag"], **checksums}

    def _complete(self, upload: str, parts: list[Mapping[str, object]]) -> None:
        given = {**self.place, "UploadId": upload, "MultipartUpload": {"Parts": parts}}
        try:
            self.client.complete_multipart_upload(**given, **self._condition())
        except ClientError as error:
            if status_of(error) == 412:
                self.client.abort_multipart_upload(**self.place, UploadId=upload)
            elif status_of(error) == 501:
                self.client.complete_multipart_upload(**given)
            else:
                raise

    def _arrived(self) -> bool:
        """Whether the object is there and as long as the file."""
        try:
            return bool(self.client.head_object(**self.place)["ContentLength"] == self.size)
        except ClientError as error:
            if status_of(error) != 404:
                raise
            return False

    def _condition(self) -> Mapping[str, str]:
        """An object that is there is kept, unless it is known to be of another size."""
        return {"IfNoneMatch": "*"} if self.fresh else {}

    def _check_unchanged(self, descriptor: int, before: tuple[int, int]) -> None:
        """The digest was made by the caller; each part's bytes are proved by the request's signature."""
        if _state(descriptor) != before:
            raise self._changed()

    def _changed(self) -> UsageError:
        what = f"{show(str(self.source))} was written to while it was pushed"
        return UsageError(what, "push again when nothing writes to it any more")


def _state(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def _read(descriptor: int, start: int, length: int) -> bytes:
    """The bytes of one part; fewer at the end of a file that has become shorter, which is found afterwards."""
    content = os.pread(descriptor, length, start)
    while len(content) < length and (more := os.pread(descriptor, length - len(content), start + len(content))):
        content += more
    return content
