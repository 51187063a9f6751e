"""Which GPU type serves a step, and what is wrong with the sections about GPUs and their cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.field import Name
from mlgitlab.config.gpus import HOSTED_TAG, Demand, Gpu, GpuType, demand, fitting, misfit
from mlgitlab.config.parse import parse
from mlgitlab.config.quantities import ByteSize
from mlgitlab.planning.derive import derive
from mlgitlab.planning.steps import StepSpec
from tests.unit.config.examples import problems_of

TYPES: dict[str, dict[str, Any]] = {
    "t4": {"hosted": True},
    "l4": {"tags": "l4", "memory": "24GB"},
    "a100": {"tags": "a100", "memory": "40GB", "count": 2, "driver": 535, "image": "cuda:12"},
    "h100": {"tags": "h100", "memory": "80GB", "count": 8},
    "slice": {"tags": "mig", "mig": "1g.10gb", "memory": "10GB"},
}


def step(gpu: Any, types: Any = TYPES, prices: Any = None, **more: Any) -> StepSpec:
    """The training of a model that asks for this GPU."""
    model = {"paths": "m", "train": {"command": "x", "gpu": gpu, **more}}
    costs = {"costs": {"per_gpu_hour": prices}} if prices else {}
    written = {"version": 1, "models": {"m": model}, "gpus": types, **costs}
    return derive(parse(json.dumps(written).encode(), "mlgitlab.yml").config)["m:train"]


@pytest.mark.parametrize(
    ("asked", "prices", "chosen"),
    [
        pytest.param("a100", {}, "a100", id="by name"),
        pytest.param({"memory": "10GB"}, {}, "t4", id="the least memory that is enough"),
        pytest.param({"memory": "16GiB"}, {}, "l4", id="16 GB are not 16 GiB"),
        pytest.param({"memory": "20GB"}, {"l4": 2, "a100": 1.5, "h100": 9}, "a100", id="the cheapest"),
        pytest.param({"memory": "20GB"}, {"h100": 9}, "h100", id="a price that is known before one that is not"),
        pytest.param({"count": 2, "memory": "30GB"}, {}, "a100", id="by count"),
        pytest.param({"count": 4}, {}, "l4", id="a type that does not say how many has as many as it takes"),
        pytest.param({"count": 4, "memory": "30GB"}, {}, "h100", id="by count and memory"),
        pytest.param({"mig": "1g.10gb"}, {}, "slice", id="by profile"),
        pytest.param({"type": "slice"}, {}, "slice", id="a slice by the name of its type"),
        pytest.param({"memory": "1GB"}, {"slice": 0.1, "l4": 1}, "l4", id="a slice stands in for no whole GPU"),
    ],
)
def test_the_cheapest_type_that_fits_serves_a_step(asked: Any, prices: Any, chosen: str) -> None:
    found = step(asked, prices=prices).gpu
    assert found is not None
    assert found.type == chosen


def test_the_type_gives_tags_and_an_image_and_says_what_to_check() -> None:
    found = step({"memory": "30GB"})
    assert (found.tags, found.image, found.origins["image"]) == (("a100",), "cuda:12", "gpus.a100.image")
    assert found.demand == Demand(count=1, memory=ByteSize.parse("30GB").mib, driver="535")
    assert step({"memory": "30GB"}, image="mine").image == "mine"
    assert step("t4").tags == (HOSTED_TAG,)


def test_what_a_job_checks_alters_no_result() -> None:
    newer = {**TYPES, "a100": {**TYPES["a100"], "driver": 550, "disk": "10GB", "preflight": False}}
    assert step("a100").differences(step("a100", newer)) == ()
    assert step("a100", newer).demand is None


def test_a_type_that_nobody_declared_is_checked_for_what_the_step_asks() -> None:
    asked = Gpu(type="a100", count=2, memory=ByteSize(2**30))
    assert demand(asked, None) == Demand(count=2, memory=1024)


REQUEST = "version: 1\nmodels: {m: {paths: m, train: {command: x, gpu: %s}}}\n"
T4 = "gpus: {t4: {hosted: true}}\n"
FAULTS = {
    "no type fits": (
        REQUEST % "{memory: 24GiB, count: 2}" + T4,
        ["mlgitlab.yml:2: models.m.train.gpu: no GPU type has 2 GPUs of 24GiB: t4 has 16GB"],
    ),
    "the type named has less": (
        REQUEST % "{type: t4, count: 2}" + T4,
        ["mlgitlab.yml:2: models.m.train.gpu: the step asks for 2 GPUs, and the GPU type t4 has 1 of them"],
    ),
    "nothing to choose from": (
        REQUEST % "{memory: 24GiB}",
        [
            (
                "mlgitlab.yml:2: models.m.train.gpu: there are no GPU types to choose from"
                " (name a `type`, or declare the types that you have under `gpus`)"
            )
        ],
    ),
    "a type without tags": (
        "version: 1\ngpus: {a: {memory: 1GB}}",
        [
            (
                "mlgitlab.yml:2: gpus.a: a GPU type needs at least one tag"
                " (without one, the job would run on a runner without a GPU)"
            )
        ],
    ),
    "a profile that is none": (
        "version: 1\ngpus: {a: {tags: x, mig: $(id)}}",
        [
            (
                "mlgitlab.yml:2: gpus.a.mig: '$(id)' is no MIG profile"
                " (such as 1g.10gb: `nvidia-smi mig -lgip` lists those of a GPU)"
            )
        ],
    ),
    "a driver that is none": (
        "version: 1\ngpus: {a: {tags: x, driver: 535.54.1}}",
        [
            (
                "mlgitlab.yml:2: gpus.a.driver: '535.54.1' is no version of a driver"
                " (such as 535 or 550.54: a number, or two)"
            )
        ],
    ),
    "a size without a unit": (
        "version: 1\ngpus: {a: {tags: x, memory: 40}}",
        ["mlgitlab.yml:2: gpus.a.memory: 40B is less than a MiB (such as 40GiB: a number alone is bytes)"],
    ),
    "a price of a type that is not there": (
        "version: 1\ngpus: {a100: {tags: x}}\ncosts: {per_gpu_hour: {a10: 1, a100: -1}}",
        [
            "mlgitlab.yml:3: costs.per_gpu_hour.a10: there is no GPU type 'a10' (did you mean `a100`?)",
            "mlgitlab.yml:3: costs.per_gpu_hour.a100: -1.0 is no price (a number, zero or more)",
        ],
    ),
    "a budget that falls back to nothing": (
        "version: 1\nbudgets: {merge_request: {max_gpu_hours: -1, label: 'a,b', over: fallback}}",
        [
            "mlgitlab.yml:2: budgets.merge_request.max_gpu_hours: -1.0 is no number of hours (a number, zero or more)",
            "mlgitlab.yml:2: budgets.merge_request.label: 'a,b' cannot be a label (GitLab separates labels by commas)",
            "mlgitlab.yml:2: budgets.merge_request: `over: fallback` needs `fallback_profile`",
        ],
    ),
    "a profile that nobody declared": (
        "version: 1\nrunners: {missing: fallback, fallback_profile: skip-trian}",
        ["mlgitlab.yml:2: runners.fallback_profile: there is no profile 'skip-trian' (did you mean `skip-train`?)"],
    ),
    "a profile that nothing uses": (
        "version: 1\nrunners: {missing: fail, fallback_profile: skip-train}",
        ["mlgitlab.yml:2: runners.fallback_profile: it counts for `missing: fallback` alone (set `missing: fallback`)"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place(text: str, expected: list[str]) -> None:
    assert problems_of(text) == expected


_memories = st.none() | st.integers(1, 4).map(lambda size: ByteSize(size * 2**20))
_migs = st.none() | st.sampled_from(["1g.5gb", "2g.10gb"])
_types = st.builds(
    GpuType,
    tags=st.just(("x",)),
    memory=_memories,
    count=st.none() | st.integers(1, 3),
    mig=_migs,
    hosted=st.booleans(),
)
_fleets = st.dictionaries(st.sampled_from("abcd").map(Name), _types, max_size=3)
_requests = st.builds(Gpu, count=st.integers(1, 4), memory=_memories, mig=_migs)
_prices = st.dictionaries(st.sampled_from("abcd").map(Name), st.floats(0, 9), max_size=3)


@given(_requests, _fleets, _prices)
def test_what_is_chosen_fits_and_nothing_cheaper_does(asked: Gpu, types: dict[Name, GpuType], prices: Any) -> None:
    chosen = fitting(asked, types, prices)
    fit = {name for name in types if not misfit(asked, types[name])}
    assert (chosen in fit) if fit else not chosen
    assert all(prices.get(chosen, float("inf")) <= prices.get(name, float("inf")) for name in fit)


@given(_requests, _fleets, _types, _prices)
def test_one_more_type_refuses_nothing_that_was_served(
    asked: Gpu, types: dict[Name, GpuType], more: GpuType, prices: Any
) -> None:
    before = fitting(asked, types, prices)
    after = fitting(asked, {**types, Name("e"): more}, prices)
    assert after in (before, "e")
    assert after or not before
