"""Rulings on speed and memory, from measurements that were drawn."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping

import pytest

from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, MemoryLimit, ThroughputLimit
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.jobs.gate.inference.judge import judge
from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Used, Who
from mlgitlab.jobs.gate.ruling import Outcome, Ruling, Side
from tests.unit.jobs.gate.inference.simulated import blocks, measured

P50 = InferenceRules(latency_p50=LatencyLimit(max_ratio=1.1))
P95 = InferenceRules(latency_p95=LatencyLimit(max_ratio=1.1))


def ruling(rule: InferenceRules, given: Measured, key: str = "") -> Ruling:
    """The one beside `inference.answers`."""
    found = [each for each in judge(rule, given).rulings if each.rule != "inference.answers"]
    return next(each for each in found if not key or each.rule == f"inference.{key}")


def test_a_slower_model_fails_and_an_equal_one_passes() -> None:
    assert ruling(P50, measured(blocks(1, slower=1.3))).outcome is Outcome.FAIL
    equal = ruling(P50, measured(blocks(1)))
    assert equal.outcome is Outcome.PASS
    assert equal.ratio == pytest.approx(1, abs=0.05)
    assert equal.interval is not None
    assert equal.interval.low < 1 < equal.interval.high


def test_an_equal_model_is_not_failed_by_noise() -> None:
    outcomes = Counter(ruling(P95, measured(blocks(seed, noise=0.1))).outcome for seed in range(12))
    assert outcomes[Outcome.FAIL] == 0


def test_a_model_at_the_limit_passes_about_as_rarely_as_the_level_says() -> None:
    """At most one in 40 at the limit itself; the widening by production's own difference makes it rarer."""
    outcomes = Counter(ruling(P50, measured(blocks(seed, slower=1.1, requests=10))).outcome for seed in range(20))
    assert outcomes[Outcome.PASS] <= 3
    assert outcomes[Outcome.INCONCLUSIVE] > 12


def test_a_noisy_machine_gives_no_verdict_even_on_a_slow_model() -> None:
    found = ruling(P50, measured(blocks(3, slower=1.5, noise=0.8, rounds=12)))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "production against itself" in found.why


def test_two_processes_of_production_that_differ_widen_the_interval() -> None:
    rule = InferenceRules(latency_p50=LatencyLimit(max_ratio=1.2))
    alike = ruling(rule, measured(blocks(5, slower=1.14, noise=0.005)))
    apart = ruling(rule, measured(blocks(5, slower=1.14, noise=0.005, again=1.1)))
    assert alike.outcome is Outcome.PASS
    assert apart.outcome is Outcome.INCONCLUSIVE
    assert apart.wanted is not None


def test_throughput_is_judged_the_other_way_round() -> None:
    rule = InferenceRules(throughput=ThroughputLimit(min_ratio=0.9, at_least=50))
    slow = measured(blocks(1, slower=1.3))
    assert ruling(rule, slow, "throughput.min_ratio").outcome is Outcome.FAIL
    assert ruling(rule, slow, "throughput.at_least").outcome is Outcome.PASS
    assert ruling(rule, measured(blocks(1)), "throughput.min_ratio").outcome is Outcome.PASS


@pytest.mark.parametrize(("limit", "outcome"), [(5, Outcome.FAIL), (10, Outcome.INCONCLUSIVE), (30, Outcome.PASS)])
def test_a_threshold_is_judged_by_the_interval(limit: float, outcome: Outcome) -> None:
    rule = InferenceRules(latency_p50=LatencyLimit(at_most=Elapsed(limit)))
    assert ruling(rule, measured(blocks(1))).outcome is outcome


def test_without_production_ratios_are_not_judged_and_thresholds_are() -> None:
    rule = InferenceRules(
        latency_p50=LatencyLimit(max_ratio=1.1, at_most=Elapsed(30)), memory=MemoryLimit(max_ratio=1.1)
    )
    alone = [block for block in blocks(1) if block.who is Who.CANDIDATE]
    given = dataclasses.replace(measured(alone), production=False)
    ratio = ruling(rule, given, "latency_p50.max_ratio")
    assert (ratio.outcome, ratio.mandatory) == (Outcome.INCONCLUSIVE, False)
    assert "no model in production" in ratio.why
    assert not ruling(rule, given, "memory.max_ratio").mandatory
    assert ruling(rule, given, "latency_p50.at_most").outcome is Outcome.PASS


def test_too_few_answers_for_a_quantile_are_inconclusive_and_say_how_many_it_takes() -> None:
    rule = InferenceRules(latency_p99=LatencyLimit(max_ratio=1.1))
    found = ruling(rule, measured(blocks(1, requests=2)))
    assert (found.outcome, found.wanted) == (Outcome.INCONCLUSIVE, 1000)
    assert ruling(P50, measured(blocks(1, rounds=4))).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("latency", [math.nan, math.inf, 0.0, -1.0])
