"""A model that is live in memory, one that is to follow, and users of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.jobs.deploy.run import deploy
from mlgitlab.jobs.deploy.target import Answer, Traffic
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
