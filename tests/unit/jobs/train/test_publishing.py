"""From files to a result: in an order in which a crash costs nothing, and with patience for a store that is away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.adapters.workfolder import DiskFolder
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.train.pending import Pending, check_unchanged
from mlgitlab.jobs.train.publishing import PROVENANCE, STATEMENT, Published, publish, steadily
from mlgitlab.store.bucket import Listed, Progress
from mlgitlab.store.library import Store

FINGERPRINT = "f" * 32
RECORD: dict[str, Any] = {
    "model": "fraud",
    "git": {"commit": "c" * 40},
    "run": {"pipeline": "", "job": "", "finished": "2026-01-31T12:00:00Z", "builder": "mlgitlab:builder:laptop"},
}


class Clock:
    """Time that passes by waiting alone."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 1, 31, tzinfo=dt.UTC)

    def seconds(self) -> float:
        return sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


class Dying:
    """A bucket whose process dies at the n-th write."""

    def __init__(self, bucket: FolderBucket, writes: int) -> None:
        self._bucket = bucket
        self._left = writes

    @property
    def address(self) -> str:
        return self._bucket.address

    def _count(self) -> None:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1

    def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        return self._bucket.get(key, start, length)

    def size(self, key: str) -> int | None:
        return self._bucket.size(key)

    def create(self, key: str, content: bytes) -> bool:
        self._count()
        return self._bucket.create(key, content)

    def upload(self, key: str, source: Path, sha256: str, progress: Progress) -> None:
        self._count()
        self._bucket.upload(key, source, sha256, progress)

    def download(self, key: str, target: Path, progress: Progress) -> str | None:
        return self._bucket.download(key, target, progress)

    def list(self, prefix: str) -> Iterator[Listed]:
        return self._bucket.list(prefix)

    def delete(self, keys: Any) -> None:
        self._bucket.delete(keys)


@pytest.fixture
def folder(tmp_path: Path) -> DiskFolder:
    (tmp_path / "work/out").mkdir(parents=True)
    (tmp_path / "work/out/model.bin").write_bytes(b"weights")
    return DiskFolder(root=tmp_path / "work")


def pending(folder: DiskFolder, **changes: Any) -> Pending:
    files = {name: folder.stamp(name) for name in folder.files(["out"])}
    given = {"step": "fraud:train", "fingerprint": FINGERPRINT, "provenance": RECORD, "files": files, **changes}
    return Pending(**given)


def hand_over(bucket: Any, folder: DiskFolder, **changes: Any) -> Published:
    store = Store(bucket=bucket, files=LocalFiles())
    return publish(pending(folder, **changes), store=store, folder=folder, signer=None, progress=lambda _: None)


def test_a_published_training_is_a_result_with_all_that_is_known_of_it(folder: DiskFolder, tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path / "store")
    published = hand_over(bucket, folder, metrics={"auc": 0.9})
    store = Store(bucket=bucket, files=LocalFiles())
    result = store.result("fraud:train", FINGERPRINT)
    assert result is not None
    assert result.digest == published.reference.digest
    assert result.metrics == {"auc": 0.9}
    assert [len(store.records("fraud", result.digest, kind)) for kind in (PROVENANCE, STATEMENT, "metrics")] == [
        1,
        1,
        1,
    ]
    assert not published.reference.reused


def test_publishing_again_changes_nothing(folder: DiskFolder, tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path / "store")
    first = hand_over(bucket, folder)
    before = [item.key for item in bucket.list("")]
    assert hand_over(bucket, folder).reference == first.reference
    assert [item.key for item in bucket.list("")] == before


def test_a_crash_at_any_write_leaves_no_result_without_its_model(folder: DiskFolder, tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path / "store")
    for writes in range(20):
        try:
            hand_over(Dying(bucket, writes), folder, metrics={"auc": 0.9})
        except KeyboardInterrupt:
            store = Store(bucket=bucket, files=LocalFiles())
            result = store.result("fraud:train", FINGERPRINT)
            if result:
                store.pull("fraud", result.digest, tmp_path / f"pulled-{writes}")
                assert store.records("fraud", result.digest, PROVENANCE)
        else:
            assert writes >= 4
            return
    pytest.fail("it never came to an end")


def test_what_cannot_stand_in_for_later_runs_is_kept_all_the_same(folder: DiskFolder, tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path / "store")
    published = hand_over(bucket, folder, keep=False)
    store = Store(bucket=bucket, files=LocalFiles())
    assert store.result("fraud:train", FINGERPRINT) is None
    assert store.manifest("fraud", published.reference.digest)


def away(times: int) -> Callable[[], str]:
    left = [times]

    def action() -> str:
        if left[0] > 0:
            left[0] -= 1
            raise WorldError("the store is away")
        return "done"

    return action


def test_a_store_that_comes_back_in_time_is_waited_for() -> None:
    clock, said = Clock(), list[str]()
    assert steadily(away(8), clock, 3600, said.append) == "done"
    assert clock.waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(said) == 8


def test_a_store_that_stays_away_is_not_waited_for_beyond_the_end() -> None:
    clock = Clock()
    with pytest.raises(WorldError, match="away"):
        steadily(away(1000), clock, 100, lambda _: None)
    assert clock.seconds() < 100


def test_what_can_not_be_mended_is_not_tried_again() -> None:
    def denied() -> str:
        raise UsageError("access denied")

    clock = Clock()
    with pytest.raises(UsageError):
        steadily(denied, clock, 100, lambda _: None)
    assert clock.waits == []


def test_what_waits_on_disk_is_read_as_it_was_written(folder: DiskFolder) -> None:
    made = pending(folder, metrics={"auc": float("nan"), "loss": 0.5}, digests={"out/model.bin": "ab" * 32}, keep=False)
    read = Pending.read(made.content, "pending.json")
    assert read.content == made.content
    for broken in (b"", b"{}", b"[]", made.content.replace(b'"keep"', b'"kept"')):
        with pytest.raises(UsageError):
            Pending.read(broken, "pending.json")


def test_what_waits_on_disk_must_not_have_changed(folder: DiskFolder) -> None:
    made = pending(folder, digests={"out/model.bin": "ab" * 32})
    now = dict(made.files)
    check_unchanged(made, FINGERPRINT, now, lambda _: "")
    copied = {"out/model.bin": (7, 1)}
    check_unchanged(made, FINGERPRINT, copied, lambda _: "ab" * 32)
    with pytest.raises(RefusedError, match=r"model\.bin"):
        check_unchanged(made, FINGERPRINT, copied, lambda _: "cd" * 32)
    with pytest.raises(RefusedError, match=r"new\.bin"):
        check_unchanged(made, FINGERPRINT, {**now, "out/new.bin": (1, 1)}, lambda _: "ab" * 32)
    with pytest.raises(RefusedError, match="other code"):
        check_unchanged(made, "0" * 32, now, lambda _: "")
