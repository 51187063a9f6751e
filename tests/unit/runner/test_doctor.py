"""What a runner's host is told, from what was seen of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from mlgitlab.runner.doctor import Answer, Docker, Host, Smoke, examine, no_gpu
from mlgitlab.runner.findings import Finding, Level, good
from mlgitlab.runner.gpus import Device, Gpus, Vendor

NOW = dt.datetime(2026, 1, 1, 12, 0, 0, tzinfo=dt.UTC)
GIB = 1024**3
URL = "https://gitlab.example.com"
RUNNER = {"name": "box", "executor": "docker", "docker": {"gpus": "all", "shm_size": 8 * GIB}}
FIT = Host(
    gpus=Gpus(devices=(Device(type="a100", name="A100", memory=80),), driver="550.90.07", cuda="12.4"),
    need="12.4",
    docker=Docker(version="28.2.2", root="/var/lib/docker"),
    toolkit="1.17.8",
    place="/var/lib/docker",
    free=200 * GIB,
    shm=16 * GIB,
    config={"concurrent": 1, "runners": [RUNNER]},
    config_place="config.toml",
    gitlab=Answer(who=URL, dated=NOW, at=NOW),
    store=Answer(who="s3://models"),
    smoke=Smoke(image="cuda:12.4", code=0, said="GPU 0: A100", seconds=0.9),
)


def worst(host: Host) -> dict[str, Finding]:
    """What is not in order, by check."""
    return {finding.check: finding for finding in examine(host) if finding.level is not Level.OK}


def config(**docker: Any) -> dict[str, Any]:
    return {"runners": [{**RUNNER, "docker": docker}]}


def test_a_host_that_is_fit_has_nothing_but_good_findings() -> None:
    found = examine(FIT)
    assert [finding.check for finding in found] == [
        "gpu", "driver", "docker", "toolkit", "disk", "config", "gitlab", "store", "clock", "smoke",
    ]  # fmt: skip
    assert {finding.level for finding in found} == {Level.OK}
    assert good(found)


@pytest.mark.parametrize(
    ("change", "check", "level", "what"),
    [
        ({"need": "13.0"}, "driver", Level.FAILED, "needs a driver from 580 on"),
        ({"need": "12.8"}, "driver", Level.WARNING, "minor version compatibility"),
        ({"docker": Docker(trouble="docker info ends with 1: permission denied")}, "docker", Level.FAILED, "denied"),
        ({"docker": Docker()}, "docker", Level.SKIPPED, "no Docker"),
        ({"toolkit": ""}, "toolkit", Level.FAILED, "no container sees a GPU"),
        ({"free": 20 * GIB}, "disk", Level.WARNING, "20 GiB free at /var/lib/docker, less than 50"),
        ({"free": 2 * GIB}, "disk", Level.FAILED, "2 GiB free"),
        ({"config": None}, "config", Level.SKIPPED, "cannot be read"),
        ({"config": {"concurent": 1}}, "config", Level.WARNING, "knows no such key"),
        ({"config": config(shm_size=8 * GIB)}, "config", Level.FAILED, "gives its jobs no GPU"),
        ({"config": config(gpus="all")}, "shm", Level.WARNING, "get 64 MiB"),
        ({"config": {"runners": [{"executor": "shell"}]}, "shm": 2**20}, "shm", Level.WARNING, "share 0.0 GiB"),
        ({"gitlab": Answer(who=URL, trouble="no answer", hint="x")}, "gitlab", Level.FAILED, "no answer"),
        ({"store": Answer(who="s3", trouble="denied", hint="x")}, "store", Level.FAILED, "denied"),
        ({"smoke": Smoke(image="i", code=125, said="could not select device driver")}, "smoke", Level.FAILED, "125"),
        ({"smoke": Smoke(image="i", code=None, said="not on this host")}, "smoke", Level.SKIPPED, "not run in i"),
    ],
)
def test_each_fault_is_found_alone(change: dict[str, Any], check: str, level: Level, what: str) -> None:
    found = worst(replace(FIT, **change))
    assert list(found) == [check]
    assert found[check].level is level
    assert what in found[check].what
    assert found[check].hint


@pytest.mark.parametrize(
    ("seconds", "level", "what"),
    [
        (1, None, ""),
        (-20, None, ""),
        (90, Level.WARNING, "90 s ahead of"),
        (-90, Level.WARNING, "90 s behind"),
        (3600, Level.FAILED, "3600 s ahead of"),
    ],
)
def test_a_clock_that_is_wrong_is_told_in_which_direction(seconds: int, level: Level | None, what: str) -> None:
    answer = Answer(who=URL, dated=NOW, at=NOW + dt.timedelta(seconds=seconds))
    found = worst(replace(FIT, gitlab=answer)).get("clock")
    assert (found.level if found else None) is level
    assert what in (found.what if found else "")


def test_amd_needs_neither_nvidias_driver_nor_its_toolkit() -> None:
    amd = Gpus(devices=(Device(type="mi300x", name="MI300X", vendor=Vendor.AMD),))
    assert {"driver", "toolkit"}.isdisjoint(finding.check for finding in examine(replace(FIT, gpus=amd)))


def test_gpus_of_several_types_are_a_warning() -> None:
    mixed = Gpus(devices=(Device(type="t4", name="T4"), Device(type="l4", name="L4")), driver="580.65", cuda="13.0")
    assert worst(replace(FIT, gpus=mixed))["gpu"].level is Level.WARNING


def test_no_gpu_is_one_finding() -> None:
    assert not good([no_gpu()])


def test_what_others_wrote_cannot_act_on_the_terminal() -> None:
    odd = replace(
        FIT,
        smoke=Smoke(image="i", code=1, said="\x1b[2J"),
        config={"runners": [{"name": "\x1b[2J", "executor": "docker", "docker": {}}], "\x1b": 1},
    )
    assert "\x1b" not in "".join(finding.what for finding in examine(odd))
