"""Argo Rollouts and Flagger are told once, followed to the end, and undone; by kubectl, against a fake cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mlgitlab.adapters.kubectl import Kubectl
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.kubernetes.controllers import ArgoRollouts, Flagger
from mlgitlab.jobs.deploy.kubernetes.rendered import told
from mlgitlab.jobs.deploy.run import deploy, roll_back
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Phase, Traffic
from mlgitlab.jobs.deploy.task import Task
from tests import clusters, fake_cluster
from tests.deployments import MODEL, WaitingClock, World, judge, new_store, push, verdict
from tests.targets import MemoryTarget, digest_of

ONE, TWO = digest_of("one"), digest_of("two")
KINDS: dict[str, type[ArgoRollouts | Flagger]] = {"argo-rollouts": ArgoRollouts, "flagger": Flagger}


@dataclass
class Bench:
    """A controller in a cluster of its own."""

    kind: str
    folder: Path
    cluster: fake_cluster.FakeCluster
    clock: WaitingClock
    controller: ArgoRollouts | Flagger

    @property
    def followed(self) -> Followed:
        about = self.controller.served
        return Followed(controller=self.controller, clock=self.clock, rollout=lambda now, was: told(about, now, was))

    def live(self, digest: str) -> None:
        self.followed.route(Traffic(live=digest))
        assert self.controller.progress().traffic == Traffic(live=digest)


def bench_of(folder: Path, cluster: fake_cluster.FakeCluster, kind: str, program: str) -> Bench:
    about, clock = clusters.served(kind), WaitingClock()
    way = clusters.cluster_of(about, folder, cluster, program)
    return Bench(
        kind=kind,
        folder=folder,
        cluster=cluster,
        clock=clock,
        controller=KINDS[kind](served=about, cluster=way, clock=clock),
    )


@pytest.fixture(params=["argo-rollouts", "flagger"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with fake_cluster.serve() as cluster:
        yield bench_of(tmp_path, cluster, request.param, "in process")


@pytest.fixture(params=["argo-rollouts fake", "flagger real", "argo-rollouts real"])
def kubectl(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind, _, way = request.param.partition(" ")
    if way == "real" and not clusters.works():
        pytest.skip("there is no kubectl here")
    with fake_cluster.serve() as cluster:
        yield bench_of(tmp_path, cluster, kind, way)


def test_nothing_is_live_before_the_first_rollout(bench: Bench) -> None:
    found = bench.controller.progress()
    assert (found.candidate, found.phase, found.traffic) == ("", Phase.DONE, Traffic())


def test_a_good_model_is_rolled_out_step_by_step(bench: Bench) -> None:
    bench.live(ONE)
    bench.controller.begin(told(bench.controller.served, TWO, ONE))
    seen = []
    while (now := bench.controller.progress()).phase is Phase.RUNNING:
        seen.append(now.traffic)
    assert (now.phase, now.traffic) == (Phase.DONE, Traffic(live=TWO))
    assert Traffic(live=ONE, canary=TWO, share=5) in seen
    assert {each.live for each in seen} == {ONE}


def test_a_rollout_that_is_under_way_is_not_begun_again(bench: Bench) -> None:
    bench.live(ONE)
    for _ in range(2):
        bench.controller.begin(told(bench.controller.served, TWO, ONE))
    assert (
        sum(each.startswith("APPLY") for each in bench.cluster.log if "deployments" in each or "rollouts" in each) == 2
    )


def test_a_model_that_fails_is_told_why_and_undone(bench: Bench) -> None:
    bench.live(ONE)
    bench.cluster.verdicts[TWO] = "bad"
    with pytest.raises(RefusedError, match=r"the rollout is failed: .*(error-rate|analysis failed)"):
        bench.followed.route(Traffic(live=TWO))
    bench.followed.go_back(ONE)
    assert bench.controller.progress().traffic == Traffic(live=ONE)
    bench.cluster.verdicts[TWO] = "good"
    bench.live(TWO)


def test_a_model_that_is_live_can_be_undone(bench: Bench) -> None:
    for digest in (ONE, TWO):
        bench.live(digest)
    for _ in range(2):
        bench.controller.undo(ONE)
        assert bench.controller.progress().traffic == Traffic(live=ONE)
    bench.live(TWO)


def test_the_first_rollout_is_taken_away_whole(bench: Bench) -> None:
    bench.live(ONE)
    for _ in range(2):
        bench.controller.undo("")
    assert [key for key in bench.cluster.objects if "primary" not in key[1]] == []
    assert bench.controller.progress().traffic == Traffic()


def test_what_takes_too_long_has_failed_whoever_began_it(bench: Bench) -> None:
    bench.live(ONE)
    bench.controller.begin(told(bench.controller.served, TWO, ONE))
    bench.clock.seconds_since += 1e5
    found = bench.controller.progress()
    assert found.phase is Phase.FAILED
    assert "it is not done after" in found.why


def test_a_watch_sees_both_models_after_the_rollout(bench: Bench) -> None:
    bench.live(ONE)
    bench.live(TWO)
    for digest in (ONE, TWO):
        bench.cluster.numbers["requests_total", digest] = [{"metric": {}, "value": [0, "500"]}]
    found = replace(bench.followed, seen=bench.controller.seen).observe(0, 60)
    assert {digest: seen.requests for digest, seen in found.items()} == {ONE: 500, TWO: 500}


def test_a_trial_is_refused_before_anything_is_changed(bench: Bench) -> None:
    bench.cluster.denied = "no GPUs for you"
    with pytest.raises(RefusedError, match="no GPUs for you"):
        bench.followed.route(Traffic(live=ONE))
    assert bench.cluster.objects == {}
    assert not any(each.startswith("APPLY") for each in bench.cluster.log)


def test_kubectl_does_the_same(kubectl: Bench) -> None:
    test_a_good_model_is_rolled_out_step_by_step(kubectl)
    kubectl.controller.undo("")
    kubectl.cluster.denied = "no GPUs for you"
    with pytest.raises(RefusedError, match="no GPUs for you"):
        kubectl.followed.route(Traffic(live=ONE))


def test_trouble_is_told_by_its_kind(kubectl: Bench) -> None:
    kubectl.cluster.status = 403
    with pytest.raises(UsageError, match="is forbidden") as caught:
        kubectl.controller.progress()
    assert "service account" in caught.value.hint
    way = kubectl.controller.cluster
    assert isinstance(way, Kubectl)
    fake_cluster.kubeconfig(kubectl.folder, fake_cluster.FakeCluster(url="http://127.0.0.1:9"))
    with pytest.raises(WorldError, match="refused"):
        kubectl.controller.progress()
    missing = replace(way, settings=replace(way.settings, program="kubectl-that-is-not-there"))
    with pytest.raises(UsageError, match="there is no kubectl-that-is-not-there here"):
        replace(kubectl.controller, cluster=missing).progress()


@pytest.fixture
def argo(tmp_path: Path) -> Iterator[Bench]:
    with fake_cluster.serve() as cluster:
        yield bench_of(tmp_path, cluster, "argo-rollouts", "in process")


def test_what_argo_rollouts_cannot_judge_is_held(argo: Bench) -> None:
    argo.live(ONE)
    argo.cluster.verdicts[TWO] = "undecided"
    with pytest.raises(RefusedError, match="the rollout is held"):
        argo.followed.route(Traffic(live=TWO))


def test_the_selectors_of_services_stay_what_argo_rollouts_made_them(argo: Bench) -> None:
    for digest in (ONE, TWO):
        argo.live(digest)
    log = argo.cluster.log
    assert sum(each.startswith("APPLY services") for each in log) == 2
    selector = argo.cluster.objects["services", argo.controller.served.name]["spec"]["selector"]
    assert "rollouts-pod-template-hash" in selector


def test_a_whole_deployment_goes_forward_and_back(argo: Bench, tmp_path: Path) -> None:
    world = World(store=new_store(tmp_path / "store"), target=MemoryTarget(), clock=argo.clock)
    world.target = argo.followed
    one, two, three = (push(world.store, tmp_path / "files", name) for name in ("one", "two", "three"))
    for digest, before in ((one, ""), (two, one), (three, two)):
        judge(world.store, verdict(digest, before))
    task = Task(model=MODEL, environment="production", settings=argo.controller.served.settings)
    for digest in (one, two):
        deployed = deploy(task, world.tools, digest)
        assert deployed
        assert deployed.status is Status.LIVE
    argo.cluster.verdicts[three] = "bad"
    deployed = deploy(task, world.tools, three)
    assert deployed
    assert deployed.status is Status.REVERTED
    assert argo.controller.progress().traffic == Traffic(live=two)
    assert roll_back(task, world.tools, "worse").status is Status.REVERTED
    assert argo.controller.progress().traffic == Traffic(live=one)
