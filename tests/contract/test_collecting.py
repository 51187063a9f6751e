"""A garbage collection deletes what nothing refers to, and nothing else, whatever is pushed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.errors import RefusedError, WorldError
from mlgitlab.store import attachments, garbage, keys
from mlgitlab.store.bucket import Bucket, Listed
from mlgitlab.store.collecting import collect, look
from mlgitlab.store.garbage import DAY, Rules
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result
from tests.stores import damage, write_files

STRICT = Rules(now=0.0, keep=0, older_than=0.0)


class Aged:
    """A bucket in which everything but the mark of a collection was written some days ago."""

    def __init__(self, bucket: Bucket, days: float = 2.0) -> None:
        self._bucket = bucket
        self._days = days

    def list(self, prefix: str) -> Iterable[Listed]:
        for item in self._bucket.list(prefix):
            age = 0.0 if item.key == keys.COLLECTING else self._days * DAY
            yield Listed(key=item.key, size=item.size, modified=item.modified - age)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bucket, name)


def push(store: Store, folder: Path, content: bytes) -> str:
    return store.push("fraud", write_files(folder, {"out/a": content, "out/shared": b"shared"})).digest


def gc(store: Store, rules: Rules = STRICT, days: float = 2.0) -> set[str]:
    found = collect(Aged(store.bucket, days), rules, "ada", 4)  # type: ignore[arg-type]
    assert store.bucket.get(keys.COLLECTING) is None
    return {model.digest for model in found.models}


def stored(store: Store) -> list[str]:
    return [item.key for item in store.bucket.list("")]


def test_what_nothing_refers_to_goes_and_the_rest_is_whole(store: Store, tmp_path: Path) -> None:
    old, new = push(store, tmp_path, b"old"), push(store, tmp_path, b"new")
    store.record("fraud", old, "metrics", {"auc": 1})
    store.move("fraud", "best", new, seen=0, at="", by="", why="")
    assert gc(store) == {old}
    assert store.manifest("fraud", old) is None
    assert not [key for key in stored(store) if old.removeprefix("sha256:") in key]
    assert len([key for key in stored(store) if key.startswith("blobs/")]) == 2
    store.pull("fraud", new, tmp_path / "into")
    assert gc(store) == set()


def test_a_model_that_is_pushed_again_after_its_deletion_is_whole(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path, b"old")
    assert gc(store) == {digest}
    assert stored(store) == []
    assert push(store, tmp_path, b"old") == digest
    store.pull("fraud", digest, tmp_path / "into")


def test_evidence_and_the_last_moves_of_a_pointer_protect(store: Store, tmp_path: Path) -> None:
    digests = [push(store, tmp_path, str(number).encode()) for number in range(6)]
    store.record("fraud", digests[0], "verdict", {"verdict": "fail"})
    store.record("fraud", digests[1], "approval", {"by": "ada"})
    for seen, digest in enumerate(digests[2:]):
        store.move("fraud", "best", digest, seen=seen, at="", by="", why="")
    assert gc(store, Rules(now=0.0, keep=0, older_than=0.0, moves=3)) == {digests[2]}


def test_the_results_of_a_deleted_model_go_with_it(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path, b"old")
    store.keep_result(
        Result(step="fraud:train", fingerprint="f" * 64, model="fraud", digest=digest, commit="", at="")
    )  # fmt: skip
    assert gc(store, Rules(now=0.0, keep=0, older_than=3 * DAY)) == set()
    assert gc(store, Rules(now=0.0, keep=0, older_than=DAY)) == {digest}
    assert stored(store) == []


def test_contents_that_a_push_may_be_about_to_name_stay(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path, b"old")
    store.bucket.delete([keys.manifest("fraud", digest)])
    assert gc(store, days=0.9) == set()
    assert len(stored(store)) == 2
    gc(store, days=1.1)
    assert stored(store) == []


def test_looking_deletes_nothing(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path, b"old")
    before = stored(store)
    found = look(Aged(store.bucket), Rules(now=time.time(), keep=0, older_than=0.0), 4)  # type: ignore[arg-type]
    assert [model.digest for model in found.models] == [digest]
    assert found.size == len(b"old" + b"shared")
    assert stored(store) == before


def test_with_a_manifest_that_cannot_be_read_nothing_is_deleted(store: Store, tmp_path: Path) -> None:
    old, new = push(store, tmp_path, b"old"), push(store, tmp_path, b"new")
    store.move("fraud", "best", new, seen=0, at="", by="", why="")
    damage(store.bucket, keys.manifest("fraud", new))
    with pytest.raises(RefusedError, match="is damaged"):
        gc(store)
    assert store.manifest("fraud", old)
    assert store.bucket.get(keys.COLLECTING) is None


def test_two_collections_never_run_at_once(store: Store) -> None:
    store.bucket.create(keys.COLLECTING, b"{}")
    with pytest.raises(RefusedError, match="another garbage collection runs"):
        collect(store.bucket, STRICT, "ada", 4)
    collect(store.bucket, STRICT, "ada", 4, take_over=True)
    assert store.bucket.get(keys.COLLECTING) is None


class Interrupting:
    """A bucket in which a whole collection runs right before something is created."""

    def __init__(self, bucket: Bucket, before: str) -> None:
        self._bucket = bucket
        self._before = before

    def create(self, key: str, content: bytes) -> bool:
        if key.startswith(self._before):
            self._before = "never again"
            collect(Aged(self._bucket), STRICT, "ada", 4)  # type: ignore[arg-type]
        return self._bucket.create(key, content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bucket, name)


def test_a_push_sends_again_what_a_collection_took_away_before_its_manifest(store: Store, tmp_path: Path) -> None:
    old = push(store, tmp_path, b"old")
    store.bucket.delete([keys.manifest("fraud", old)])
    during = Store(bucket=Interrupting(store.bucket, "models/"), files=store.files)
    assert push(during, tmp_path, b"old") == old
    store.pull("fraud", old, tmp_path / "into")


def test_a_push_of_a_model_that_is_collected_meanwhile_stores_it_again(store: Store, tmp_path: Path) -> None:
    old = push(store, tmp_path, b"old")
    during = Store(bucket=Interrupting(store.bucket, "models/"), files=store.files)
    assert push(during, tmp_path, b"old") == old
    store.pull("fraud", old, tmp_path / "into")


def test_a_pointer_to_a_model_that_is_collected_meanwhile_is_told(store: Store, tmp_path: Path) -> None:
    old = push(store, tmp_path, b"old")
    during = Store(bucket=Interrupting(store.bucket, "pointers/"), files=store.files)
    with pytest.raises(RefusedError, match="was collected as garbage while something began to refer to it"):
        during.move("fraud", "best", old, seen=0, at="", by="", why="")
    push(store, tmp_path, b"old")
    store.pull(*("fraud", (store.pointer("fraud", "best") or pytest.fail("no pointer")).digest), into=tmp_path / "into")


def test_a_writer_waits_while_a_collection_runs_and_then_looks(store: Store, tmp_path: Path) -> None:
    store.bucket.create(keys.COLLECTING, b"{}")
    turns: list[float] = []

    def pause(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 3:
            taken = [item.key for item in store.bucket.list("blobs/")]
            store.bucket.delete([*taken, keys.COLLECTING])

    waiting = Store(bucket=store.bucket, files=store.files, pause=pause)
    digest = push(waiting, tmp_path, b"new")
    assert len(turns) == 3
    store.pull("fraud", digest, tmp_path / "into")


def test_a_writer_does_not_wait_for_a_dead_collection_for_ever(store: Store, tmp_path: Path) -> None:
    store.bucket.create(keys.COLLECTING, b"{}")
    waiting = Store(bucket=store.bucket, files=store.files, pause=lambda _: None)
    with pytest.raises(WorldError, match="for over five minutes") as caught:
        push(waiting, tmp_path, b"new")
    assert "--take-over" in caught.value.hint


def test_the_grace_of_new_contents_is_a_day() -> None:
    assert garbage.GRACE == DAY == 24 * 3600


def test_files_of_records_stay_and_go_with_their_model(store: Store, tmp_path: Path) -> None:
    old, kept = push(store, tmp_path, b"old"), push(store, tmp_path, b"new")
    for digest, content in ((old, b"old answers"), (kept, b"new answers")):
        (tmp_path / "p.csv").write_bytes(content)
        store.attach("fraud", digest, "predictions", {}, {"p.csv": tmp_path / "p.csv"})
    store.record("fraud", kept, "verdict", {"outcome": "pass"})
    named = {
        digest: dict(attachments.named(store.records("fraud", digest, "predictions")[0])) for digest in (old, kept)
    }

    assert gc(store) == {old}

    assert store.fetch(named[kept]["p.csv"], tmp_path / "into", "p.csv").read_bytes() == b"new answers"
    assert store.bucket.size(keys.blob(named[old]["p.csv"])) is None
