"""Every configuration that is rendered parses, and has only keys and types that gitlab-runner knows."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters import runner_templates
from mlgitlab.errors import UsageError
from mlgitlab.runner.gpus import Kind, Vendor, by_hand
from mlgitlab.runner.keys import problems
from mlgitlab.runner.profile import (
    CacheBucket,
    Cloud,
    Cluster,
    ConfigKind,
    Fleet,
    Profile,
    cluster_for,
    label,
    resource,
    size,
    toleration,
)
from scripts import runner_samples

ROOT = Path(__file__).parents[3]
SAMPLES = dict(runner_samples.texts())
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_the_command_prints_now(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == SAMPLES[name], "run python -m scripts.regenerate"


def test_there_is_no_sample_that_nobody_makes() -> None:
    found = {file.relative_to(ROOT).as_posix() for file in (ROOT / runner_samples.FOLDER).iterdir()}
    assert found == set(SAMPLES)


def config_of(name: str) -> dict[str, Any]:
    text = (ROOT / name).read_text("utf-8")
    if name.endswith(".yaml"):
        text = runner_templates.inner_toml(text, name)
    return tomllib.loads(text)


@pytest.mark.parametrize("name", [name for name in SAMPLES if "retry" not in name])
def test_a_sample_has_only_keys_and_types_that_gitlab_runner_knows(name: str) -> None:
    data = config_of(name)
    assert problems(data, name) == ()
    assert len(data["runners"]) == 1


@pytest.mark.parametrize("name", [name for name in SAMPLES if "kubernetes" in name or "helm" in name])
def test_the_patch_of_a_pod_asks_for_gpus_of_the_build_container(name: str) -> None:
    kubernetes = config_of(name)["runners"][0]["kubernetes"]
    (patch,) = kubernetes["pod_spec"]
    (container,) = yaml.safe_load(patch["patch"])["containers"]
    (gpus,) = set(container["resources"]["limits"].items())
    assert container["name"] == "build"
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert gpus[0].startswith("nvidia.com/")
    assert gpus[1] >= 1
    assert patch["patch_type"] == "strategic"
    assert kubernetes["node_tolerations"]["nvidia.com/gpu"] == "NoSchedule"


def test_the_plugins_are_told_where_their_group_is() -> None:
    settings = {
        cloud: config_of(f"{runner_samples.FOLDER}/docker-autoscaler-{cloud}.toml")["runners"][0]["autoscaler"]
        for cloud in ("aws", "googlecloud", "azure")
    }
    assert [settings[cloud]["plugin"] for cloud in settings] == ["aws", "googlecloud", "azure"]
    assert set(settings["aws"]["plugin_config"]) == {"name"}
    assert set(settings["googlecloud"]["plugin_config"]) == {"name", "project", "zone"}
    assert set(settings["azure"]["plugin_config"]) == {"name", "subscription_id", "resource_group_name"}


def test_retry_is_for_failures_of_the_system_alone_and_knows_preemption_from_19_1() -> None:
    old = yaml.safe_load(SAMPLES[f"{runner_samples.FOLDER}/retry.yaml"])["default"]["retry"]
    new = yaml.safe_load(SAMPLES[f"{runner_samples.FOLDER}/retry-19.1.yaml"])["default"]["retry"]
    assert {"script_failure", "always", "unknown_failure"}.isdisjoint(new["when"])
    assert set(new["when"]) - set(old["when"]) == {"runner_interrupted"}
    assert old["max"] == 2


GPUS = [
    Kind(type=kind, count=2, vendor=vendor, uuids=uuids)
    for kind, vendor in (("a100", Vendor.NVIDIA), ("mi300x", Vendor.AMD), ("a100-mig-1g.5gb", Vendor.NVIDIA))
    for uuids in ((), ("GPU-1",), ("GPU-1", "GPU-2"))
]
PROFILES = st.builds(
    Profile,
    kind=st.sampled_from(ConfigKind),
    name=TEXT,
    url=st.just("https://gitlab.example.com"),
    gpus=st.sampled_from(GPUS),
    whole=st.booleans(),
    image=TEXT,
    runtime=TEXT,
    limit=st.integers(1, 99),
    spot=st.booleans(),
    cache=st.none() | st.builds(CacheBucket, name=TEXT, region=TEXT, address=TEXT),
    fleet=st.builds(Fleet, name=TEXT, project=TEXT, zone=TEXT, subscription=TEXT, resource_group=TEXT),
    cluster=st.builds(
        Cluster,
        service_account=TEXT,
        runtime_class=TEXT,
        labels=st.dictionaries(TEXT, TEXT, max_size=2),
        tolerations=st.just({}),
    ),
)


@given(PROFILES, st.sampled_from([None, *Cloud]))
def test_no_value_breaks_out_of_its_place(profile: Profile, spot: Cloud | None) -> None:
    profile = dataclasses.replace(profile, cluster=cluster_for(profile.cluster, profile.gpus, spot))
    data = tomllib.loads(runner_templates.config_toml(profile))
    assert problems(data, "c") == ()
    (runner,) = data["runners"]
    assert (runner["name"], runner["url"]) == (profile.name, profile.url)
    if "docker" in runner:
        assert runner["docker"]["image"] == profile.image
    if profile.kind is ConfigKind.KUBERNETES:
        assert runner["kubernetes"].get("node_selector", {}) == profile.cluster.labels
        inner = runner_templates.inner_toml(runner_templates.helm_yaml(profile, "secret"), "values.yaml")
        assert tomllib.loads(inner)["runners"][0]["kubernetes"] == runner["kubernetes"]


def test_sizes_labels_and_tolerations_are_read_or_refused() -> None:
    assert (size("8g"), size("512m"), size("1024"), size("1GiB")) == (2**33, 2**29, 1024, 2**30)
    assert label("cloud.example.com/kind=a100") == ("cloud.example.com/kind", "a100")
    assert toleration("a/b=c:NoSchedule") == ("a/b=c", "NoSchedule")
    assert toleration("gpu:NoExecute") == ("gpu", "NoExecute")
    for read, wrong in ((size, "8 x"), (label, "a"), (label, "a=b c"), (toleration, "a=b"), (toleration, "a:Never")):
        with pytest.raises(UsageError):
            read(wrong)


def test_a_pod_asks_for_what_its_gpus_are_called_in_kubernetes() -> None:
    assert resource(by_hand("a100-mig-3g.20gb")) == "nvidia.com/mig-3g.20gb"
    assert resource(Kind(type="mi300x", count=1, vendor=Vendor.AMD)) == "amd.com/gpu"
