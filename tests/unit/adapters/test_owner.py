"""A process is known by a name that tells whether it is gone."""

from __future__ import annotations

import subprocess
import sys

from mlgitlab.adapters.owner import LocalOwner


def test_a_process_that_runs_is_not_gone_and_one_that_ended_is() -> None:
    code = "from mlgitlab.adapters.owner import LocalOwner; print(LocalOwner().name, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        name = other.stdout.readline().decode().strip()
        assert not LocalOwner().is_gone(name)
        other.kill()
        other.wait()
    assert LocalOwner().is_gone(name)
    assert not LocalOwner().is_gone(LocalOwner().name)


def test_of_a_process_elsewhere_nobody_can_tell() -> None:
    host, place, pid, started = LocalOwner().name.split("/")
    assert not LocalOwner().is_gone(f"{host}/another-boot/{pid}/1")
    assert not LocalOwner().is_gone("https://gitlab.example/jobs/1")
    assert LocalOwner().is_gone(f"{host}/{place}/{pid}/1{started}")
