"""In which order models are started, asked and ended, on a machine whose time passes only when they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, ServedOverHttp
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import WorldError
from mlgitlab.jobs.gate.inference.judge import judge
from mlgitlab.jobs.gate.inference.measure import measure
from mlgitlab.jobs.gate.inference.measured import Asked, Used, Who
from mlgitlab.jobs.gate.inference.world import NotServedError
from mlgitlab.jobs.gate.ruling import Outcome

RULE = InferenceRules(latency_p50=LatencyLimit(max_ratio=1.1), duration=Duration(60), warm_up=10)


@dataclass(kw_only=True)
class FakeWorld:
    """A machine. takes: seconds for an answer; refuses: who cannot be started; dies: after how many requests."""

    production: bool = True
    takes: Mapping[Who, float] = field(default_factory=dict)
    refuses: frozenset[Who] = frozenset()
    dies: Mapping[Who, int] = field(default_factory=dict)
    failing: frozenset[Who] = frozenset()
    now: float = 0.0
    log: list[str] = field(default_factory=list)
    running: list[FakeModel] = field(default_factory=list)

    def start(self, who: Who) -> FakeModel:
        if who in self.refuses:
            raise NotServedError("out of memory")
        self.log.append(f"start {who}")
        self.running.append(FakeModel(self, who))
        return self.running[-1]

    def seconds(self) -> float:
        return self.now

    def facts(self) -> Mapping[str, str]:
        return {"cpus": "1"}


@dataclass
class FakeModel:
    world: FakeWorld
    who: Who
    asked: int = 0
    ended: int = 0
    places: list[tuple[int, int]] = field(default_factory=list)

    def ask(self, first: int, count: int) -> Asked:
        assert not self.ended
        self.asked += count
        if self.asked > self.world.dies.get(self.who, 10**9):
            raise NotServedError("its process ended with exit status -9")
        took = self.world.takes.get(self.who, 0.01)
        self.world.now += took * count
        self.places.append((first, count))
        self.world.log.append(f"ask {self.who}")
        if self.who in self.world.failing:
            return Asked(latencies=(), seconds=took * count, failures=("no",) * count)
        return Asked(latencies=(took * 1000,) * count, seconds=took * count)

    def used(self) -> Used:
        self.world.log.append(f"used {self.who}")
        return Used(resident=100, gpu=10)

    def end(self) -> None:
        self.ended += 1


def test_all_get_the_same_requests_and_the_time_is_kept() -> None:
    world = FakeWorld(takes={Who.CANDIDATE: 0.02})
    found = measure(RULE, world)
    assert len({tuple(sorted(model.places[10:])) for model in world.running}) == 1
    assert 10 <= max(block.round for block in found.blocks) + 1 <= 100
    assert 50 < sum(block.asked.seconds for block in found.blocks) <= 60
    assert all(model.ended == 1 for model in world.running)


def test_a_model_is_warm_and_its_memory_noted_before_the_next_is_started() -> None:
    world = FakeWorld()
    measure(RULE, world)
    starts = [place for place, line in enumerate(world.log) if line.startswith("start")]
    assert world.log[starts[1] - 1] == "used candidate"
    assert world.log[starts[2] - 1] == "used production"
    assert world.log[: starts[1]].count("ask candidate") == RULE.warm_up


def test_nobody_always_comes_first() -> None:
    found = measure(RULE, FakeWorld())
    first = {block.round: block.who for block in reversed(found.blocks)}
    assert set(first.values()) == set(Who)


def test_where_production_cannot_run_twice_it_is_compared_with_itself() -> None:
    found = measure(RULE, FakeWorld(refuses=frozenset({Who.AGAIN})))
    assert found.of(Who.AGAIN)
    ruling = judge(RULE, found).rulings[1]
    assert ruling.outcome is Outcome.PASS
    assert "out of memory" in ruling.notes[0]


@pytest.mark.parametrize("who", [Who.PRODUCTION, Who.CANDIDATE])
@pytest.mark.parametrize("after", [5, 300])
def test_a_model_that_dies_ends_the_measurement_and_nothing_is_left(who: Who, after: int) -> None:
    world = FakeWorld(dies={who: after})
    found = measure(RULE, world)
    assert "exit status -9" in found.fault[who]
    assert all(model.ended == 1 for model in world.running)
    wanted = Outcome.FAIL if who is Who.CANDIDATE else Outcome.INCONCLUSIVE
    assert judge(RULE, found).rulings[1].outcome is wanted
    # Whatever round was not finished does not count.
    assert len({len(found.of(each)) for each in Who if found.of(each)}) <= 1


def test_a_model_that_answers_nothing_is_not_asked_for_a_minute() -> None:
    world = FakeWorld(failing=frozenset({Who.CANDIDATE}))
    found = measure(RULE, world)
    assert found.fault[Who.CANDIDATE] == "it answers no request: no"
    assert not found.blocks


def test_without_production_only_the_candidate_is_started() -> None:
    world = FakeWorld(production=False)
    found = measure(RULE, world)
    assert {line for line in world.log if line.startswith("start")} == {"start candidate"}
    assert {block.who for block in found.blocks} == {Who.CANDIDATE}


def test_blocks_have_work_for_all_connections() -> None:
    rule = InferenceRules(endpoint=ServedOverHttp(command=("x",), concurrency=8), duration=Duration(60), warm_up=10)
    world = FakeWorld(takes={Who.CANDIDATE: 2.0})
    measure(rule, world)
    assert {count for model in world.running for _, count in model.places} == {8, 32}


def test_a_machine_that_fails_leaves_nothing_running() -> None:
    @dataclass(kw_only=True)
    class Broken(FakeWorld):
        def start(self, who: Who) -> FakeModel:
            if who is Who.PRODUCTION:
                raise WorldError("there is neither bash nor sh on PATH")
            return FakeWorld.start(self, who)

    world = Broken()
    with pytest.raises(WorldError):
        measure(RULE, world)
    assert [model.ended for model in world.running] == [1]
