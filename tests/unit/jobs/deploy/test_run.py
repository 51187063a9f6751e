"""A deployment brings exactly the judged model to its place, or everything back to where it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.run import deploy, record_of, retire, roll_back, watch
from mlgitlab.jobs.deploy.state import Deployed, Status
from mlgitlab.jobs.deploy.target import Answer, Traffic
from mlgitlab.jobs.gate.ruling import Outcome
from tests.deployed import BLUE_GREEN, CANARY, SHADOW, USERS, failing, pointer, scene
from tests.deployments import MODEL, task


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
