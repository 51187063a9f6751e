"""What a store asks of a bucket holds in a folder and on every S3 server."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlgitlab.store.bucket import Bucket
from tests.stores import nothing, put

MANY = 1050  # more than a page of S3's listing


def upload(bucket: Bucket, folder: Path, content: bytes, key: str = "blobs/x") -> list[int]:
    source = folder / "source"
    source.write_bytes(content)
    counted: list[int] = []
    bucket.upload(key, source, hashlib.sha256(content).hexdigest(), counted.append)
    return counted


def test_nothing_is_found_in_an_empty_bucket(bucket: Bucket, tmp_path: Path) -> None:
    assert bucket.get("a/b") is None
    assert bucket.size("a/b") is None
    assert list(bucket.list("")) == []
    assert bucket.download("a/b", tmp_path / "new", nothing) is None
    bucket.delete(["a/b"])


def test_the_first_to_create_wins(bucket: Bucket) -> None:
    assert bucket.create("a/b.json", b"one")
    assert not bucket.create("a/b.json", b"two")
    assert bucket.get("a/b.json") == b"one"
    assert bucket.size("a/b.json") == 3


def test_of_eight_creators_at_once_exactly_one_wins(bucket: Bucket) -> None:
    for turn in range(3):
        with ThreadPoolExecutor(8) as pool:
            contents = [f"writer {number}".encode() for number in range(8)]
            key = f"a/{turn}.json"
            won = list(pool.map(bucket.create, [key] * 8, contents))
        assert won.count(True) == 1
        assert bucket.get(key) == contents[won.index(True)]


def test_what_was_deleted_can_be_created_again(bucket: Bucket) -> None:
    bucket.create("a/b", b"one")
    bucket.create("a/c", b"stays")
    bucket.delete(["a/b", "a/never-there"])
    assert bucket.get("a/b") is None
    assert bucket.create("a/b", b"two")
    assert bucket.get("a/c") == b"stays"


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"0123456789"), (3, None, b"3456789"), (3, 4, b"3456"), (8, 10, b"89"), (10, 5, b""), (20, None, b"")],
)
def test_a_part_is_read(bucket: Bucket, start: int, length: int | None, expected: bytes) -> None:
    bucket.create("a", b"0123456789")
    assert bucket.get("a", start, length) == expected


def test_an_empty_object_is_an_object(bucket: Bucket) -> None:
    assert bucket.create("a", b"")
    assert bucket.get("a") == b""
    assert bucket.get("a", 0, 100) == b""
    assert bucket.size("a") == 0


def test_objects_are_listed_in_the_order_of_their_keys(bucket: Bucket) -> None:
    for key in ("a/b/c", "a-b", "a.b", "a/b-c", "ab", "a/b.c/d", "b"):
        bucket.create(key, key.encode())
    assert [item.key for item in bucket.list("")] == ["a-b", "a.b", "a/b-c", "a/b.c/d", "a/b/c", "ab", "b"]
    assert [item.key for item in bucket.list("a/")] == ["a/b-c", "a/b.c/d", "a/b/c"]
    assert [item.key for item in bucket.list("a/b")] == ["a/b-c", "a/b.c/d", "a/b/c"]
    assert [item.key for item in bucket.list("c")] == []
    assert {item.size for item in bucket.list("a/b")} == {5, 7}


def test_the_time_of_writing_is_that_of_now(bucket: Bucket) -> None:
    bucket.create("a", b"one")
    (item,) = bucket.list("a")
    assert abs(item.modified - time.time()) < 60


def test_more_objects_than_a_page_are_listed_and_deleted(bucket: Bucket, tmp_path: Path) -> None:
    keys = [f"a/{number:05}" for number in range(MANY)]
    (tmp_path / "x").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: bucket.upload(key, tmp_path / "x", digest, nothing), keys))
    assert [item.key for item in bucket.list("a/")] == keys
    bucket.delete(keys)
    assert list(bucket.list("a/")) == []


@pytest.mark.parametrize("size", [0, 1, 5 << 20, (16 << 20) + 1, 40 << 20])
def test_what_is_uploaded_is_downloaded(bucket: Bucket, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    assert sum(upload(bucket, tmp_path, content)) == size
    assert bucket.size("blobs/x") == size
    counted: list[int] = []
    found = bucket.download("blobs/x", tmp_path / "new", counted.append)
    assert found == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "new").read_bytes() == content
    assert sum(counted) == size


def test_an_upload_of_what_is_there_counts_and_changes_nothing(bucket: Bucket, tmp_path: Path) -> None:
    upload(bucket, tmp_path, b"content")
    (before,) = bucket.list("blobs/")
    assert sum(upload(bucket, tmp_path, b"content")) == 7
    assert list(bucket.list("blobs/")) == [before]


def test_an_object_of_another_size_is_uploaded_again(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, "blobs/x", b"half of th")
    upload(bucket, tmp_path, b"half of the content")
    assert bucket.get("blobs/x") == b"half of the content"
