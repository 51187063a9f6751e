"""What holds of a folder alone: crashes, odd permissions, processes side by side, keys that try to leave it."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.store.library import Store
from tests.stores import nothing, write_files

BIG = 64 << 20

PUSHER = """
import sys
from pathlib import Path
from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.store.library import Store
store = Store(bucket=FolderBucket(Path(sys.argv[1])), files=LocalFiles())
def told(count):
    print(count, flush=True)
print(store.push("fraud", {Path(name).name: Path(name) for name in sys.argv[2:]}, told).digest)
"""

CREATOR = """
import sys
from pathlib import Path
from mlgitlab.adapters.store.folder import FolderBucket
bucket = FolderBucket(Path(sys.argv[1]))
print(sum(bucket.create(f"a/{number}", sys.argv[2].encode()) for number in range(200)))
"""


def objects(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")]


def test_a_push_that_was_killed_leaves_nothing_half_and_is_repeated(tmp_path: Path) -> None:
    root, source = tmp_path / "store", tmp_path / "big"
    source.write_bytes(os.urandom(BIG))
    with subprocess.Popen([sys.executable, "-c", PUSHER, root, source], stdout=subprocess.PIPE) as pushing:
        assert pushing.stdout
        assert int(pushing.stdout.readline()) < BIG
        pushing.send_signal(signal.SIGKILL)
    assert [path.parent.name for path in objects(root)] in ([], [".incoming"])
    store = Store(bucket=FolderBucket(root), files=LocalFiles())
    assert list(store.bucket.list("")) == []
    pushed = store.push("fraud", {"big": source})
    store.pull("fraud", pushed.digest, tmp_path / "into")
    assert (tmp_path / "into/big").read_bytes() == source.read_bytes()


def test_after_a_kill_only_the_missing_files_are_sent(tmp_path: Path) -> None:
    root = tmp_path / "store"
    files = write_files(tmp_path / "from", {str(number): os.urandom(1 << 20) for number in range(20)})
    first = Store(bucket=FolderBucket(root), files=LocalFiles(), parallel=1)

    def stop(count: int) -> None:
        if len(list(root.glob("blobs/**/*"))) > 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.push("fraud", files, stop)
    there = len(list(first.bucket.list("blobs/")))
    assert 0 < there < 20
    assert first.push("fraud", files).sent == (20 - there) << 20


def test_what_a_crash_left_is_swept_away_a_day_later(tmp_path: Path) -> None:
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    for name in ("old", "young"):
        (incoming / name).write_bytes(b"half")
    os.utime(incoming / "old", (time.time() - 90000, time.time() - 90000))
    FolderBucket(tmp_path).create("a", b"one")
    assert {path.name for path in incoming.iterdir()} == {"young"}


def test_processes_that_create_the_same_objects_share_the_wins(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CREATOR, str(tmp_path)]
    running = [subprocess.Popen([*command, letter], stdout=subprocess.PIPE, text=True) for letter in "xyz"]
    assert sum(int(process.communicate()[0]) for process in running) == 200


@pytest.mark.parametrize("key", ["../a", "/etc/passwd", "a/../../b", "a//b", "", ".incoming/a", "a/.b", "a\0b", "a/"])
def test_a_key_that_leaves_the_root_is_refused(tmp_path: Path, key: str) -> None:
    bucket = FolderBucket(tmp_path / "store")
    with pytest.raises(UsageError, match="is no key"):
        bucket.get(key)
    with pytest.raises(UsageError, match="is no key"):
        bucket.create(key, b"")
    with pytest.raises(UsageError, match="is no key"):
        bucket.delete([key])


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
def test_any_umask_leaves_its_owner_a_store(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        bucket = FolderBucket(tmp_path / "store")
        assert bucket.create("a/b", b"one")
    finally:
        os.umask(before)
    for path in (tmp_path / "store").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = 0o700 if path.is_dir() else 0o600
        assert mode & 0o700 == wanted
        assert mode & 0o077 & mask == 0


def test_what_others_put_there_is_no_object(tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path)
    bucket.create("a/b", b"one")
    (tmp_path / "a/.hidden").write_bytes(b"")
    (tmp_path / "a/with space").write_bytes(b"")
    (tmp_path / "a/link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "a/pipe")
    assert [item.key for item in bucket.list("")] == ["a/b"]


def test_a_folder_is_no_object(tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path)
    bucket.create("a/b", b"one")
    assert bucket.get("a") is None
    assert bucket.size("a") is None
    assert bucket.get("a/b/c") is None


def test_deleting_leaves_no_empty_folder(tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path)
    bucket.create("a/b/c/d", b"one")
    bucket.delete(["a/b/c/d"])
    assert {path.name for path in tmp_path.iterdir()} == {".incoming", ".gitignore"}


def test_an_upload_of_a_file_that_is_another_by_now_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"new")
    bucket = FolderBucket(tmp_path / "store")
    with pytest.raises(WorldError, match="was written to while it was stored"):
        bucket.upload("blobs/x", tmp_path / "source", hashlib.sha256(b"old").hexdigest(), nothing)
    assert list(bucket.list("")) == []


@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_grows_during_a_push_is_told(tmp_path: Path, *, there: bool) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"x" * (9 << 20))
    store = Store(bucket=FolderBucket(tmp_path / "store"), files=LocalFiles())
    if there:  # then it is hashed first
        store.push("other", {"a": source})
        source.write_bytes(b"y" * (9 << 20))

    def write(count: int) -> None:
        with source.open("ab") as stream:
            stream.write(b"more")

    with pytest.raises(WorldError, match="was written to while it was"):
        store.push("fraud", {"a": source}, write)
    assert list(store.bucket.list("models/fraud/")) == []


def test_a_store_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot write"):
        FolderBucket(tmp_path / "store").create("a", b"")


def test_the_address_is_absolute_and_plain(tmp_path: Path) -> None:
    assert FolderBucket(tmp_path / "a/../store").address == f"file://{tmp_path}/store"
