"""What a deployment relies on, of every place where models answer."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlgitlab.adapters.deploy_command import CommandPlace
from mlgitlab.adapters.http import free_ports
from mlgitlab.config.deploy import CommandTarget
from mlgitlab.errors import MlgitlabError, RefusedError
from mlgitlab.jobs.deploy.target import Answer, Question, Standing, Traffic
from tests import command_place, nginx_host
from tests.targets import Bench, MemoryTarget, digest_of

USERS = 400


@dataclass
class MemoryBench:
    """The target of the tests themselves, so that it keeps the promises that they build on."""

    ticks: float = 1000.0
    models: tuple[str, str, str] = (digest_of("one"), digest_of("two"), digest_of("three"))
    target: MemoryTarget = field(default_factory=MemoryTarget)

    def __post_init__(self) -> None:
        self.target.now = self.now

    def send(self, user: str) -> Answer:
        return self.target.send(user)

    def fetch(self, digest: str) -> None:
        """Nothing is needed."""

    def now(self) -> float:
        self.ticks += 0.001
        return self.ticks


@dataclass
class CommandBench:
    """Scripts of a project's own."""

    folder: Path
    models: tuple[str, str, str] = (digest_of("one"), digest_of("two"), digest_of("three"))

    def __post_init__(self) -> None:
        self.place = command_place.Place(self.folder)
        self.ports = json.dumps(free_ports(2))

    @property
    def target(self) -> CommandPlace:
        script = f'"{sys.executable}" -S -E "{command_place.__file__}" "{self.folder}"'
        verbs = ("standing", "place", "route", "observe", "remove")
        settings = CommandTarget(
            **{verb: (f"{script} {verb}",) for verb in verbs},  # type: ignore[arg-type]
            folder="models",
            prediction="X-Prediction",
        )
        environ = {"PATH": os.environ["PATH"], "PORTS": self.ports}
        return CommandPlace(
            model="fraud", environment="production", root=self.folder, settings=settings, environ=environ
        )

    def fetch(self, digest: str) -> None:
        room = self.target.room(digest)
        room.mkdir(parents=True, exist_ok=True)
        (room / "model.json").write_text("{}", "utf-8")

    def send(self, user: str) -> Answer:
        status, version = self.place.send(user)
        return Answer(status=status, version=version)

    def now(self) -> float:
        return time.time()


