"""A deployment brings exactly the judged model to its place, or everything back to where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.run import deploy, record_of, retire, roll_back, watch
from mlgitlab.jobs.deploy.state import Deployed, Status
from mlgitlab.jobs.deploy.target import Answer, Traffic
from mlgitlab.jobs.deploy.task import Tools
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.store.bucket import Bucket
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
SHORT = CANARY.replace("[10%, 50%, 100%]", "[50%, 100%]")
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


def test_the_model_before_is_stopped_once_the_window_is_over(tmp_path: Path) -> None:
    here = scene(tmp_path)
    deploy(task(CANARY), here.world.tools, here.candidate)
    with pytest.raises(RefusedError, match="stays ready until"):
        retire(task(CANARY), here.world.tools)
    here.world.clock.seconds_since += 86400
    assert retire(task(CANARY), here.world.tools) == (here.live,)
    assert here.target.standing().warm == {here.candidate}
    deployed = roll_back(task(CANARY), here.world.tools, "it is worse")
    assert deployed.entries[-1].why == "the model before was loaded again"
    assert here.stands() == Traffic(live=here.live)


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
        ["begun", "placing", "placed", "tested", "routing", "routed", "passed", "settling", "settled"],
        ["begun", "placing", "placed", "tested", "routing", "routed", "failed", "routing", "routed", "reverted"],
    ]


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


def test_a_person_may_take_over_and_who_is_at_work_stops(tmp_path: Path) -> None:
    here = scene(tmp_path)
    ends: list[Deployed] = []

    def interfere() -> None:
        if not ends:
            with pytest.raises(RefusedError, match="is being deployed to"):
                roll_back(task(CANARY), here.world.of("person"), "stop it")
            ends.append(roll_back(task(CANARY), here.world.of("person"), "stop it", take_over=True))

    here.world.clock.each = interfere
    with pytest.raises(RefusedError, match="somebody else has taken over"):
        deploy(task(CANARY), here.world.tools, here.candidate)
    assert ends[0].status is Status.REVERTED
    assert (here.stands(), pointer(here)) == (Traffic(live=here.live), here.live)


def test_where_nothing_answers_though_something_should_only_that_is_brought_back(tmp_path: Path) -> None:
    here = scene(tmp_path)
    here.target.traffic, here.target.rooms = Traffic(), []  # another machine
    with pytest.raises(RefusedError, match="should answer here, and nothing does"):
        deploy(task(CANARY), here.world.tools, here.candidate)
    deployed = deploy(task(CANARY), here.world.tools, here.live)
    assert deployed
    assert (deployed.status, here.stands()) == (Status.LIVE, Traffic(live=here.live))


def test_traffic_and_pointer_that_disagree_are_not_guessed_about(tmp_path: Path) -> None:
    here = scene(tmp_path)
    here.world.store.move(MODEL, "production", here.candidate, seen=1, at="2030-01-31T12:00:00Z", by="eve", why="")
    with pytest.raises(RefusedError, match="answers, and fraud@production stands at"):
        deploy(task(CANARY), here.world.tools, here.candidate)


def test_a_pointer_that_somebody_moves_under_way_takes_the_model_back(tmp_path: Path) -> None:
    here = scene(tmp_path)
    serve = here.world.clock.each
    moved: list[int] = []

    def interfere() -> None:
        serve()
        if not moved:
            moved.append(1)
            here.world.store.move(MODEL, "production", here.live, seen=1, at="2030-01-31T12:00:00Z", by="eve", why="")

    here.world.clock.each = interfere
    deployed = deploy(task(CANARY), here.world.tools, here.candidate)
    assert deployed
    assert (deployed.status, here.stands()) == (Status.REVERTED, Traffic(live=here.live))
    assert "somebody else moved fraud@production first" in deployed.why
