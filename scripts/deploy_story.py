"""Five deployments to a real nginx while users send requests: what happens, and what the users saw of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from mlgitlab.jobs.deploy import journal
from mlgitlab.jobs.deploy.target import Traffic
from tests.load import Load, Request, load
from tests.nginx_project import Project

SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the users saw. `share` is the canary's share of `canary_users`; `torn`: users that got both models."""

    seconds: float
    requests: int
    failed: int
    again: int
    answers_of_failing: int
    share: float
    bound: float
    canary_users: int
    torn: int


def play(project: Project, pause: int, say: Callable[[str], None]) -> Told:
    """Blue-green, a canary that is good, one whose errors rise, a shadow that crashes; `pause` seconds a step."""
    canary = {"strategy": "canary", "steps": ["5%", "100%"], "pause": f"{pause}s", "patience": f"{10 * pause}s"}
    first = project.permitted("first", seconds=0.003)
    _run(project, first, 0, "the first model", say)
    with load(project.host.port) as users:
        project.configure(pause=f"{pause}s", patience=f"{10 * pause}s")
        second = project.permitted("second", first, seconds=0.003)
        _run(project, second, 0, "blue-green", say)
        project.configure(**canary)
        third = project.permitted("third", second, seconds=0.003)
        _run(project, third, 0, "a canary that is good", say)
        during = users.between(*_span(project))
        failing = project.permitted("failing", third, seconds=0.003, errors=2, after=20)
        _run(project, failing, 3, "a canary whose errors rise", say)
        project.configure(strategy="shadow", shadow="50%", pause=f"{pause}s", patience=f"{10 * pause}s")
        crashing = project.permitted("crashing", third, seconds=0.003, crash=50)
        _run(project, crashing, 3, "a shadow that crashes", say)
    return _told(users, during, third, failing)


def _run(project: Project, digest: str, code: int, what: str, say: Callable[[str], None]) -> None:
    say(f"# {what}")
    say(f"$ mlgitlab deploy run fraud@{digest[:19]}")
    done = project.run("run", f"fraud@{digest}", check=code)
    for line in (*done.err.splitlines(), *done.out.splitlines()):
        say(line)


def _span(project: Project) -> tuple[float, float]:
    """From when to when the last canary had its first share."""
    entries = project.run("history", "fraud", "--json").json["deployments"][-1]["entries"]
    times = {kind: [journal.seconds(e["at"]) for e in entries if e["kind"] == kind] for kind in ("routed", "routing")}
    return times["routed"][0], times["routing"][1]


def _told(users: Load, during: list[Request], canary: str, failing: str) -> Told:
    found: dict[str, set[str]] = {}
    for each in during:
        found.setdefault(each.user, set()).add(each.version)
    count = len(found) or 1
    done = users.done
    return Told(
        seconds=done[-1].at - done[0].at,
        requests=len(done),
        failed=len(users.failed),
        again=sum(each.again for each in done),
        answers_of_failing=sum(each.version == failing for each in done),
        share=sum(canary in versions for versions in found.values()) / count,
        bound=4 * math.sqrt(SHARE * (1 - SHARE) / count),
        canary_users=count,
        torn=sum(len(versions) > 1 for versions in found.values()),
    )


def waiting(project: Project, seconds: float, rounds: int) -> tuple[float, float]:
    """Median seconds of a request alone, and with a shadow that takes half a second, in turns (ABBA)."""
    host, (one, two, _) = project.host, project.host.models
    host.behaviours = {one: {"seconds": 0.01}, two: {"seconds": 0.5}}
    for model in (one, two):
        host.fetch(model)
        host.target.place(model)
    alone, shadowed = Traffic(live=one), Traffic(live=one, shadow=two, sample=10)
    found: dict[bool, list[float]] = {True: [], False: []}
    for traffic in (alone, shadowed, shadowed, alone) * rounds:
        host.target.route(traffic)
        with load(host.port, threads=3) as users:
            time.sleep(seconds)
        assert not users.failed
        found[bool(traffic.shadow)] += [each.seconds for each in users.done]
    return statistics.median(found[False]), statistics.median(found[True])
