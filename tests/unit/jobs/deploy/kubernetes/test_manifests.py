"""Manifests are valid by the schemas that the projects publish, and say what is declared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.answers import at
from mlgitlab.jobs.deploy.kubernetes import argo, gpus, naming
from mlgitlab.jobs.deploy.kubernetes.pods import digest_of as digest_of_pod
from mlgitlab.jobs.deploy.kubernetes.rendered import file_name, manifests
from mlgitlab.jobs.deploy.plan import longest
from tests import cluster_kinds, clusters, deployments
from tests.targets import digest_of

ONE, TWO = digest_of("one"), digest_of("two")
FULL = """command: [serve, --quiet]
  cpu: 500m
  memory: 8Gi
  node_selector: {gpu: a100}
  tolerations: [nvidia.com/gpu]
  service_account: fraud
  secrets: [store-credentials]
  context: prod"""
WAYS = [
    ("argo-rollouts", "", "nginx"),
    ("argo-rollouts", "", "istio"),
    ("argo-rollouts", "", "none"),
    ("argo-rollouts", "target: argo-rollouts\nstrategy: blue-green", "none"),
    ("argo-rollouts", "target: argo-rollouts\nstrategy: replace", "none"),
    ("flagger", "", "nginx"),
    ("flagger", "target: flagger\nstrategy: blue-green", "istio"),
    ("kserve", "", "none"),
    ("kubernetes", "", "none"),
]


def kind_of(manifest: Any) -> cluster_kinds.Kind:
    return next(kind for kind in cluster_kinds.kinds().values() if kind.kind == manifest["kind"])


@pytest.mark.parametrize("before", ["", TWO])
@pytest.mark.parametrize("more", ["", FULL])
@pytest.mark.parametrize(("kind", "how", "router"), WAYS)
def test_every_manifest_is_valid_and_carries_the_digest(
    kind: str, how: str, router: str, more: str, before: str
) -> None:
    about = clusters.served(kind, how=how, router=router, more=more)
    found = manifests(about, ONE, before)
    for manifest in found:
        assert cluster_kinds.problems(kind_of(manifest), manifest) == []
        assert at(manifest, "metadata", "namespace") == "models"
    pods = [manifest for manifest in found if manifest["kind"] in ("Rollout", "Deployment", "InferenceService")]
    (last,) = pods
    assert at(last, "metadata", "annotations", "mlgitlab/digest") in (ONE, before)
    text = str(pods)
    assert f"'name': 'MLGITLAB_DIGEST', 'value': '{ONE}'" in text
    assert (
        f"'model', 'pull', 'fraud@{ONE}', '--into', '/mlgitlab/model', '--store', 's3://models.example.com/store'"
        in text
    )
    assert file_name(1, last) == f"01-{str(last['kind']).lower()}-fraud-production.yaml" or kind == "kubernetes"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=90), st.text(min_size=1, max_size=90))
def test_names_and_labels_are_valid_whatever_a_model_is_called(model: str, environment: str) -> None:
    about = clusters.served("kubernetes", model=model, environment=environment)
    for manifest in manifests(about, ONE, ""):
        assert cluster_kinds.problems(kind_of(manifest), manifest) == []
    longest = naming.with_digest(naming.object_name(model, environment), ONE)
    assert re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", longest)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50), min_size=2, max_size=2, unique=True))
def test_two_models_never_share_a_name_or_a_label(names: list[str]) -> None:
    one, two = names
    assert naming.object_name(one, "production") != naming.object_name(two, "production")
    assert naming.label_value(one) != naming.label_value(two)


def test_each_limit_of_an_analysis_has_both_conditions_and_an_end_for_what_is_undecided() -> None:
    found = argo.analysis(clusters.served("argo-rollouts"))
    measured = at(found, "spec", "metrics")
    assert isinstance(measured, list)
    assert [each["name"] for each in measured] == ["error-rate", "error-ratio", "latency-p95", "latency-p95-ratio"]
    for each in measured:
        assert each["successCondition"].startswith("len(result) > 0 && result[0] <= ")
        assert each["failureCondition"].startswith("len(result) > 0 && result[0] > ")
        # Four times a pause of 60 s, looked at every 12 s once the first is over.
        assert (each["interval"], each["inconclusiveLimit"], each["failureLimit"]) == ("12s", 15, 0)
        assert each["provider"]["prometheus"]["address"] == "http://prometheus.monitoring.svc:9090"
        assert "$" not in each["provider"]["prometheus"]["query"]
        assert ">= 100" in each["provider"]["prometheus"]["query"]


def test_the_steps_of_a_canary_are_those_that_are_declared_and_each_is_judged() -> None:
    found = manifests(clusters.served("argo-rollouts"), TWO, ONE)[-1]
    steps = at(found, "spec", "strategy", "canary", "steps")
    assert isinstance(steps, list)
    assert [each["setWeight"] for each in steps[::3]] == [5, 50, 100]
    assert steps[1] == {"pause": {"duration": "60s"}}
    arguments = [{each["name"]: each["value"] for each in step["analysis"]["args"]} for step in steps[2::3]]
    assert [each["reference"] for each in arguments] == ["[60s]", "[60s]", "[60s] offset 240s"]
    assert {(each["candidate"], each["before"]) for each in arguments} == {(TWO, ONE)}


def test_the_first_model_of_an_environment_is_compared_with_nothing() -> None:
    kinds = [manifest["kind"] for manifest in manifests(clusters.served("argo-rollouts"), ONE, "")]
    assert kinds == ["Service", "Service", "Rollout"]
    *_, canary, _ = manifests(clusters.served("flagger"), ONE, "")
    assert at(canary, "spec", "skipAnalysis") is True


@pytest.mark.parametrize(
    ("version", "mode", "expected"),
    [
        ("0.20", "standard", ("Standard", [{"trafficPercent": 5}])),
        ("0.20", "serverless", ("Knative", None)),
        ("0.15", "serverless", ("Serverless", None)),
    ],
)
def test_kserve_gets_the_fields_of_its_version_and_mode(version: str, mode: str, expected: Any) -> None:
    more = f'kserve_version: "{version}"\n  kserve_mode: {mode}'
    (found,) = manifests(clusters.served("kserve", more=more), TWO, ONE)
    deployment_mode, canary = expected
    assert at(found, "metadata", "annotations", "serving.kserve.io/deploymentMode") == deployment_mode
    entries = at(found, "spec", "canary")
    shown = [{"trafficPercent": each["trafficPercent"]} for each in entries] if isinstance(entries, list) else None
    assert shown == canary
    assert at(found, "spec", "predictor", "canaryTrafficPercent") == (None if canary else 5)
    assert cluster_kinds.problems(kind_of(found), found) == []
    assert digest_of_pod(at(found, "spec", "predictor")) == (ONE if canary else TWO)


@pytest.mark.parametrize(
    ("how", "router", "pods"),
    [
        ("target: kubernetes\nstrategy: blue-green", "none", 4),
        ("target: kserve\nstrategy: canary", "none", 4),
        ("target: argo-rollouts\nstrategy: blue-green", "none", 4),
        ("target: argo-rollouts\nstrategy: canary\nsteps: [5%, 30%, 100%]", "nginx", 4),
        ("target: argo-rollouts\nstrategy: canary\nsteps: [5%, 30%, 100%]", "none", 1),
        ("target: flagger\nstrategy: canary", "nginx", 4),
    ],
)
def test_the_gpus_that_a_rollout_needs_on_top_are_stated(how: str, router: str, pods: int) -> None:
    found = clusters.settings("", how=how, router=router)
    assert (gpus.extra_pods(found), gpus.extra_gpus(found)) == (pods, 2 * pods)
    plural = "s" if pods > 1 else ""
    wanted = f"the rollout needs {2 * pods} GPUs ({pods} pod{plural} with 2 each) on top of the 8 of the model before"
    assert gpus.stated(found) == wanted


def test_a_place_without_gpus_states_nothing() -> None:
    assert gpus.stated(deployments.settings("target: pointer\nstrategy: replace")) == ""


def test_the_fake_cluster_refuses_what_the_schemas_do_not_know() -> None:
    rollout: dict[str, Any] = manifests(clusters.served("argo-rollouts"), ONE, "")[-1]
    spoilt: tuple[dict[str, object], ...] = (
        {"replicas": "four"},
        {"reflicas": 4},
        {"strategy": {"canary": {"stepz": []}}},
    )
    for wrong in spoilt:
        assert cluster_kinds.problems(kind_of(rollout), {**rollout, "spec": {**rollout["spec"], **wrong}})


def test_a_place_that_is_in_no_cluster_has_no_manifests() -> None:
    about = clusters.served("kubernetes")
    other = deployments.settings("target: pointer\nstrategy: replace")
    with pytest.raises(UsageError, match="`pointer` has no manifests"):
        manifests(type(about)(model="m", environment="e", settings=other, store="s3://b"), ONE, "")


def test_a_job_is_given_the_time_that_a_controller_may_take() -> None:
    found = clusters.settings("argo-rollouts")
    # Three steps and the end, each with four pauses of a minute, and ten minutes for loading.
    assert longest(found) >= 4 * (4 * 60 + 600)