def test_a_time_that_is_none_is_no_verdict(latency: float) -> None:
    odd = Block(who=Who.CANDIDATE, round=0, asked=Asked(latencies=(latency,), seconds=1))
    found = ruling(P50, measured([*blocks(1), odd]))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "no number" in found.why


def test_a_candidate_that_cannot_be_served_or_fails_to_answer_fails() -> None:
    gone = Measured(production=True, fault={Who.CANDIDATE: "its process ended with exit status 1"})
    outcomes = {each.rule: each.outcome for each in judge(P50, gone).rulings}
    assert set(outcomes.values()) == {Outcome.FAIL}
    failing = Block(who=Who.CANDIDATE, round=0, asked=Asked(latencies=(1.0,), seconds=1, failures=("status 500",)))
    assert {each.outcome for each in judge(P50, measured([*blocks(1), failing])).rulings} == {Outcome.FAIL}
    warming = dataclasses.replace(measured(blocks(1)), warming={Who.CANDIDATE: ("status 500",)})
    assert judge(P50, warming).rulings[0].outcome is Outcome.FAIL


def test_a_production_that_fails_is_no_verdict_on_the_candidate() -> None:
    alone = [block for block in blocks(1) if block.who is Who.CANDIDATE]
    given = dataclasses.replace(measured(alone), fault={Who.PRODUCTION: "it was not ready", Who.AGAIN: "no"})
    assert ruling(P50, given).outcome is Outcome.INCONCLUSIVE
    assert "it was not ready" in ruling(P50, given).why
    failing = Block(who=Who.PRODUCTION, round=0, asked=Asked(latencies=(1.0,), seconds=1, failures=("status 500",)))
    assert ruling(P50, measured([*blocks(1), failing])).outcome is Outcome.INCONCLUSIVE


def test_nothing_measured_is_no_verdict() -> None:
    assert {each.outcome for each in judge(P50, Measured(production=True)).rulings} == {Outcome.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("sizes", "outcome"),
    [
        ({Who.CANDIDATE: 110, Who.PRODUCTION: 100, Who.AGAIN: 100}, Outcome.PASS),
        ({Who.CANDIDATE: 150, Who.PRODUCTION: 100, Who.AGAIN: 101}, Outcome.FAIL),
        ({Who.CANDIDATE: 150, Who.PRODUCTION: 100, Who.AGAIN: 140}, Outcome.INCONCLUSIVE),
        ({Who.CANDIDATE: 150}, Outcome.INCONCLUSIVE),
        ({}, Outcome.INCONCLUSIVE),
        ({Who.CANDIDATE: 0, Who.PRODUCTION: 0, Who.AGAIN: 0}, Outcome.INCONCLUSIVE),
    ],
    ids=str,
)
def test_memory_is_compared_with_what_production_takes(sizes: Mapping[Who, int], outcome: Outcome) -> None:
    used = {who: Used(resident=size, gpu=size) for who, size in sizes.items()}
    rule = InferenceRules(memory=MemoryLimit(max_ratio=1.2), gpu_memory=MemoryLimit(max_ratio=1.2))
    given = measured(blocks(1), used)
    assert ruling(rule, given, "memory.max_ratio").outcome is outcome
    assert ruling(rule, given, "gpu_memory.max_ratio").outcome is outcome


def test_memory_has_a_limit_of_its_own() -> None:
    given = measured(blocks(1), {Who.CANDIDATE: Used(resident=3 << 30)})
    rule = InferenceRules(memory=MemoryLimit(at_most=ByteSize(2 << 30)))
    assert ruling(rule, given).outcome is Outcome.FAIL
    on_gpu = InferenceRules(gpu_memory=MemoryLimit(at_most=ByteSize(2 << 30)))
    assert ruling(on_gpu, given).outcome is Outcome.INCONCLUSIVE


def test_an_advisory_rule_is_reported_and_stops_nothing() -> None:
    found = judge(dataclasses.replace(P50, advisory=True), measured(blocks(1, slower=1.3)))
    assert not any(each.mandatory for each in found.rulings)


def test_the_curves_are_those_of_both_models_and_rise_to_one() -> None:
    found = judge(P50, measured(blocks(1)))
    assert [curve.side for curve in found.curves] == [Side.CANDIDATE, Side.PRODUCTION]
    for curve in found.curves:
        assert list(curve.x) == sorted(curve.x)
        assert curve.y[-1] == 1
        assert len(curve.x) <= 200
    assert found.facts == {"cpus": "2"}


def test_the_same_measurement_gives_the_same_findings() -> None:
    assert judge(P95, measured(blocks(1))) == judge(P95, measured(blocks(1)))
