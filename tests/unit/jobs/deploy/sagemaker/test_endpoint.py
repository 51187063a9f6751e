"""SageMaker is told once, followed to the end, and undone; by the real botocore, against a fake of the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.adapters.sagemaker import AwsService, connect
from mlgitlab.config.deploy import Deployment
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.run import deploy, roll_back
from mlgitlab.jobs.deploy.sagemaker import requests
from mlgitlab.jobs.deploy.sagemaker.artifact import archive
from mlgitlab.jobs.deploy.sagemaker.controller import SageMakerEndpoint
from mlgitlab.jobs.deploy.sagemaker.endpoint import Console
from mlgitlab.jobs.deploy.sagemaker.requests import Endpoint
from mlgitlab.jobs.deploy.sagemaker.shadow import ShadowVariant
from mlgitlab.jobs.deploy.state import Status
from mlgitlab.jobs.deploy.target import Phase, Rollout, Seen, Standing, Traffic
from mlgitlab.jobs.deploy.task import Task
from mlgitlab.store.library import Store
from tests import deployments, fake_sagemaker
from tests.deployments import MODEL, WaitingClock, World, judge, new_store, push, verdict
from tests.fake_sagemaker import FakeSageMaker
from tests.targets import MemoryTarget, digest_of

ONE, TWO = digest_of("one"), digest_of("two")
SECTION = """
sagemaker:
  endpoint: fraud
  region: eu-central-1
  role: arn:aws:iam::123456789012:role/fraud
  image: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/fraud:1
  instance_type: ml.g5.xlarge
  instances: 4
  gpus: 1
  alarms: [fraud-errors, fraud-latency]
  fetch: container
