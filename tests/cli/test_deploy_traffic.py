"""While users send requests, models come and go, and no request fails."""

from __future__ import annotations

import math
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgitlab.jobs.deploy import journal
from mlgitlab.jobs.deploy.target import Traffic
from tests import nginx_host, nginx_project
from tests.load import Load, load
from tests.nginx_project import Project

CANARY = {"strategy": "canary", "steps": ["5%", "100%"], "pause": "2s", "patience": "20s"}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with nginx_project.project(tmp_path) as made:
        yield made


def span(project: Project, step: int) -> tuple[float, float]:
    """From when to when the traffic was as in a step of the last deployment."""
    entries = project.run("history", "fraud", "--json").json["deployments"][-1]["entries"]
    routed = [journal.seconds(entry["at"]) for entry in entries if entry["kind"] == "routed"]
    routing = [journal.seconds(entry["at"]) for entry in entries if entry["kind"] == "routing"]
    return routed[step], routing[step + 1]


def check_canary(users: Load, times: tuple[float, float], live: str, canary: str) -> None:
    """Each user got one model, and the canary its share of the users."""
    found: dict[str, set[str]] = {}
    for each in users.between(*times):
        found.setdefault(each.user, set()).add(each.version)
    assert len(found) > 200
    assert {len(versions) for versions in found.values()} == {1}
    count = sum(versions == {canary} for versions in found.values())
    assert {version for versions in found.values() for version in versions} <= {live, canary}
    assert abs(count - len(found) * 0.05) <= 4 * math.sqrt(len(found) * 0.05 * 0.95)


def test_no_request_fails_whatever_is_deployed(project: Project) -> None:
    first = project.permitted("first", seconds=0.002)
    project.run("run", f"fraud@{first}")
    with load(project.host.port) as users:
        second = project.permitted("second", first, seconds=0.002)
        project.run("run", f"fraud@{second}")
        project.configure(**CANARY)
        third = project.permitted("third", second, seconds=0.002)
        project.run("run", f"fraud@{third}")
        check_canary(users, span(project, 0), second, third)
        failing = project.permitted("failing", third, seconds=0.002, errors=2, after=5)
        done = project.run("run", f"fraud@{failing}", check=3)
        assert "fail by error_rate" in done.out
        project.configure(strategy="shadow", shadow="50%", pause="1s", patience="5s")
        crashing = project.permitted("crashing", third, seconds=0.002, crash=20)
        assert "error_rate" in project.run("run", f"fraud@{crashing}", check=3).out
    assert users.failed == []
    assert users.done[-1].version == third
    versions = {each.version for each in users.done}
    assert versions == {first, second, third, failing}  # of `failing` the answers that were none of an error
    assert sum(each.version == failing for each in users.done) < len(users.done) / 20


def test_users_do_not_wait_for_a_slow_shadow(project: Project) -> None:
    host, (one, two, _) = project.host, project.host.models
    host.behaviours = {one: {"seconds": 0.01}, two: {"seconds": 0.5}}
    for model in (one, two):
        host.fetch(model)
        host.target.place(model)
    alone, shadowed = Traffic(live=one), Traffic(live=one, shadow=two, sample=10)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for traffic in (alone, shadowed, shadowed, alone):
        host.target.route(traffic)
        with load(host.port, threads=3) as users:
            time.sleep(1.5)
        assert users.failed == []
        seconds[bool(traffic.shadow)] += [each.seconds for each in users.done]
    with_shadow, without = (statistics.median(seconds[key]) for key in (True, False))
    assert with_shadow <= 1.1 * without


def killed_after(project: Project, digest: str, entries: int) -> bool:
    """Run a deployment, and kill it as soon as it has written so many entries; False where it ended before."""
    wanted = project.entries + entries
    process = project.start("run", f"fraud@{digest}")
    while process.poll() is None:
        if project.entries >= wanted:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.002)
    return False


@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
def test_what_is_killed_at_each_step_is_finished_or_taken_back(project: Project, good: bool) -> None:
    first = project.permitted("first")
    project.run("run", f"fraud@{first}")
    project.configure(strategy="canary", steps=["20%", "100%"], pause="1s", patience="10s")
    candidate = project.permitted("candidate", first, **({} if good else {"errors": 1, "after": 30}))
    with load(project.host.port, threads=2, rest=0.01) as users:
        entries = 1
        while killed_after(project, candidate, entries):
            status = project.run("status", "fraud", "--json").json["traffic"]
            assert {status["live"], status["canary"]} <= {first, candidate, ""}
            assert status["share"] in (0, 20)
            entries += 1
    assert entries > 6
    last = project.run("history", "fraud", "--json").json["deployments"][-1]
    assert last["status"] == ("live" if good else "reverted")
    end = project.run("status", "fraud", "--json").json
    assert (end["traffic"]["live"], end["traffic"]["canary"]) == (candidate if good else first, "")
    assert end["pointer"] == end["traffic"]["live"]
    assert users.failed == []
    assert {each.version for each in users.done} <= {first, candidate}
