"""What may not be deployed is refused, and nothing has changed then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.run import deploy, record_of
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Standing, Traffic
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND
from mlgitlab.jobs.gate.verdict_json import content
from mlgitlab.store import keys
from mlgitlab.store.library import Store
from tests.deployments import MODEL, World, judge, new_store, push, task, verdict
from tests.stores import damage
from tests.targets import MemoryTarget

HOW = """\
target: command
strategy: replace
command: {standing: x, place: x, route: x}
"""


def world(folder: Path) -> World:
    return World(store=new_store(folder / "store"), target=MemoryTarget(folder=folder / "rooms"))


def failed(store: Store, digest: str, _: str) -> None:
    judge(store, verdict(digest))
    judge(store, verdict(digest, outcome=Outcome.FAIL))


def inconclusive(store: Store, digest: str, _: str) -> None:
    judge(store, verdict(digest, outcome=Outcome.INCONCLUSIVE))


def foreign(store: Store, digest: str, other: str) -> None:
    store.record(MODEL, digest, KIND, content(verdict(other)))


def altered(store: Store, digest: str, _: str) -> None:
    written = dict(content(verdict(digest, outcome=Outcome.FAIL)))
    store.record(MODEL, digest, KIND, {**written, "outcome": "pass"})


def identical(store: Store, digest: str, _: str) -> None:
    judge(store, verdict(digest, digest))


def stale(store: Store, digest: str, other: str) -> None:
    judge(store, verdict(digest))
    store.move(MODEL, "production", other, seen=0, at="2030-01-31T12:00:00Z", by="ada", why="")


def none(_store: Store, _digest: str, _other: str) -> None:
    """There is no verdict."""


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        pytest.param(none, "holds no verdict about", id="no verdict"),
        pytest.param(failed, "is fail: metrics.auc", id="the newest verdict failed"),
        pytest.param(inconclusive, "is inconclusive", id="inconclusive"),
        pytest.param(foreign, "counts for nothing: it is about", id="a foreign verdict"),
        pytest.param(altered, "it says pass, and its rulings do not", id="a verdict that says more than it found"),
        pytest.param(identical, "is in production already", id="a verdict about production itself"),
        pytest.param(stale, "compares it with nothing, and production is", id="a verdict about another production"),
    ],
)
def test_a_model_without_its_own_passing_verdict_goes_nowhere(
    tmp_path: Path, verdicts: Callable[[Store, str, str], None], said: str
) -> None:
    here = world(tmp_path)
    digest, other = (push(here.store, tmp_path / "models", name) for name in ("one", "two"))
    verdicts(here.store, digest, other)
    with pytest.raises(RefusedError, match=said):
        deploy(task(HOW), here.tools, digest)
    assert here.target.standing() == Standing()
    assert record_of(task(HOW), here.tools).deployments == ()


def test_a_model_that_was_altered_in_the_store_gets_no_traffic(tmp_path: Path) -> None:
    for folder in (tmp_path / "rooms", None):  # pulled by us, or verified where it lies
        here = World(store=new_store(tmp_path / f"store-{bool(folder)}"), target=MemoryTarget(folder=folder))
        digest = push(here.store, tmp_path / "models", "one")
        judge(here.store, verdict(digest))
        manifest = here.store.manifest(MODEL, digest)
        assert manifest
        damage(here.store.bucket, keys.blob(manifest.files[0].sha256))
        deployed = deploy(task(HOW), here.tools, digest)
        assert deployed
        assert deployed.status is Status.REVERTED
        assert "does not hold the bytes of" in deployed.why
        assert here.target.standing() == Standing()
        assert here.store.pointer(MODEL, "production") is None


def test_a_verdict_that_is_withdrawn_under_way_takes_the_model_back(tmp_path: Path) -> None:
    here = world(tmp_path)
    digest = push(here.store, tmp_path / "models", "one")
    judge(here.store, verdict(digest))

    class Slow(MemoryTarget):
        def place(self, digest: str) -> None:
            super().place(digest)
            judge(here.store, verdict(digest, outcome=Outcome.FAIL))

    here.target = Slow(folder=tmp_path / "rooms")
    deployed = deploy(task(HOW), here.tools, digest)
    assert deployed
    assert (deployed.status, here.target.standing()) == (Status.REVERTED, Standing())
    assert deployed.why.endswith("is fail: metrics.auc")


def test_a_second_deployment_at_once_is_refused(tmp_path: Path) -> None:
    here = world(tmp_path)
    digest = push(here.store, tmp_path / "models", "one")
    judge(here.store, verdict(digest))
    refusals: list[str] = []

    class Busy(MemoryTarget):
        def place(self, digest: str) -> None:
            with pytest.raises(RefusedError) as refused:
                deploy(task(HOW), here.of("two"), digest)
            refusals.append(refused.value.message)
            super().place(digest)

    here.target = Busy(folder=tmp_path / "rooms")
    deployed = deploy(task(HOW), here.tools, digest)
    assert deployed
    assert deployed.status is Status.LIVE
    assert ["is being deployed to" in refusal for refusal in refusals] == [True]


def test_of_two_that_begin_at_the_same_moment_one_stops_before_it_touches_anything(tmp_path: Path) -> None:
    here = world(tmp_path)
    digest = push(here.store, tmp_path / "models", "one")
    judge(here.store, verdict(digest))

    class Late(MemoryTarget):
        """Between the look at the journal and the first entry, the other begins."""

        def standing(self) -> Standing:
            if not raced:
                raced.append(True)
                assert deploy(task(HOW), replace(here.of("two"), target=other), digest)
            return Standing()

    raced: list[bool] = []
    other = MemoryTarget(folder=tmp_path / "rooms")
    here.target = Late(folder=tmp_path / "rooms")
    with pytest.raises(RefusedError, match="somebody else has taken over"):
        deploy(task(HOW), here.tools, digest)
    assert here.target.traffic == Traffic()
    assert other.traffic == Traffic(live=digest)


def test_a_deployment_of_another_model_waits_for_the_one_that_was_interrupted(tmp_path: Path) -> None:
    here = world(tmp_path)
    one, two = (push(here.store, tmp_path / "models", name) for name in ("one", "two"))
    for digest in (one, two):
        judge(here.store, verdict(digest))

    class DeadError(BaseException):
        pass

    class Dying(MemoryTarget):
        def place(self, digest: str) -> None:
            raise DeadError(digest)

    with pytest.raises(DeadError):
        deploy(task(HOW), replace(here.tools, target=Dying()), one)
    here.owner.dead.add("one")
    with pytest.raises(RefusedError, match="is under way; it must be finished before"):
        deploy(task(HOW), here.of("two"), two)
    assert deploy(task(HOW), here.of("two"), one)


def test_what_somebody_else_wrote_into_the_journal_is_refused(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.store.bucket.create(f"{keys.deployments(MODEL, 'production')}{keys.numbered(1)}", b'{"format":1}')
    with pytest.raises(RefusedError, match="no 'at'"):
        record_of(task(HOW), here.tools)
