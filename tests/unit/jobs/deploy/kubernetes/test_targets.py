"""A Service before two Deployments, and an InferenceService, as targets; by kubectl, against a fake cluster.

They keep what tests/contract/test_target.py asks of every target, as far as they can do it: neither sends copies,
nobody asks their pods past the traffic, a Service has no shares, and KServe's shares are of requests, not of users.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.deploy.kubernetes.kserve_target import InferenceService
from mlgitlab.jobs.deploy.kubernetes.plain_target import BlueGreenService
from mlgitlab.jobs.deploy.run import deploy, roll_back
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Question, Standing, Traffic
from mlgitlab.jobs.deploy.task import Task
from tests import clusters, fake_cluster
from tests.deployments import MODEL, WaitingClock, World, judge, new_store, push, verdict
from tests.targets import digest_of

ONE, TWO, THREE = digest_of("one"), digest_of("two"), digest_of("three")
SERVERLESS = "kserve_mode: serverless"


@dataclass
class Bench:
    """A target in a cluster of its own."""

    kind: str
    cluster: fake_cluster.FakeCluster
    clock: WaitingClock
    target: BlueGreenService | InferenceService


@pytest.fixture(params=["kubernetes", "kserve", "kserve serverless"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind, _, mode = request.param.partition(" ")
    way = "in process"
    with fake_cluster.serve() as cluster:
        about, clock = clusters.served(kind, more=SERVERLESS if mode else ""), WaitingClock()
        made = BlueGreenService if kind == "kubernetes" else InferenceService
        target = made(served=about, cluster=clusters.cluster_of(about, tmp_path, cluster, way), clock=clock)
        yield Bench(kind=request.param, cluster=cluster, clock=clock, target=target)


def put(bench: Bench, *models: str) -> None:
    for model in models:
        bench.target.place(model)


def test_an_empty_place_answers_nobody(bench: Bench) -> None:
    assert bench.target.standing() == Standing()


def test_a_placed_model_is_warm_and_gets_no_traffic(bench: Bench) -> None:
    for _ in range(2):
        put(bench, ONE)
    assert bench.target.standing() == Standing(warm=frozenset({ONE}))
    with pytest.raises(UsageError):
        bench.target.ask(ONE, Question())


def test_traffic_moves_whole_and_back_and_what_gets_it_is_not_removed(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    put(bench, TWO)
    assert bench.target.standing() == Standing(traffic=Traffic(live=ONE), warm=frozenset({ONE, TWO}))
    for _ in range(2):
        bench.target.route(Traffic(live=TWO))
        assert bench.target.standing().traffic == Traffic(live=TWO)
    with pytest.raises(RefusedError):
        bench.target.remove(TWO)
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    assert bench.target.standing().traffic == Traffic(live=ONE)
    bench.target.remove(TWO)
    assert bench.target.standing().traffic == Traffic(live=ONE)


def test_what_is_not_warm_gets_no_traffic_and_nothing_changes(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    with pytest.raises(RefusedError):
        bench.target.route(Traffic(live=TWO))
    assert bench.target.standing().traffic == Traffic(live=ONE)


def test_a_third_model_takes_the_room_of_the_idle_one(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    put(bench, TWO, THREE)
    assert bench.target.standing() == Standing(traffic=Traffic(live=ONE), warm=frozenset({ONE, THREE}))


def test_the_first_model_can_be_taken_away_again(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    bench.target.route(Traffic())
    bench.target.remove(ONE)
    assert bench.target.standing() == Standing()


def test_a_model_that_does_not_start_is_refused_with_the_reason(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    bench.cluster.verdicts[TWO] = "broken"
    with pytest.raises(RefusedError, match=r"does not start: .*(timed out|cannot be loaded)"):
        put(bench, TWO)
    assert bench.target.standing().traffic == Traffic(live=ONE)


def test_what_was_seen_comes_from_prometheus(bench: Bench) -> None:
    put(bench, ONE)
    bench.target.route(Traffic(live=ONE))
    put(bench, TWO)
    for name, value in (("requests_total", "1000.4"), ("errors_total", "7.2")):
        bench.cluster.numbers[name, ONE] = [{"metric": {}, "value": [0, value]}]
    buckets = (("0.1", "500"), ("0.2", "900"), ("+Inf", "1000"))
    bench.cluster.numbers["seconds_bucket", ONE] = [
        {"metric": {"le": bound}, "value": [0, count]} for bound, count in buckets
    ]
    seen = bench.target.observe(1000.0, 1300.0)
    assert seen.keys() == {ONE}
    assert (seen[ONE].requests, seen[ONE].errors, len(seen[ONE].seconds)) == (1000, 7, 1000)
    assert sorted(seen[ONE].seconds)[499] == pytest.approx(0.1, abs=0.001)
    assert max(seen[ONE].seconds) == 2.0
    (query, *_) = [each for each in bench.cluster.log if each.startswith("QUERY")]
    assert query.startswith('QUERY monitoring/prometheus:9090 sum(increase(requests_total{digest="sha256:')
    assert "[300s]" in query


def test_a_whole_deployment_goes_forward_and_back(bench: Bench, tmp_path: Path) -> None:
    world = World(store=new_store(tmp_path / "store"), target=bench.target, clock=bench.clock)
    one, two = (push(world.store, tmp_path / "files", name) for name in ("one", "two"))
    judge(world.store, verdict(one))
    judge(world.store, verdict(two, one))
    for digest in (one, two):
        bench.cluster.numbers["requests_total", digest] = [{"metric": {}, "value": [0, "20000"]}]
        buckets = (("0.1", "20000"), ("+Inf", "20000"))
        bench.cluster.numbers["seconds_bucket", digest] = [
            {"metric": {"le": bound}, "value": [0, count]} for bound, count in buckets
        ]
    task = Task(model=MODEL, environment="production", settings=bench.target.served.settings)
    for digest in (one, two):
        deployed = deploy(task, world.tools, digest)
        assert deployed
        assert (deployed.status, deployed.why) == (Status.LIVE, "")
    assert bench.target.standing().traffic == Traffic(live=two)
    assert roll_back(task, world.tools, "worse").status is Status.REVERTED
    assert bench.target.standing().traffic == Traffic(live=one)


@pytest.fixture(params=["fake", "real"])
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    way = request.param
    if way == "real" and not clusters.works():
        pytest.skip("there is no kubectl here")
    with fake_cluster.serve() as cluster:
        about, clock = clusters.served("kubernetes"), WaitingClock()
        target = BlueGreenService(served=about, cluster=clusters.cluster_of(about, tmp_path, cluster, way), clock=clock)
        yield Bench(kind="kubernetes", cluster=cluster, clock=clock, target=target)


def test_the_selector_of_the_service_chooses_the_pods_of_exactly_one_model(service: Bench) -> None:
    put(service, ONE)
    assert service.cluster.selected("fraud-production") == ""
    service.target.route(Traffic(live=ONE))
    put(service, TWO)
    assert service.cluster.selected("fraud-production") == ONE
    service.target.route(Traffic(live=TWO))
    assert service.cluster.selected("fraud-production") == TWO
    service.target.route(Traffic())
    assert service.cluster.selected("fraud-production") == ""
    with pytest.raises(UsageError, match="everything to one model"):
        service.target.route(Traffic(live=TWO, canary=ONE, share=5))


@pytest.mark.parametrize("mode", ["", SERVERLESS])
def test_kserve_gets_a_canary_its_share_and_goes_back(mode: str, tmp_path: Path) -> None:
    way = "fake"
    with fake_cluster.serve() as cluster:
        about = clusters.served("kserve", more=mode)
        target = InferenceService(
            served=about, cluster=clusters.cluster_of(about, tmp_path, cluster, way), clock=WaitingClock()
        )
        target.place(ONE)
        target.route(Traffic(live=ONE))
        target.place(TWO)
        for share in (5.0, 50.0):
            target.route(Traffic(live=ONE, canary=TWO, share=share))
            assert target.standing().traffic == Traffic(live=ONE, canary=TWO, share=share)
            with pytest.raises(RefusedError):
                target.place(THREE)
        spec = cluster.objects["inferenceservices", "fraud-production"]["spec"]
        told = spec["predictor"].get("canaryTrafficPercent") if mode else spec["canary"][0]["trafficPercent"]
        assert told == 50
        target.route(Traffic(live=ONE))
        assert target.standing().traffic == Traffic(live=ONE)
        with pytest.raises(UsageError, match="no copies"):
            target.route(Traffic(live=ONE, shadow=TWO, sample=5))
