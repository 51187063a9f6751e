"""The store's promises hold in a folder and on every S3 server."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.store import attachments, catalogue, keys
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.checking import check, remove_damaged
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.naming import resolve
from mlgitlab.store.values import Pointer, Result
from tests.stores import damage, nothing, put, write_files

CONTENTS = {"out/weights.bin": b"weights" * 1000, "out/config.json": b"{}", "out/empty": b"", "out/same.json": b"{}"}
FINGERPRINT = "f" * 64


def push(store: Store, folder: Path, contents: dict[str, bytes] | None = None, model: str = "fraud") -> str:
    return store.push(model, write_files(folder, contents or CONTENTS)).digest


def move(store: Store, digest: str, seen: int, by: str = "ada", name: str = "best") -> Pointer:
    return store.move("fraud", name, digest, seen=seen, at="2030-01-31T12:00:00Z", by=by, why="it is better")


def result(digest: str, *, metrics: dict[str, float] | None = None, commit: str = "c" * 40) -> Result:
    return Result(
        step="fraud:train",
        fingerprint=FINGERPRINT,
        model="fraud",
        digest=digest,
        commit=commit,
        at="2030-01-31T12:00:00Z",
        metrics=metrics or {},
    )


def test_what_is_pushed_is_pulled(store: Store, tmp_path: Path) -> None:
    files = write_files(tmp_path / "from", CONTENTS)
    files["out/weights.bin"].chmod(0o755)
    pushed = store.push("fraud", files)
    assert (pushed.files, pushed.size) == (4, 7004)
    assert pushed.sent in (7002, 7004)  # a folder may take the same content twice when both copies arrive at once
    manifest = store.pull("fraud", pushed.digest, tmp_path / "into")
    assert manifest == store.manifest("fraud", pushed.digest)
    assert manifest.digest == pushed.digest
    assert {file.path: (tmp_path / "into" / file.path).read_bytes() for file in manifest.files} == CONTENTS
    assert os.access(tmp_path / "into/out/weights.bin", os.X_OK)
    assert (tmp_path / "into/out/config.json").stat().st_mode & 0o111 == 0
    assert [file.name for file in (tmp_path / "into").rglob(".*")] == []


def test_a_second_push_sends_nothing(store: Store, tmp_path: Path) -> None:
    first = push(store, tmp_path)
    counted: list[int] = []
    again = store.push("fraud", write_files(tmp_path, CONTENTS), counted.append)
    assert (again.digest, again.sent) == (first, 0)
    assert store.push("other", write_files(tmp_path, CONTENTS)).sent == 0


def test_models_share_what_they_have_in_common(store: Store, tmp_path: Path) -> None:
    push(store, tmp_path)
    changed = {**CONTENTS, "out/config.json": b'{"a": 1}'}
    pushed = store.push("fraud", write_files(tmp_path, changed))
    assert pushed.sent == len(changed["out/config.json"])


def test_a_flipped_byte_is_named_and_refused(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path / "from")
    manifest = store.manifest("fraud", digest)
    assert manifest
    (weights,) = (file for file in manifest.files if file.path == "out/weights.bin")
    damage(store.bucket, keys.blob(weights.sha256), position=4000)
    with pytest.raises(RefusedError, match=rf"out/weights.bin: expected sha256:{weights.sha256}, found sha256:"):
        store.pull("fraud", digest, tmp_path / "into")
    assert not (tmp_path / "into/out/weights.bin").exists()
    assert [file.name for file in (tmp_path / "into").rglob(".*")] == []
    (checked,) = check(store.bucket, {("fraud", digest): manifest}, 4, nothing)
    assert [wrong[:2] for wrong in checked.wrong] == [("out/weights.bin", f"sha256:{weights.sha256}")]


def test_a_damaged_file_can_be_removed_and_pushed_again(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    manifest = store.manifest("fraud", digest) or Manifest(files=())
    damage(store.bucket, keys.blob(manifest.files[0].sha256))
    found = check(store.bucket, {("fraud", digest): manifest}, 4, nothing)
    assert remove_damaged(store.bucket, found) == (f"sha256:{manifest.files[0].sha256}",)
    (missing,) = check(store.bucket, {("fraud", digest): manifest}, 4, nothing)
    assert {wrong[2] for wrong in missing.wrong} == {""}
    assert push(store, tmp_path) == digest
    (mended,) = check(store.bucket, {("fraud", digest): manifest}, 4, nothing)
    assert mended.wrong == ()


def test_a_damaged_manifest_is_refused(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    damage(store.bucket, keys.manifest("fraud", digest), position=30)
    with pytest.raises(RefusedError, match=r"the manifest of fraud@sha256:\w{12} in .* is damaged"):
        store.pull("fraud", digest, tmp_path / "into")


def test_a_file_that_is_missing_is_named(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path / "from")
    manifest = store.manifest("fraud", digest)
    assert manifest
    store.bucket.delete([keys.blob(manifest.files[0].sha256)])
    with pytest.raises(RefusedError, match=r"missing; expected sha256:"):
        store.pull("fraud", digest, tmp_path / "into")


def test_there_is_no_model_before_it_was_pushed(store: Store, tmp_path: Path) -> None:
    unknown = "sha256:" + "0" * 64
    assert store.manifest("fraud", unknown) is None
    with pytest.raises(RefusedError, match="holds no model fraud@sha256:000000000000"):
        store.pull("fraud", unknown, tmp_path)
    with pytest.raises(RefusedError, match="holds no model"):
        move(store, unknown, seen=0)
    with pytest.raises(RefusedError, match="holds no model"):
        store.keep_result(result(unknown))
    with pytest.raises(RefusedError, match="holds no model"):
        store.record("fraud", unknown, "verdict", {})


def test_records_are_kept_once_and_in_order(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    one = store.record("fraud", digest, "verdict", {"verdict": "pass", "b": [1, None]})
    assert store.record("fraud", digest, "verdict", {"b": [1, None], "verdict": "pass"}) == one
    store.record("fraud", digest, "metrics", {"auc": 0.9})
    assert store.records("fraud", digest, "verdict") == ({"verdict": "pass", "b": [1, None]},)
    assert store.records("fraud", digest, "approval") == ()
    damage(store.bucket, f"{keys.records('fraud', digest, 'verdict')}{one}.json", position=-3)
    with pytest.raises(RefusedError, match="was altered"):
        store.records("fraud", digest, "verdict")


def test_a_pointer_moves_and_remembers(store: Store, tmp_path: Path) -> None:
    first = push(store, tmp_path)
    second = push(store, tmp_path, {"out/a": b"second"})
    assert store.pointer("fraud", "best") is None
    assert store.history("fraud", "best") == ()
    moves = (move(store, first, seen=0), move(store, second, seen=1), move(store, first, seen=2))
    assert store.pointer("fraud", "best") == moves[-1]
    assert store.history("fraud", "best") == moves
    assert [moved.number for moved in moves] == [1, 2, 3]
    assert resolve(store, "fraud@best") == ("fraud", first)
    assert resolve(store, f"fraud@{second[:19]}") == ("fraud", second)


def test_a_pointer_that_has_moved_meanwhile_is_left_alone(store: Store, tmp_path: Path) -> None:
    first = push(store, tmp_path)
    second = push(store, tmp_path, {"out/a": b"second"})
    move(store, first, seen=0)
    with pytest.raises(RefusedError, match=rf"somebody else moved fraud@best first: it stands at {first[:19]}"):
        move(store, second, seen=0)
    assert store.history("fraud", "best")[-1].digest == first


def test_of_eight_moves_at_once_one_wins_and_the_others_hear_it(store: Store, tmp_path: Path) -> None:
    digests = [push(store, tmp_path, {"out/a": str(number).encode()}) for number in range(8)]
    move(store, digests[0], seen=0)

    def attempt(number: int) -> Pointer | RefusedError:
        try:
            return move(store, digests[number], seen=1, by=f"writer {number}")
        except RefusedError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))
    (winner,) = (outcome for outcome in outcomes if isinstance(outcome, Pointer))
    assert sum(isinstance(outcome, RefusedError) for outcome in outcomes) == 7
    assert store.pointer("fraud", "best") == winner
    assert [moved.number for moved in store.history("fraud", "best")] == [1, 2]


def test_eight_writers_who_try_again_lose_no_move(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)

    def insist(number: int) -> None:
        while True:
            now = store.pointer("fraud", "best")
            try:
                move(store, digest, seen=now.number if now else 0, by=f"writer {number}")
            except RefusedError:
                continue
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(insist, range(8)))
    assert sorted(moved.by for moved in store.history("fraud", "best")) == [f"writer {number}" for number in range(8)]


def test_a_late_listing_hides_no_move(bucket: Bucket, store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    moves = [move(store, digest, seen=seen) for seen in range(3)]

    class Late:
        """The bucket, whose listings know the first object only."""

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

        def list(self, prefix: str) -> object:
            return iter(list(bucket.list(prefix))[:1])

    late = Store(bucket=Late(), files=store.files)  # type: ignore[arg-type]
    assert late.pointer("fraud", "best") == moves[-1]


def test_a_pointer_that_somebody_wrote_by_hand_is_refused(store: Store) -> None:
    put(store.bucket, keys.pointer("fraud", "best") + "00000001.json", b'{"digest": "sha256:abc"}')
    with pytest.raises(RefusedError, match=r"pointers/fraud/best/00000001.json in .*: 'format' is not 1"):
        store.pointer("fraud", "best")


def test_results_are_found_by_step_and_fingerprint(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    assert store.result("fraud:train", FINGERPRINT) is None
    store.keep_result(result(digest, commit="a" * 40))
    newest = result(digest, metrics={"auc": 0.5, "loss": math.inf})
    store.keep_result(newest)
    store.keep_result(newest)
    assert store.result("fraud:train", FINGERPRINT) == newest
    assert store.result("fraud:train", "0" * 64) is None
    assert store.result("fraud:smoke", FINGERPRINT) is None
    assert [found.result.commit for found in catalogue.results(store.bucket, "fraud")] == ["a" * 40, "c" * 40]


def test_a_metric_that_is_no_number_is_kept_as_what_it_is(store: Store, tmp_path: Path) -> None:
    store.keep_result(result(push(store, tmp_path), metrics={"loss": math.nan}))
    found = store.result("fraud:train", FINGERPRINT)
    assert found
    assert math.isnan(found.metrics["loss"])


def test_a_result_whose_model_is_gone_is_none(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path)
    store.keep_result(result(digest))
    store.bucket.delete([keys.manifest("fraud", digest)])
    assert store.result("fraud:train", FINGERPRINT) is None


def test_steps_are_enrolled(store: Store) -> None:
    assert store.enrolled() == frozenset()
    for step in ("fraud:train", "fraud:train", "data:sales"):
        store.enrol(step)
    assert store.enrolled() == {"fraud:train", "data:sales"}


def test_a_fact_is_noted_once(store: Store) -> None:
    assert store.fact("validated", "sales at abc") is None
    assert store.note("validated", "sales at abc", {"rows": 3})
    assert not store.note("validated", "sales at abc", {"rows": 4})
    assert store.fact("validated", "sales at abc") == {"rows": 3}
    assert store.fact("validated", "sales at abd") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", ".a", "a b", "g" * 64, "a\n"])
def test_names_that_are_none_never_become_keys(store: Store, tmp_path: Path, name: str) -> None:
    digest = "sha256:" + "0" * 64
    with pytest.raises(UsageError):
        push(store, tmp_path, model=name)
    with pytest.raises(UsageError):
        store.pointer(name, "best")
    with pytest.raises(UsageError):
        store.pointer("fraud", name)
    with pytest.raises(UsageError):
        store.records("fraud", digest, name)
    with pytest.raises(UsageError):
        store.enrol(f"fraud:{name}")
    with pytest.raises(UsageError):
        store.result("fraud:train", name)


def test_files_of_a_record_are_fetched_as_they_were(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path / "from")
    (tmp_path / "p.csv").write_bytes(b"id,truth\n" * 1000)

    written = store.attach("fraud", digest, "predictions", {"rows": 1000}, {"p.csv": tmp_path / "p.csv"})
    again = store.attach("fraud", digest, "predictions", {"rows": 1000}, {"p.csv": tmp_path / "p.csv"})

    assert written == again
    (record,) = store.records("fraud", digest, "predictions")
    ((name, digits),) = attachments.named(record)
    place = store.fetch(digits, tmp_path / "into", f"{digits}/{name}")
    assert place.read_bytes() == b"id,truth\n" * 1000
    place.write_bytes(b"altered")
    assert store.fetch(digits, tmp_path / "into", f"{digits}/{name}").read_bytes() == b"id,truth\n" * 1000


def test_a_file_of_a_record_that_is_damaged_or_gone_is_refused(store: Store, tmp_path: Path) -> None:
    digest = push(store, tmp_path / "from")
    (tmp_path / "p.csv").write_bytes(b"id,truth\n")
    store.attach("fraud", digest, "predictions", {}, {"p.csv": tmp_path / "p.csv"})
    ((_, digits),) = attachments.named(store.records("fraud", digest, "predictions")[0])
    damage(store.bucket, keys.blob(digits))
    with pytest.raises(RefusedError, match="does not hold the file"):
        store.fetch(digits, tmp_path / "into", "p.csv")
    store.bucket.delete([keys.blob(digits)])
    with pytest.raises(RefusedError, match="it is missing"):
        store.fetch(digits, tmp_path / "into", "p.csv")
    assert not list((tmp_path / "into").glob("**/p.csv"))


def test_nothing_is_attached_to_a_model_that_is_not_there(store: Store, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(b"x")
    with pytest.raises(RefusedError, match="holds no model"):
        store.attach("fraud", f"sha256:{'0' * 64}", "predictions", {}, {"p.csv": tmp_path / "p.csv"})
