"""Large files: only what is missing travels, and what breaks on its way is continued."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.adapters.s3.bucket import S3Bucket
from mlgitlab.errors import UsageError, WorldError
from tests.servers import files
from tests.servers.account import Account
from tests.servers.files import MIB
from tests.servers.relay import relaying

PART = 16 * MIB


def quiet(_: int) -> None:
    pass


def numbers_sent(bucket: S3Bucket) -> list[int]:
    """The numbers of the parts that this bucket sends from now on."""
    sent: list[int] = []
    events: Any = bucket._client.meta.events  # type: ignore[attr-defined]
    events.register("provide-client-params.s3.UploadPart", lambda params, **_: sent.append(params["PartNumber"]))
    return sent


def begun(account: Account, name: str, key: str, parts: dict[int, bytes]) -> None:
    """An upload that somebody began and did not complete."""
    client = account.client()
    upload = client.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    for number, content in parts.items():
        client.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=number, Body=content)


def test_an_upload_goes_on_with_the_parts_that_are_there_and_right(account: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "big", 70)
    content = (tmp_path / "big").read_bytes()
    name = account.new_bucket()
    right, wrong, short = content[PART : 2 * PART], content[:PART], content[3 * PART : 3 * PART + 6 * MIB]
    begun(account, name, "team/store/big", {2: right, 3: wrong, 4: short})
    bucket = account.open(name)
    sent, progress = numbers_sent(bucket), list[int]()
    bucket.upload("big", tmp_path / "big", sha256, progress.append)
    assert sorted(sent) == [1, 3, 4, 5]
    assert sum(progress) == len(content)
    assert bucket.download("big", tmp_path / "back", quiet) == sha256
    assert not account.client().list_multipart_uploads(Bucket=name).get("Uploads")


def test_two_uploads_of_one_file_at_once_leave_one_whole_object(account: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "big", 40)
    name = account.new_bucket()
    buckets = [account.open(name) for _ in range(2)]
    start = threading.Barrier(2)

    def upload(bucket: S3Bucket) -> None:
        start.wait()
        bucket.upload("big", tmp_path / "big", sha256, quiet)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upload, buckets))
    assert buckets[0].download("big", tmp_path / "back", quiet) == sha256


def test_an_upload_that_another_push_completes_meanwhile_is_done(account: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "big", 40)
    name = account.new_bucket()
    begun(account, name, "team/store/big", {})
    first, second = account.open(name), account.open(name)
    once = threading.Lock()

    def overtake(**_: object) -> None:
        if once.acquire(blocking=False):
            first.upload("big", tmp_path / "big", sha256, quiet)

    events: Any = second._client.meta.events  # type: ignore[attr-defined]
    events.register("provide-client-params.s3.UploadPart", overtake)
    second.upload("big", tmp_path / "big", sha256, quiet)
    assert second.download("big", tmp_path / "back", quiet) == sha256


def test_a_stream_that_breaks_is_continued_where_it_broke(account: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "big", 40)
    name = account.new_bucket()
    account.open(name).upload("big", tmp_path / "big", sha256, quiet)
    with relaying(account.endpoint) as relay:
        # The first six connections hang up after 3 MiB.
        relay.spoil = lambda number, before, chunk: None if number <= 6 and before > 3 * MIB else chunk
        bucket = Account(endpoint=relay.endpoint, key=account.key, secret=account.secret).open(name)
        progress: list[int] = []
        assert bucket.download("big", tmp_path / "back", progress.append) == sha256
        assert sum(progress) == 40 * MIB + 3
        assert relay.connections > 6


def test_an_object_that_changes_while_it_is_read_is_no_mixture(moto: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "one", 40)
    files.write(tmp_path / "two", 40, b"END")
    name = moto.new_bucket()
    bucket = moto.open(name)
    bucket.upload("big", tmp_path / "one", sha256, quiet)
    other, asked = moto.client(), list[str]()
    swap = threading.Lock()

    def before_each(**_: object) -> None:
        with swap:
            asked.append("range")
            if len(asked) == 2:
                other.put_object(Bucket=name, Key="team/store/big", Body=(tmp_path / "two").read_bytes())

    events: Any = bucket._client.meta.events  # type: ignore[attr-defined]
    events.register("provide-client-params.s3.GetObject", before_each)
    with pytest.raises(WorldError, match="changed while it was read"):
        bucket.download("big", tmp_path / "back", quiet)


def test_a_file_that_is_written_to_while_it_is_pushed_is_not_stored(moto: Account, tmp_path: Path) -> None:
    sha256 = files.write(tmp_path / "big", 40)
    bucket = moto.open(moto.new_bucket())

    def touch(_: int) -> None:
        os.utime(tmp_path / "big", ns=(1, 1))

    with pytest.raises(UsageError, match="was written to while it was pushed"):
        bucket.upload("big", tmp_path / "big", sha256, touch)
    assert bucket.size("big") is None
    (tmp_path / "small").write_bytes(b"other")
    with pytest.raises(UsageError, match="was written to while it was pushed"):
        bucket.upload("small", tmp_path / "small", sha256, quiet)


def test_uploads_that_nobody_completes_are_swept_away_when_they_are_old(swift: Account) -> None:
    name = swift.new_bucket()
    begun(swift, name, "team/store/stale", {1: b"x"})
    begun(swift, name, "somebody/else", {1: b"x"})
    bucket = swift.open(name)
    assert bucket.sweep() == 0
    assert bucket.sweep(older_than=-60) == 1
    left = swift.client().list_multipart_uploads(Bucket=name)["Uploads"]
    assert [upload["Key"] for upload in left] == ["somebody/else"]
