"""A deployment that is killed at any verb and any write is finished or taken back by the next run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.run import deploy, record_of
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Traffic
from mlgitlab.jobs.deploy.task import Tools
from mlgitlab.store.bucket import Bucket
from tests.deployed import CANARY, SHORT, failing, pointer, scene
from tests.deployments import MODEL, judge, push, task, verdict
from tests.targets import MemoryTarget


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class Mortal:
    """A target whose process is killed at its n-th verb, before or after the verb has worked."""

    target: MemoryTarget
    at: int
    after: bool
    verbs: int = 0
    last: str = ""

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.target, name)
        if name not in ("place", "route", "remove", "observe"):
            return verb

        def called(*given: Any) -> Any:
            if name == self.last == "observe":  # one look in a row is as good as many
                return verb(*given)
            self.last = name
            self.verbs += 1
            if self.verbs == self.at and not self.after:
                raise KilledError
            found = verb(*given)
            if self.verbs == self.at:
                raise KilledError
            return found

        return called


def on(tools: Tools, target: Any) -> Tools:
    return replace(tools, target=target)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
def test_what_is_killed_at_any_verb_is_finished_or_taken_back_by_the_next_run(
    tmp_path: Path, good: bool, after: bool
) -> None:
    for at in range(1, 60):
        here = scene(tmp_path / str(at), {} if good else {"candidate": failing})
        mortal = Mortal(target=here.target, at=at, after=after)
        tools = here.world.of("killed")
        try:
            deploy(task(SHORT), on(tools, mortal), here.candidate)
        except KilledError:
            pass
        else:
            assert at > 5
            return
        between = here.stands()
        assert between.answering <= {here.live, here.candidate}
        assert (between.share or 100) in (50, 100)
        with pytest.raises(RefusedError, match="is being deployed to"):
            deploy(task(SHORT), here.world.of("two"), here.candidate)
        here.world.owner.dead.add("killed")
        deployed = deploy(task(SHORT), here.world.of("two"), here.candidate)
        assert deployed
        end = here.candidate if good else here.live
        assert deployed.status is (Status.LIVE if good else Status.REVERTED)
        assert (pointer(here), here.stands()) == (end, Traffic(live=end))
    raise AssertionError("it never ends")


@dataclass
class MortalBucket:
    """A bucket whose process is killed at its n-th write, before or after the write."""

    bucket: Bucket
    at: int
    after: bool
    writes: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bucket, name)

    def create(self, key: str, content: bytes) -> bool:
        self.writes += 1
        if self.writes == self.at and not self.after:
            raise KilledError
        found = self.bucket.create(key, content)
        if self.writes == self.at:
            raise KilledError
        return found


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_is_killed_at_any_write_is_finished_by_the_next_run(tmp_path: Path, after: bool) -> None:
    for at in range(1, 40):
        here = scene(tmp_path / str(at))
        store = replace(here.world.store, bucket=MortalBucket(here.world.store.bucket, at, after))
        try:
            deploy(task(SHORT), replace(here.world.of("killed"), store=store), here.candidate)
        except KilledError:
            pass
        else:
            assert at > 12  # ten entries, one move of the pointer, and the intentions
            return
        here.world.owner.dead.add("killed")
        deploy(task(SHORT), here.world.of("two"), here.candidate)
        assert (pointer(here), here.stands()) == (here.candidate, Traffic(live=here.candidate))
        moves = here.world.store.history(MODEL, "production")
        assert [move.digest for move in moves] == [here.live, here.candidate]
    raise AssertionError("it never ends")


def test_a_lease_that_ran_out_is_taken_over_and_who_held_it_stops(tmp_path: Path) -> None:
    here = scene(tmp_path)
    with pytest.raises(KilledError):
        deploy(task(CANARY), on(here.world.of("killed"), Mortal(target=here.target, at=2, after=True)), here.candidate)
    here.world.clock.seconds_since += 1000
    deployed = deploy(task(CANARY), here.world.of("two"), here.candidate)
    assert deployed
    assert deployed.status is Status.LIVE


def test_a_way_back_that_was_interrupted_is_finished_by_the_next_deployment_of_any_model(tmp_path: Path) -> None:
    here = scene(tmp_path, {"candidate": failing})
    writes = 8  # the last is the intention to go back
    store = replace(here.world.store, bucket=MortalBucket(here.world.store.bucket, writes, after=True))
    with pytest.raises(KilledError):
        deploy(task(CANARY), replace(here.world.of("killed"), store=store), here.candidate)
    here.world.owner.dead.add("killed")
    assert record_of(task(CANARY), here.world.tools).open
    third = push(here.world.store, tmp_path / "models", "third")
    judge(here.world.store, verdict(third, here.live))
    assert deploy(task(CANARY), here.world.of("two"), third)
    first, second, last = record_of(task(CANARY), here.world.tools).deployments
    assert (first.status, second.status, last.status) == (Status.LIVE, Status.REVERTED, Status.LIVE)
    assert (here.stands(), pointer(here)) == (Traffic(live=third), third)
