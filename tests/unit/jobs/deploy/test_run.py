"""A deployment brings exactly the judged model to its place, or everything back to where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.run import deploy, record_of, roll_back, watch
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Answer, Traffic
from mlgitlab.jobs.deploy.task import Tools
from mlgitlab.jobs.gate.ruling import Outcome
from tests.deployments import MODEL, World, judge, new_store, push, task, verdict
from tests.targets import Behaviour, MemoryTarget

CANARY = """\
target: command
strategy: canary
steps: [10%, 50%, 100%]
pause: 20s
rollback: {watch: 30s}
criteria: {min_requests: 100, error_rate: {max_ratio: 2, at_most: 10%}}
command: {standing: x, place: x, route: x, observe: x}
"""
BLUE_GREEN = CANARY.replace("strategy: canary\nsteps: [10%, 50%, 100%]", "strategy: blue-green")
SHADOW = CANARY.replace("strategy: canary\nsteps: [10%, 50%, 100%]", "strategy: shadow\nshadow: 50%")
USERS = 40  # a second


def failing(number: int) -> Answer:
    """Every third answer is an error."""
    return Answer(status=500 if number % 3 == 0 else 200, seconds=0.01)


@dataclass
class Scene:
    """A model that is live, and one that is to follow."""

    world: World
    target: MemoryTarget
    live: str
    candidate: str
    answers: list[Answer]

    def stands(self) -> Traffic:
        return self.target.traffic


def scene(folder: Path, behaviours: Mapping[str, Behaviour] | None = None, users: int = USERS) -> Scene:
    store = new_store(folder / "store")
    live, candidate = (push(store, folder / "models", name) for name in ("old", "new"))
    target = MemoryTarget(folder=folder / "rooms")
    world = World(store=store, target=target)
    target.now = lambda: world.clock.seconds_since
    answers: list[Answer] = []

    def serve() -> None:
        answers.extend(target.send(f"user-{number}") for number in range(users))

    judge(store, verdict(live))
    assert deploy(task(BLUE_GREEN), world.tools, live)
    judge(store, verdict(candidate, live))
    target.behaviours = {
        {"live": live, "candidate": candidate}[name]: each for name, each in (behaviours or {}).items()
    }
    world.clock.each = serve
    return Scene(world=world, target=target, live=live, candidate=candidate, answers=answers)


def pointer(here: Scene) -> str:
    found = here.world.store.pointer(MODEL, "production")
    assert found
    return found.digest


@pytest.mark.parametrize("how", [CANARY, BLUE_GREEN], ids=["canary", "blue-green"])
def test_a_good_model_takes_over(tmp_path: Path, how: str) -> None:
    here = scene(tmp_path)
    deployed = deploy(task(how), here.world.tools, here.candidate)
    assert deployed
    assert (deployed.status, pointer(here), here.stands()) == (
        Status.LIVE,
        here.candidate,
        Traffic(live=here.candidate),
    )
    assert here.target.standing().warm == {here.live, here.candidate}
    assert {answer.status for answer in here.answers} == {200}


def test_a_model_that_answers_already_is_left_alone(tmp_path: Path) -> None:
    here = scene(tmp_path)
    assert deploy(task(CANARY), here.world.tools, here.live) is None


def test_a_canary_whose_errors_rise_goes_back_by_itself(tmp_path: Path) -> None:
    here = scene(tmp_path, {"candidate": failing})
    deployed = deploy(task(CANARY), here.world.tools, here.candidate)
    assert deployed
    assert (deployed.status, pointer(here), here.stands()) == (Status.REVERTED, here.live, Traffic(live=here.live))
    assert (
        deployed.why
        == f"step 1, 10% of the users get {here.candidate[:19]}, the others {here.live[:19]}: fail by error_rate"
    )
    assert here.target.standing().warm == {here.live}
    assert deployed.passed == 0


def test_without_traffic_nothing_succeeds(tmp_path: Path) -> None:
    here = scene(tmp_path, users=0)
    deployed = deploy(task(CANARY), here.world.tools, here.candidate)
    assert deployed
    assert (deployed.status, here.stands()) == (Status.REVERTED, Traffic(live=here.live))
    assert "inconclusive by min_requests" in deployed.why


def test_what_nobody_can_tell_waits_for_a_person_where_so_declared(tmp_path: Path) -> None:
    here = scene(tmp_path, users=0)
    how = task(CANARY + "inconclusive: hold\n")
    deployed = deploy(how, here.world.tools, here.candidate)
    assert deployed
    assert deployed.status is Status.HELD
    assert here.stands() == Traffic(live=here.live, canary=here.candidate, share=10)

    def serve() -> None:
        here.answers.extend(here.target.send(f"user-{number}") for number in range(USERS))

    here.world.clock.each = serve
    finished = deploy(how, here.world.of("two"), here.candidate)
    assert finished
    assert finished.status is Status.LIVE


def test_a_shadow_answers_nobody_and_changes_nothing(tmp_path: Path) -> None:
    here = scene(tmp_path, {"candidate": lambda _: Answer(status=200, seconds=0.01)})
    deployed = deploy(task(SHADOW), here.world.tools, here.candidate)
    assert deployed
    assert (deployed.status, pointer(here), here.stands()) == (Status.SHADOWED, here.live, Traffic(live=here.live))
    assert {answer.version for answer in here.answers} == {here.live}


def test_a_shadow_that_crashes_hurts_nobody_and_fails(tmp_path: Path) -> None:
    here = scene(tmp_path, {"candidate": lambda _: Answer(status=0)})
    deployed = deploy(task(SHADOW), here.world.tools, here.candidate)
    assert deployed
    assert deployed.status is Status.REVERTED
    assert {(answer.status, answer.version) for answer in here.answers} == {(200, here.live)}


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
            deploy(task(CANARY), on(tools, mortal), here.candidate)
        except KilledError:
            pass
        else:
            assert at > 5
            return
        between = here.stands()
        assert between.answering <= {here.live, here.candidate}
        assert (between.share or 100) in (10, 50, 100)
        with pytest.raises(RefusedError, match="is being deployed to"):
            deploy(task(CANARY), here.world.of("two"), here.candidate)
        here.world.owner.dead.add("killed")
        deployed = deploy(task(CANARY), here.world.of("two"), here.candidate)
        assert deployed
        end = here.candidate if good else here.live
        assert deployed.status is (Status.LIVE if good else Status.REVERTED)
        assert (pointer(here), here.stands()) == (end, Traffic(live=end))
    raise AssertionError("it never ends")


def on(tools: Tools, target: Any) -> Tools:
    return replace(tools, target=target)


def test_a_lease_that_ran_out_is_taken_over_and_who_held_it_stops(tmp_path: Path) -> None:
    here = scene(tmp_path)
    with pytest.raises(KilledError):
        deploy(task(CANARY), on(here.world.of("killed"), Mortal(target=here.target, at=2, after=True)), here.candidate)
    here.world.clock.seconds_since += 1000
    deployed = deploy(task(CANARY), here.world.of("two"), here.candidate)
    assert deployed
    assert deployed.status is Status.LIVE


def test_one_command_goes_back_to_the_model_before_without_loading_it(tmp_path: Path) -> None:
    here = scene(tmp_path)
    deploy(task(CANARY), here.world.tools, here.candidate)
    deployed = roll_back(task(CANARY), here.world.tools, "it is worse")
    assert (deployed.status, pointer(here), here.stands()) == (Status.REVERTED, here.live, Traffic(live=here.live))
    assert deployed.entries[-1].why == "the model before was ready"
    with pytest.raises(RefusedError, match="could go back to"):
        roll_back(task(CANARY), here.world.tools, "again")


def test_a_watch_that_fails_goes_back(tmp_path: Path) -> None:
    here = scene(tmp_path)
    deploy(task(CANARY), here.world.tools, here.candidate)
    here.target.behaviours = {here.candidate: failing}
    outcome, deployed = watch(task(CANARY), here.world.tools)
    assert (outcome, deployed.status, pointer(here)) == (Outcome.FAIL, Status.REVERTED, here.live)


def test_a_watch_that_is_good_is_noted(tmp_path: Path) -> None:
    here = scene(tmp_path)
    deploy(task(CANARY), here.world.tools, here.candidate)
    outcome, deployed = watch(task(CANARY), here.world.tools)
    assert (outcome, deployed.status, deployed.entries[-1].kind) == (Outcome.PASS, Status.LIVE, Kind.WATCHED)


def test_the_history_is_complete(tmp_path: Path) -> None:
    here = scene(tmp_path, {"candidate": failing})
    deploy(task(CANARY), here.world.tools, here.candidate)
    kinds = [
        [entry.kind.value for entry in each.entries] for each in record_of(task(CANARY), here.world.tools).deployments
    ]
    assert kinds == [
        ["begun", "placed", "tested", "routing", "routed", "passed", "settled"],
        ["begun", "placed", "tested", "routing", "routed", "failed", "routing", "routed", "reverted"],
    ]
