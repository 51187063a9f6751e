"""A controller that shifts and judges by itself is followed to its end, and undone where it fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.run import deploy, roll_back
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Phase, Progress, Rollout, Traffic
from tests.deployments import WaitingClock, World, judge, new_store, push, task, verdict
from tests.targets import MemoryTarget, digest_of

HOW = """\
target: command
strategy: replace
command: {standing: x, place: x, route: x}
"""


@dataclass
class MemoryController:
    """Takes three looks for a rollout, and fails those of `bad` models."""

    bad: set[str] = field(default_factory=set)
    now: Progress = field(default_factory=lambda: Progress(candidate="", phase=Phase.DONE))
    looks: int = 0
    begun: list[Rollout] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)

    def begin(self, rollout: Rollout) -> None:
        if self.now.candidate != rollout.candidate or self.now.phase is Phase.FAILED:
            self.begun.append(rollout)
            self.looks = 0
            self.now = Progress(candidate=rollout.candidate, phase=Phase.RUNNING, traffic=self.now.traffic)

    def progress(self) -> Progress:
        if self.now.phase is Phase.RUNNING:
            self.looks += 1
            if self.looks > 3:
                fails = self.now.candidate in self.bad
                traffic = self.now.traffic if fails else Traffic(live=self.now.candidate)
                phase = Phase.FAILED if fails else Phase.DONE
                self.now = replace(self.now, phase=phase, traffic=traffic, why="errors" if fails else "")
        return self.now

    def undo(self, before: str) -> None:
        self.undone.append(before)
        self.now = Progress(candidate=before, phase=Phase.DONE, traffic=Traffic(live=before))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(store=new_store(tmp_path / "store"), target=MemoryTarget())


def follow(world: World, bad: set[str]) -> MemoryController:
    controller = MemoryController(bad=bad)
    world.target = Followed(
        controller=controller,
        clock=world.clock,
        rollout=lambda candidate, before: Rollout(candidate=candidate, before=before, steps=(5, 100), pause=60),
    )
    return controller


def test_a_rollout_is_followed_and_a_rollback_undoes_it(world: World, tmp_path: Path) -> None:
    one, two = (push(world.store, tmp_path, name) for name in ("one", "two"))
    controller = follow(world, set())
    judge(world.store, verdict(one))
    judge(world.store, verdict(two, one))
    for digest in (one, two):
        deployed = deploy(task(HOW), world.tools, digest)
        assert deployed
        assert deployed.status is Status.LIVE
    assert [(each.candidate, each.before) for each in controller.begun] == [(one, ""), (two, one)]
    assert roll_back(task(HOW), world.tools, "why not").status is Status.REVERTED
    assert (controller.undone, controller.now.traffic) == ([one], Traffic(live=one))


def test_a_rollout_that_fails_is_undone(world: World, tmp_path: Path) -> None:
    one, two = (push(world.store, tmp_path, name) for name in ("one", "two"))
    controller = follow(world, {two})
    judge(world.store, verdict(one))
    judge(world.store, verdict(two, one))
    deploy(task(HOW), world.tools, one)
    deployed = deploy(task(HOW), world.tools, two)
    assert deployed
    assert (deployed.status, deployed.why) == (Status.REVERTED, "the rollout is failed: errors")
    assert controller.undone == [one]


def test_a_rollout_that_is_under_way_is_not_begun_again() -> None:
    controller, (one, two) = MemoryController(), (digest_of("one"), digest_of("two"))
    controller.now = Progress(candidate=one, phase=Phase.DONE, traffic=Traffic(live=one))
    rollout = Rollout(candidate=two, before=one, steps=(100,), pause=60)
    controller.begin(rollout)
    target = Followed(controller=controller, clock=WaitingClock(), rollout=lambda *_: rollout)
    for _ in range(2):
        target.route(Traffic(live=two))
    assert controller.begun == [rollout]
