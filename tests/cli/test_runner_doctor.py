"""`mlgitlab runner doctor` on hosts with and without a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gitlab_runners_api import FakeRunners, serve
from tests.runner_hosts import Host


@pytest.fixture
def gitlab() -> Iterator[FakeRunners]:
    with serve() as fake:
        yield fake


@pytest.fixture
def host(tmp_path: Path, gitlab: FakeRunners) -> Host:
    return Host(folder=tmp_path, gitlab=gitlab)


def findings(host: Host, *argv: str, check: int = 0) -> dict[str, dict[str, Any]]:
    shown = host.run("doctor", "--json", *argv, check=check).json
    assert shown["fit"] is (check == 0)
    return {finding["check"]: finding for finding in shown["findings"]}


def test_a_machine_without_a_gpu_says_so_in_one_line(host: Host, gitlab: FakeRunners) -> None:
    done = host.run("doctor", check=3)
    assert done.out == "no GPU: neither nvidia-smi nor rocm-smi shows one on this machine\n"
    assert gitlab.requests == []
    assert findings(host, check=3)["gpu"]["level"] == "failed"


def test_a_driver_that_does_not_answer_is_no_gpu(host: Host) -> None:
    host.has_gpus("broken")
    assert host.run("doctor", check=3).out.startswith("no GPU")


def test_a_host_that_is_fit(host: Host) -> None:
    host.has_gpus("a100x2")
    host.has_docker(cuda="12.4.1")
    host.run("register", "--project", "7")
    done = host.run("doctor", "--image", "cuda:12.4.1", "--store", "file:store", "--disk", "1m")
    for line in (
        "ok       gpu      2 a100 (80 GiB each)",
        "ok       driver   driver 550.90.07 runs CUDA 12.4.1, which needs one from 525.60.13 on",
        "ok       docker   Docker 28.2.2",
        "ok       toolkit  NVIDIA container toolkit 1.17.8",
        "ok       clock    within 1 s of",
        "ok       smoke    in cuda:12.4.1",
    ):
        assert line in done.out
    assert "failed" not in done.out


def test_a_driver_too_old_for_the_image_and_a_container_without_a_gpu(host: Host) -> None:
    host.has_gpus("a100x2")
    host.has_docker(cuda="13.0.0", smoke="could not select device driver with capabilities: [[gpu]]")
    found = findings(host, "--image", "train:1", "--disk", "1m", check=3)
    assert found["driver"]["level"] == found["smoke"]["level"] == "failed"
    assert "could not select device driver" in found["smoke"]["what"]
    assert findings(host, "--image", "other:cuda12.1", "--disk", "1m")["smoke"]["level"] == "skipped"


def test_a_clock_that_differs_from_that_of_gitlab(host: Host, gitlab: FakeRunners) -> None:
    host.has_gpus("a100x2")
    gitlab.date = "Thu, 01 Jan 2015 00:00:00 GMT"
    assert "ahead of" in findings(host, "--disk", "1m", check=3)["clock"]["what"]
    gitlab.date = "nonsense"
    assert "clock" not in findings(host, "--disk", "1m")


def test_a_gitlab_and_a_store_that_do_not_answer(host: Host) -> None:
    host.has_gpus("a100x2")
    bad = ("--gitlab-url", "http://127.0.0.1:9", "--store", "nonsense:x", "--disk", "1m")
    found = findings(host, *bad, check=3)
    assert found["gitlab"]["level"] == found["store"]["level"] == "failed"
    assert "is no address" in findings(host, "--gitlab-url", "file:///etc", check=3)["gitlab"]["what"]
