"""Objects below a prefix of an S3 bucket."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.client import address_of, connect
from mlgitlab.adapters.s3.conditions import PROBE, Conditions
from mlgitlab.adapters.s3.creation import create
from mlgitlab.adapters.s3.download import BROKEN, Download
from mlgitlab.adapters.s3.removal import Removal
from mlgitlab.adapters.s3.trouble import code_of, explained, status_of
from mlgitlab.adapters.s3.upload import Upload
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.paths import show
from mlgitlab.store.bucket import Listed, Progress
from mlgitlab.store.places import S3Settings

WEEK = 7 * 24 * 3600.0


class S3Bucket:
    """The `Bucket` of an S3 server. One client and one pool of threads for all files: callers may be many."""

    def __init__(self, settings: S3Settings) -> None:
        self._address = address_of(settings)
        self._bucket = settings.bucket
        self._root = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._client = connect(settings)
        self._pool = ThreadPoolExecutor(settings.parallel, thread_name_prefix="s3")
        self._conditions = Conditions(self._client, self._bucket, self._root + PROBE, self._address)
        self._seen = False

    def __repr__(self) -> str:
        return f"S3Bucket({self._address!r})"

    @property
    def address(self) -> str:
        """`s3://bucket/prefix`."""
        return self._address

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """The object's bytes, or `length` of them from `start`; None where there is no such object."""
        if length == 0:
            return None if self.size(key) is None else b""
        wanted = {"Range": f"bytes={start}-{'' if length is None else start + length - 1}"}
        whole = start == 0 and length is None
        with explained(self._address):
            for last in (False, False, True):
                try:
                    body = self._client.get_object(**self._place(key), **({} if whole else wanted))["Body"]
                    return bytes(body.read())
                except BROKEN:
                    if last:
                        raise
                except ClientError as error:
                    if status_of(error) == 416:
                        return b""
                    self._check_absent(error)
                    return None
        raise AssertionError("unreachable")

    def size(self, key: str) -> int | None:
        """Its size in bytes; None where there is no such object."""
        with explained(self._address):
            try:
                return int(self._client.head_object(**self._place(key))["ContentLength"])
            except ClientError as error:
                self._check_absent(error)
                return None

    def create(self, key: str, content: bytes) -> bool:
        """Write a small object whole, unless there is one. On Swift this waits a moment: creation.py says why."""
        with explained(self._address):
            self._conditions.check()
            return create(self._client, self._place(key), content)

    def upload(self, key: str, source: Path, sha256: str, progress: Progress) -> None:
        """Write an object from a file; an upload that was interrupted is continued."""
        try:
            size = source.stat().st_size
            there = self.size(key)
            if there == size:
                progress(size)
                return
            with explained(self._address):
                Upload(
                    client=self._client,
                    pool=self._pool,
                    place=self._place(key),
                    source=source,
                    sha256=sha256,
                    size=size,
                    fresh=there is None,
                    progress=progress,
                ).run()
        except OSError as error:
            raise UsageError(f"cannot read {show(str(source))}: {error.strerror}") from None

    def download(self, key: str, target: Path, progress: Progress) -> str | None:
        """Write the object's bytes to a new file, and say their sha256; None where there is no such object."""
        with explained(self._address):
            try:
                place = self._place(key)
                return Download(client=self._client, pool=self._pool, place=place, progress=progress).run(target)
            except OSError as error:
                raise WorldError(f"cannot write {show(str(target))}: {error.strerror}") from None

    def list(self, prefix: str) -> Iterator[Listed]:
        """The objects whose keys start with `prefix`, sorted by key as S3 sorts them."""
        with explained(self._address):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._root + prefix
            )
            for found in itertools.chain.from_iterable(page.get("Contents", []) for page in pages):
                key = found["Key"].removeprefix(self._root)
                if key != PROBE:  # no part of the store
                    yield Listed(key=key, size=found["Size"], modified=found["LastModified"].timestamp())

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are gone already are no error."""
        with explained(self._address):
            Removal(client=self._client, pool=self._pool, bucket=self._bucket).run(self._root + key for key in keys)

    def sweep(self, older_than: float = WEEK) -> int:
        """Give up uploads that were begun so many seconds ago and never completed; how many."""
        with explained(self._address):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._root
            )
            found = [upload for page in pages for upload in page.get("Uploads", [])]
            stale = [one for one in found if time.time() - one["Initiated"].timestamp() > older_than]
            for one in stale:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=one["Key"], UploadId=one["UploadId"])
        return len(stale)

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._root + key}

    def _check_absent(self, error: ClientError) -> None:
        """Raise what is no answer about the object. HEAD does not say whether there is a bucket: ask once."""
        if status_of(error) != 404 or code_of(error) == "NoSuchBucket":
            raise error
        if code_of(error) == "404" and not self._seen:
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._root, MaxKeys=1)
        self._seen = True
