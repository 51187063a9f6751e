"""While users send requests, models come and go, and no request fails."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgitlab.jobs.deploy.target import Traffic
from scripts.deploy_story import SHARE, play, waiting
from tests import nginx_host, nginx_project
from tests.load import load
from tests.nginx_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with nginx_project.project(tmp_path) as made:
        yield made


def test_no_request_fails_whatever_is_deployed(project: Project) -> None:
    told = play(project, 1, lambda _: None)
    assert told.failed == 0
    assert told.canary_users > 100
    assert abs(told.share - SHARE) <= told.bound
    assert told.torn == 0
    assert 0 < told.answers_of_failing < told.requests / 20


def test_users_do_not_wait_for_a_slow_shadow(project: Project) -> None:
    found = []
    for _ in range(3):  # a busy machine makes either look slow
        alone, shadowed = waiting(project, 0.5, 2)
        found.append(shadowed / alone)
        if found[-1] <= 1.1:
            return
    raise AssertionError(f"with a shadow a request takes {found} times as long")


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
            declared = Traffic(live=first), Traffic(live=first, canary=candidate, share=20), Traffic(live=candidate)
            assert project.host.target.standing().traffic in declared
            entries += 1
    assert entries > 6
    last = project.run("history", "fraud", "--json").json["deployments"][-1]
    assert last["status"] == ("live" if good else "reverted")
    end = project.run("status", "fraud", "--json").json
    assert (end["traffic"]["live"], end["traffic"]["canary"]) == (candidate if good else first, "")
    assert end["pointer"] == end["traffic"]["live"]
    assert users.failed == []
    assert {each.version for each in users.done} <= {first, candidate}
