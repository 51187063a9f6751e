"""The last results of a step, and the records about them, in a folder and on every S3 server."""

from __future__ import annotations

from pathlib import Path

from mlgitlab.store import keys, recent
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result
from tests.stores import put, write_files

STEP = "fraud:train"


def train(store: Store, folder: Path, number: int, step: str = STEP, weights: str = "") -> str:
    """What a training leaves: a model, its provenance, its result."""
    digest = store.push("fraud", write_files(folder, {"weights": (weights or str(number)).encode()})).digest
    store.record("fraud", digest, "provenance", {"step": step, "run": {"seconds": number}})
    at = "2030-01-31T12:00:00Z"
    store.keep_result(
        Result(step=step, fingerprint=f"{number:064x}", model="fraud", digest=digest, commit="c" * 40, at=at)
    )
    return digest


def seconds(bucket: Bucket, most: int, step: str = STEP) -> list[object]:
    return [record["run"] for record in recent.records(bucket, step, "provenance", most)]


def test_so_many_runs_are_read_as_are_asked_for(store: Store, tmp_path: Path) -> None:
    for number in range(1, 4):
        train(store, tmp_path, number)
    train(store, tmp_path, 99, step="fraud:smoke")
    assert len(recent.results(store.bucket, STEP, 2)) == 2
    assert len(seconds(store.bucket, 2)) == 2
    assert {str(each) for each in seconds(store.bucket, 9)} == {str({"seconds": number}) for number in range(1, 4)}
    assert seconds(store.bucket, 3, "fraud:evaluate") == []


def test_a_model_that_was_made_again_is_looked_at_once(store: Store, tmp_path: Path) -> None:
    for number in range(1, 4):
        train(store, tmp_path, number, weights="the same")
    train(store, tmp_path, 99, step="fraud:smoke", weights="the same")
    assert len(seconds(store.bucket, 9)) == 3
    assert 0 < len(seconds(store.bucket, 2)) <= 2


def test_a_result_that_cannot_be_read_is_none(store: Store, tmp_path: Path) -> None:
    train(store, tmp_path, 2)
    put(store.bucket, f"{keys.results(STEP, f'{3:064x}')}00000001.json", b"{}")
    assert seconds(store.bucket, 9) == [{"seconds": 2}]
