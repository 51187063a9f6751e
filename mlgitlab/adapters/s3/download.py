"""Fetch an object into a file: ranges of it at once, each continued where its stream broke."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from mlgitlab.adapters.s3.operations import Answer, Body, Client
from mlgitlab.adapters.s3.parts import MIB, SMALLEST, Part
from mlgitlab.adapters.s3.trouble import code_of, status_of
from mlgitlab.errors import WorldError
from mlgitlab.store.bucket import Progress

# Larger pieces leave the processor's cache before they are written.
_CHUNK = MIB // 4
# Without a byte in between; botocore's own attempts for each request come on top.
_BREAKS = 5
BROKEN = (HTTPClientError, IncompleteReadError)


class Digest(Protocol):
    """A hash of hashlib's."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One object on its way into one file. `place` has `Bucket` and `Key`."""

    client: Client
    pool: Executor
    place: Mapping[str, str]
    progress: Progress

    def run(self, target: Path) -> str | None:
        """The sha256 of what was written; None, and no file, where there is no such object."""
        # The first request says how large the object is, and brings a small one whole.
        try:
            first = self.client.get_object(**self.place, Range=f"bytes=0-{SMALLEST - 1}")
        except ClientError as error:
            if status_of(error) == 416:  # no first byte: it is empty
                os.close(_opened_new(target))
                return hashlib.sha256().hexdigest()
            if status_of(error) == 404 and code_of(error) != "NoSuchBucket":
                return None
            raise
        descriptor = _opened_new(target)
        try:
            return self._filled(descriptor, first)
        finally:
            os.close(descriptor)

    def _filled(self, descriptor: int, first: Answer) -> str:
        size = _total(first)
        # A server that does not know ranges sends all at once.
        whole = size == first["ContentLength"]
        parts = (Part(number=1, start=0, length=size),) if whole else _ranges(size)
        os.truncate(descriptor, size)
        etag = first["ETag"]
        futures = [self.pool.submit(self._range, descriptor, part, etag, None) for part in parts[1:]]
        digest = hashlib.sha256()
        try:
            self._range(descriptor, parts[0], etag, first["Body"])
            _hash(descriptor, parts[0], digest)
            for part, future in zip(parts[1:], futures, strict=True):
                future.result()
                _hash(descriptor, part, digest)
        finally:
            for future in futures:
                future.cancel()
            wait(futures)
        return digest.hexdigest()

    def _range(self, descriptor: int, part: Part, etag: str, body: Body | None) -> None:
        """Write one range to its place in the file."""
        at, end = part.start, part.start + part.length
        breaks = 0
        while at < end:
            try:
                body = body or self._opened(at, end, etag)
                for chunk in _chunks(body):
                    at += os.pwrite(descriptor, chunk, at)
                    self.progress(len(chunk))
                    breaks = 0
            except BROKEN:
                breaks += 1
                if breaks > _BREAKS:
                    raise
                time.sleep(0.1 * 2**breaks)
            body = None

    def _opened(self, at: int, end: int, etag: str) -> Body:
        answer = self.client.get_object(**self.place, Range=f"bytes={at}-{end - 1}")
        # Compared here rather than by If-Match, which not every server knows.
        if answer["ETag"] != etag or answer["ContentLength"] != end - at:
            raise WorldError(f"{self.place['Key']} changed while it was read", "pull again")
        opened: Body = answer["Body"]
        return opened


def _opened_new(target: Path) -> int:
    """A file that was not there; FileExistsError where it was."""
    return os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)


def _total(answer: Answer) -> int:
    """The object's size, from `bytes 0-99/1234`, or from the length of an answer without ranges."""
    total = str(answer.get("ContentRange", "")).rpartition("/")[2]
    return int(total) if total.isdigit() else int(answer["ContentLength"])


def _ranges(size: int) -> tuple[Part, ...]:
    """Ranges of one length; the first was asked for before the size was known."""
    return tuple(
        Part(number=number, start=start, length=min(SMALLEST, size - start))
        for number, start in enumerate(range(0, size, SMALLEST), start=1)
    )


def _chunks(body: Body) -> Iterator[bytes]:
    while chunk := body.read(_CHUNK):
        yield chunk


def _hash(descriptor: int, part: Part, digest: Digest) -> None:
    """Hash what was just written, out of the system's memory of the file."""
    for start in range(part.start, part.start + part.length, _CHUNK):
        digest.update(os.pread(descriptor, min(_CHUNK, part.start + part.length - start), start))