"""
CANARY = "target: sagemaker\nstrategy: canary\nsteps: [10%, 100%]\npause: 5m"
SHADOW = """\
target: sagemaker
strategy: shadow
pause: 1m
criteria: {min_requests: 50, error_rate: {at_most: 50%}}
shadow: 20%"""


def settings(how: str, more: str = "") -> Deployment:
    return deployments.settings(how + SECTION.replace("  fetch: container", f"  fetch: container\n  {more}".rstrip()))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSageMaker]:
    with fake_sagemaker.serve() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", fake.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield fake


def console(clock: WaitingClock, how: str = CANARY, more: str = "") -> Console:
    about = Endpoint(model=MODEL, environment="production", settings=settings(how, more), store="s3://models")
    return Console(about=about, service=connect("sagemaker", "eu-central-1"), clock=clock, archive=lambda _: "")


@dataclass
class Bench:
    """An endpoint that is followed."""

    clock: WaitingClock
    controller: SageMakerEndpoint
    followed: Followed

    def live(self, digest: str) -> None:
        self.followed.route(Traffic(live=digest))
        assert self.controller.progress().traffic == Traffic(live=digest)


@pytest.fixture
def bench(aws: FakeSageMaker) -> Bench:
    assert aws.url
    clock = WaitingClock()
    controller = SageMakerEndpoint(console=console(clock))

    def rollout(now: str, before: str) -> Rollout:
        return Rollout(candidate=now, before=before, steps=(10, 100), pause=300)

    return Bench(
        clock=clock, controller=controller, followed=Followed(controller=controller, clock=clock, rollout=rollout)
    )


def test_the_first_model_makes_the_endpoint_and_the_next_one_shifts_it_with_alarms(
    aws: FakeSageMaker, bench: Bench
) -> None:
    assert bench.controller.progress().traffic == Traffic()
    for digest in (ONE, TWO):
        bench.live(digest)
    (updated,) = aws.called("UpdateEndpoint")
    assert updated["DeploymentConfig"] == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 300,
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            },
            "TerminationWaitInSeconds": 3600,
            "MaximumExecutionTimeoutInSeconds": 4500,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "fraud-errors"}, {"AlarmName": "fraud-latency"}]},
    }
    assert updated["EndpointConfigName"].startswith(f"fraud-{TWO.removeprefix('sha256:')[:12]}-")
    (model,) = (
        each for each in aws.models.values() if each["PrimaryContainer"]["Environment"]["MLGITLAB_DIGEST"] == TWO
    )
    assert model["PrimaryContainer"]["Environment"]["MLGITLAB_STORE"] == "s3://models"


def test_a_rollout_that_is_under_way_or_done_is_not_begun_again(aws: FakeSageMaker, bench: Bench) -> None:
    bench.live(ONE)
    told = Rollout(candidate=TWO, before=ONE, steps=(10, 100), pause=300)
    for _ in range(3):
        bench.controller.begin(told)
    while bench.controller.progress().phase is Phase.RUNNING:
        bench.controller.begin(told)
    bench.controller.begin(told)
    assert (len(aws.called("UpdateEndpoint")), len(aws.called("CreateModel"))) == (1, 2)
    assert len(aws.called("CreateEndpointConfig")) == 2


def test_a_model_whose_alarm_goes_off_is_back_and_said_to_have_failed(aws: FakeSageMaker, bench: Bench) -> None:
    bench.live(ONE)
    aws.bad.add(TWO)
    with pytest.raises(RefusedError, match="the rollout is failed: SageMaker has gone back"):
        bench.followed.route(Traffic(live=TWO))
    bench.followed.go_back(ONE)
    assert bench.controller.progress().traffic == Traffic(live=ONE)
    aws.bad.clear()
    bench.live(TWO)


def test_going_back_from_a_live_model_is_done_at_once_and_without_alarms(aws: FakeSageMaker, bench: Bench) -> None:
    for digest in (ONE, TWO):
        bench.live(digest)
    aws.bad.add(ONE)
    for _ in range(2):
        bench.controller.undo(ONE)
    assert bench.controller.progress().traffic == Traffic(live=ONE)
    last = aws.called("UpdateEndpoint")[-1]["DeploymentConfig"]
    assert last["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["Type"] == "ALL_AT_ONCE"
    assert "AutoRollbackConfiguration" not in last


def test_the_first_model_is_taken_away_whole_also_where_it_never_started(aws: FakeSageMaker, bench: Bench) -> None:
    aws.broken.add(ONE)
    with pytest.raises(RefusedError, match="Failed: The primary container did not pass"):
        bench.followed.route(Traffic(live=ONE))
    for _ in range(2):
        bench.controller.undo("")
    assert aws.endpoints == {}
    aws.broken.clear()
    bench.live(ONE)


def test_an_endpoint_that_somebody_else_moves_is_left_alone(aws: FakeSageMaker, bench: Bench) -> None:
    bench.live(ONE)
    bench.controller.begin(Rollout(candidate=TWO, before=ONE, steps=(10, 100), pause=300))
    with pytest.raises(RefusedError, match="is Updating for somebody else"):
        bench.controller.begin(Rollout(candidate=digest_of("three"), before=ONE, steps=(10, 100), pause=300))
    assert len(aws.called("UpdateEndpoint")) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "AccessDeniedException", UsageError),
        (400, "ResourceLimitExceeded", RefusedError),
        (400, "ValidationException", UsageError),
        (500, "InternalFailure", WorldError),
    ],
)
def test_trouble_is_told_by_its_kind(aws: FakeSageMaker, status: int, code: str, kind: type[Exception]) -> None:
    aws.refuse = (status, code)
    service = connect("sagemaker", "eu-central-1")
    service.client.meta.config.retries["total_max_attempts"] = 1
    with pytest.raises(kind, match=f"sagemaker answers describe_endpoint: {code}"):
        service.call("describe_endpoint", {"EndpointName": "fraud"})


def test_what_the_service_does_not_know_is_never_sent(aws: FakeSageMaker) -> None:
    service = connect("sagemaker", "eu-central-1")
    with pytest.raises(UsageError, match="would not take"):
        service.call("describe_endpoint", {"EndpointNaem": "fraud"})
    assert aws.log == []


HOW = [
    (CANARY, "", "CANARY", 4),
    ("target: sagemaker\nstrategy: canary\nsteps: [25%, 50%, 75%, 100%]", "shift: linear", "LINEAR", 4),
    ("target: sagemaker\nstrategy: canary\nsteps: [25%, 50%, 75%, 100%]", "shift: rolling", "rolling", 1),
    ("target: sagemaker\nstrategy: blue-green", "", "ALL_AT_ONCE", 4),
    ("target: sagemaker\nstrategy: replace", "", "ALL_AT_ONCE", 4),
]


@pytest.mark.parametrize(("how", "more", "kind", "extra"), HOW)
def test_every_way_of_shifting_is_valid_and_says_what_it_needs(
    aws: FakeSageMaker, how: str, more: str, kind: str, extra: int
) -> None:
    controller = SageMakerEndpoint(console=console(WaitingClock(), how, more))
    for before, digest in (("", ONE), (ONE, TWO)):
        controller.begin(Rollout(candidate=digest, before=before, steps=(), pause=0))
        while (now := controller.progress()).phase is Phase.RUNNING:
            assert now.traffic.live == before
        assert now.traffic == Traffic(live=digest)
    (updated,) = aws.called("UpdateEndpoint")
    policy = updated["DeploymentConfig"]
    found = policy.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {}).get("Type", "rolling")
    assert found == kind
    assert policy["AutoRollbackConfiguration"]["Alarms"]
    about = controller.console.about.settings
    assert requests.extra_instances(about) == extra
    assert f"{extra} instance" in requests.stated(about)


def test_an_archive_is_named_by_its_content_and_anything_else_is_refused(tmp_path: Path) -> None:
    store = new_store(tmp_path / "store")
    (tmp_path / "model.tar.gz").write_bytes(b"gz")
    digest = store.push(MODEL, {"model.tar.gz": tmp_path / "model.tar.gz"}).digest
    found = settings(CANARY).sagemaker
    assert found
    by_archive = replace(found, fetch="archive")
    url = archive(store, MODEL, digest, by_archive)
    assert url.startswith(f"{store.bucket.address}/blobs/sha256/")
    assert archive(store, MODEL, digest, found) == ""
    about = Endpoint(model=MODEL, environment="production", settings=settings(CANARY), store="s3://models")
    source: Any = requests.model(about, digest, "s3://models/blobs/x")["PrimaryContainer"]
    assert source["ModelDataSource"]["S3DataSource"]["CompressionType"] == "Gzip"
    other = push(store, tmp_path / "files", "one")
    with pytest.raises(UsageError, match=r"is not one `.tar.gz`"):
        archive(store, MODEL, other, by_archive)


@dataclass
class Counts:
    """A CloudWatch that has the same counts for every time."""

    requests: dict[str, int]
    errors: dict[str, int]

    def call(self, operation: str, request: Any) -> Any:
        assert operation == "get_metric_data"
        found = []
        for query in request["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            counted = self.requests if metric["MetricName"] == "Invocations" else self.errors
            (variant,) = (each["Value"] for each in metric["Dimensions"] if each["Name"] == "VariantName")
            found.append({"Id": query["Id"], "Values": [float(counted[variant])]})
        return {"MetricDataResults": found}


def world_with(store: Store, bench: Bench) -> World:
    world = World(store=store, target=MemoryTarget(), clock=bench.clock)
    world.target = bench.followed
    return world


def test_a_shadow_gets_copies_is_judged_and_changes_nothing(aws: FakeSageMaker, bench: Bench, tmp_path: Path) -> None:
    world = world_with(new_store(tmp_path / "store"), bench)
    one, good, bad = (push(world.store, tmp_path / "files", name) for name in ("one", "good", "bad"))
    for digest, before in ((one, ""), (good, one), (bad, one)):
        judge(world.store, verdict(digest, before))
    first = deploy(Task(model=MODEL, environment="production", settings=settings(CANARY)), world.tools, one)
    assert first
    assert first.status is Status.LIVE
    counts = Counts(requests={"model": 5000, "shadow": 1000}, errors={"model": 0, "shadow": 0})
    shadowing = ShadowVariant(console=console(bench.clock, SHADOW), watch=counts)
    world.target = shadowing
    task = Task(model=MODEL, environment="production", settings=settings(SHADOW))
    deployed = deploy(task, world.tools, good)
    assert deployed
    assert deployed.status is Status.SHADOWED
    variants = [each for each in aws.configs.values() if "ShadowProductionVariants" in each]
    assert [each["ShadowProductionVariants"][0]["InitialVariantWeight"] for each in variants] == [0.2]
    assert shadowing.standing() == Standing(traffic=Traffic(live=one), warm=frozenset({one}))
    counts.errors["shadow"] = 990
    deployed = deploy(task, world.tools, bad)
    assert deployed
    assert deployed.status is Status.REVERTED
    assert "error_rate" in deployed.why
    assert shadowing.standing().traffic == Traffic(live=one)


def test_what_a_shadow_answered_is_counted_by_cloudwatch(aws: FakeSageMaker, bench: Bench) -> None:
    bench.live(ONE)
    counts = Counts(requests={"model": 500, "shadow": 100}, errors={"model": 1, "shadow": 2})
    target = ShadowVariant(console=console(bench.clock, SHADOW), watch=counts)
    target.place(TWO)
    target.route(Traffic(live=ONE, shadow=TWO, sample=20))
    assert target.standing().traffic == Traffic(live=ONE, shadow=TWO, sample=20)
    assert target.observe(0, 300) == {ONE: Seen(requests=500, errors=1), TWO: Seen(requests=100, errors=2)}
    assert target.observe(61, 119) == {}
    with pytest.raises(RefusedError):
        target.remove(TWO)
    with pytest.raises(RefusedError, match="changes nothing but copies"):
        target.route(Traffic(live=TWO))
    assert aws.called("UpdateEndpoint")


def test_a_whole_deployment_goes_forward_and_back(aws: FakeSageMaker, bench: Bench, tmp_path: Path) -> None:
    world = world_with(new_store(tmp_path / "store"), bench)
    one, two, three = (push(world.store, tmp_path / "files", name) for name in ("one", "two", "three"))
    for digest, before in ((one, ""), (two, one), (three, two)):
        judge(world.store, verdict(digest, before))
    task = Task(model=MODEL, environment="production", settings=settings(CANARY))
    for digest in (one, two):
        deployed = deploy(task, world.tools, digest)
        assert deployed
        assert deployed.status is Status.LIVE
    aws.bad.add(three)
    deployed = deploy(task, world.tools, three)
    assert deployed
    assert deployed.status is Status.REVERTED
    assert roll_back(task, world.tools, "worse").status is Status.REVERTED
    assert bench.controller.progress().traffic == Traffic(live=one)


def test_the_real_cloudwatch_client_takes_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", f"http://{host}:{port}")
    try:
        watch: AwsService = connect("cloudwatch", "eu-central-1")
        clock = WaitingClock()
        target = ShadowVariant(console=console(clock, SHADOW), watch=watch)
        found = target._counts(("model", "shadow"), 1_700_000_040.0, 1_700_000_340.0)
        assert set(found.values()) == {0}
    finally:
        server.stop()