@pytest.fixture(params=["memory", "command", "nginx"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "memory":
        yield MemoryBench()
        return
    if request.param == "command":
        command = CommandBench(tmp_path)
        yield command
        command.place.end()
        return
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with nginx_host.short_folder() as folder, nginx_host.nginx_host(folder) as host:
        yield host


def put(bench: Bench, *models: str) -> None:
    for model in models:
        bench.fetch(model)
        bench.target.place(model)


def versions(bench: Bench, users: int = USERS) -> dict[str, str]:
    found = {f"user-{number}": bench.send(f"user-{number}") for number in range(users)}
    assert {answer.status for answer in found.values()} == {200}
    return {user: answer.version for user, answer in found.items()}


def test_an_empty_place_answers_nobody(bench: Bench) -> None:
    standing = bench.target.standing()
    assert (standing.traffic, standing.warm) == (Traffic(), frozenset())


def test_a_placed_model_is_warm_answers_questions_and_gets_no_traffic(bench: Bench) -> None:
    one, _, _ = bench.models
    put(bench, one)
    standing = bench.target.standing()
    assert (standing.traffic, standing.warm) == (Traffic(), frozenset({one}))
    answer = bench.target.ask(one, Question())
    assert (answer.status, answer.version) == (200, one)
    assert bench.target.observe(0, bench.now()) == {}


def test_every_verb_may_be_repeated(bench: Bench) -> None:
    one, two, _ = bench.models
    for _ in range(2):
        put(bench, one, two)
    canary = Traffic(live=one, canary=two, share=25)
    for traffic in (canary, canary, Traffic(live=two), Traffic(live=two)):
        bench.target.route(traffic)
        assert bench.target.standing().traffic == traffic
    for _ in range(2):
        bench.target.remove(one)
    assert bench.target.standing().warm == {two}


def test_traffic_moves_whole_and_the_model_before_stays_warm(bench: Bench) -> None:
    one, two, _ = bench.models
    put(bench, one, two)
    bench.target.route(Traffic(live=one))
    assert set(versions(bench, 20).values()) == {one}
    bench.target.route(Traffic(live=two))
    assert set(versions(bench, 20).values()) == {two}
    bench.target.route(Traffic(live=one))
    assert set(versions(bench, 20).values()) == {one}
    assert bench.target.standing().warm == {one, two}


def test_a_canary_gets_its_share_and_keeps_its_users(bench: Bench) -> None:
    one, two, _ = bench.models
    put(bench, one, two)
    bench.target.route(Traffic(live=one, canary=two, share=25))
    first, again = versions(bench), versions(bench)
    assert first == again
    count = sum(version == two for version in first.values())
    assert abs(count - USERS * 0.25) < 4 * math.sqrt(USERS * 0.25 * 0.75)
    bench.target.route(Traffic(live=one, canary=two, share=60))
    wider = versions(bench)
    assert all(wider[user] == two for user, version in first.items() if version == two)


def test_a_shadow_gets_requests_and_answers_nobody(bench: Bench) -> None:
    one, two, _ = bench.models
    put(bench, one, two)
    bench.target.route(Traffic(live=one, shadow=two, sample=50))
    since = bench.now()
    assert set(versions(bench, 100).values()) == {one}
    seen = bench.target.observe(since, bench.now() + 1)
    assert seen[one].requests == 100
    assert 20 <= seen[two].requests <= 80
    assert seen[two].predictions.keys() <= seen[one].predictions.keys()


def test_what_is_observed_is_what_was_answered_in_that_time(bench: Bench) -> None:
    one, two, _ = bench.models
    put(bench, one, two)
    bench.target.route(Traffic(live=one))
    versions(bench, 10)
    since = bench.now()
    bench.target.route(Traffic(live=one, canary=two, share=50))
    found = list(versions(bench, 60).values())
    seen = bench.target.observe(since, bench.now() + 1)
    assert {model: seen[model].requests for model in (one, two)} == {model: found.count(model) for model in (one, two)}
    assert seen[one].errors == seen[two].errors == 0
    assert len(seen[two].seconds) == seen[two].requests
    assert set(seen[two].predictions.values()) == {"0.5"}
    assert bench.target.observe(0, 1) == {}


def test_what_is_not_warm_gets_no_traffic_and_nothing_changes(bench: Bench) -> None:
    one, two, _ = bench.models
    put(bench, one)
    bench.target.route(Traffic(live=one))
    for traffic in (Traffic(live=two), Traffic(live=one, canary=two, share=5)):
        with pytest.raises(RefusedError):
            bench.target.route(traffic)
    assert bench.target.standing().traffic == Traffic(live=one)


def test_what_gets_requests_is_neither_removed_nor_asked_to_make_room(bench: Bench) -> None:
    one, two, three = bench.models
    put(bench, one, two)
    bench.target.route(Traffic(live=one, shadow=two, sample=5))
    for model in (one, two):
        with pytest.raises(RefusedError):
            bench.target.remove(model)
    with pytest.raises(RefusedError):
        bench.target.place(three)
    bench.target.route(Traffic(live=one))
    put(bench, three)
    assert bench.target.standing().warm == {one, three}


def test_a_model_that_is_not_there_cannot_be_asked(bench: Bench) -> None:
    with pytest.raises(MlgitlabError):
        bench.target.ask(bench.models[0], Question())


def test_the_first_model_can_be_taken_away_again(bench: Bench) -> None:
    one, _, _ = bench.models
    put(bench, one)
    bench.target.route(Traffic(live=one))
    bench.target.route(Traffic())
    bench.target.remove(one)
    assert bench.target.standing() == Standing()
    assert bench.send("user-1").status == 503
