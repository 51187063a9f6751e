"""The preflight of a job with a GPU, run by real shells against programs that print what nvidia-smi and df print."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlgitlab.config.gpus import Demand
from mlgitlab.pipeline.preflight import EXIT_CODE, preflight

SHELLS = {
    "sh": ["sh", "-c"],
    "dash": ["dash", "-c"],
    "bash as GitLab's runner starts it": ["bash", "-eo", "pipefail", "-c"],
    "busybox": ["busybox", "sh", "-ec"],
}
T4 = "535.104.05, 15360, Tesla T4"
A100 = "550.54.14, 40960, NVIDIA A100-SXM4-40GB"
BROKEN = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
SLICES = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)
  MIG 1g.5gb      Device  0: (UUID: MIG-1)
  MIG 1g.5gb      Device  1: (UUID: MIG-2)
  MIG 2g.10gb     Device  2: (UUID: MIG-3)
"""


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> list[str]:
    argv = SHELLS[request.param]
    if not shutil.which(argv[0]):
        pytest.skip(f"there is no {argv[0]} here")
    return argv


class Machine:
    """A folder of programs that comes first on the path."""

    def __init__(self, folder: Path, shell: list[str]) -> None:
        self.folder, self.shell = folder, shell

    def program(self, name: str, printed: str, code: int = 0) -> None:
        (self.folder / f"{name}.txt").write_text(printed)
        place = self.folder / name
        place.write_text(f"#!/bin/sh\necho {name} \"$@\" >> '{self.folder}/asked'\ncat '{place}.txt'\nexit {code}\n")
        place.chmod(0o755)

    def runs(self, demand: Demand, **environ: str) -> tuple[int, str]:
        """The exit code, and what was printed; a line after the preflight tells that the job went on."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        script = preflight(demand) + "echo installed"
        done = subprocess.run(
            [*self.shell, script], env={"PATH": path, **environ}, capture_output=True, text=True, check=False
        )
        assert ("installed" in done.stdout) == (done.returncode == 0)
        return done.returncode, done.stdout


@pytest.fixture
def machine(tmp_path: Path, shell: list[str]) -> Machine:
    return Machine(tmp_path, shell)


def test_a_gpu_that_fits_is_named_and_the_job_goes_on(machine: Machine) -> None:
    machine.program("nvidia-smi", f"{T4}\n")
    code, said = machine.runs(Demand(memory=15258, driver="535.54"))
    assert code == 0
    assert "preflight: Tesla T4, 15360 MiB, driver 535.104.05: fits\n" in said


@pytest.mark.parametrize(
    ("demand", "printed", "why"),
    [
        pytest.param(Demand(count=2), f"{T4}\n", "1 of 2 GPUs fit", id="too few"),
        pytest.param(Demand(memory=24576), f"{T4}\n", "too little memory: 22118 MiB are needed", id="too small"),
        pytest.param(Demand(driver="550"), f"{T4}\n", "driver too old: 550.0 is needed", id="driver too old"),
        pytest.param(Demand(driver="535.105"), f"{T4}\n", "driver too old: 535.105", id="driver too old in its minor"),
        pytest.param(Demand(), f"{BROKEN}\n", BROKEN, id="the driver does not answer"),
        pytest.param(Demand(), "No devices were found\n", "No devices were found", id="no devices"),
        pytest.param(Demand(), "", "0 of 1 GPUs fit", id="nothing"),
        pytest.param(
            Demand(memory=1), "550.54.14, [N/A], NVIDIA GB10\n", "does not say how much memory", id="no memory told"
        ),
        pytest.param(Demand(count=2, memory=24576), f"{T4}\n{A100}\n", "1 of 2 GPUs fit", id="one of two fits"),
    ],
)
def test_what_a_gpu_lacks_ends_the_job_with_a_code_of_its_own(
    machine: Machine, demand: Demand, printed: str, why: str
) -> None:
    machine.program("nvidia-smi", printed)
    code, said = machine.runs(demand)
    assert code == EXIT_CODE
    assert why in said


def test_a_failing_tool_is_no_gpu_whatever_it_prints(machine: Machine) -> None:
    machine.program("nvidia-smi", f"{BROKEN}\n", code=9)
    assert machine.runs(Demand())[0] == EXIT_CODE


def test_without_the_tool_there_is_no_gpu(machine: Machine, tmp_path: Path) -> None:
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a GPU")
    assert machine.runs(Demand())[0] == EXIT_CODE


def test_whatever_memory_a_gpu_tells_of_is_enough_where_none_is_asked_for(machine: Machine) -> None:
    machine.program("nvidia-smi", "550.54.14, [N/A], NVIDIA GB10\n")
    assert machine.runs(Demand())[0] == 0


@pytest.mark.parametrize(("profile", "count", "code"), [("1g.5gb", 2, 0), ("1g.5gb", 3, 75), ("1g.5gb+me", 1, 75)])
def test_slices_are_counted_by_their_profile(machine: Machine, profile: str, count: int, code: int) -> None:
    machine.program("nvidia-smi", SLICES)
    assert machine.runs(Demand(mig=profile, count=count))[0] == code


@pytest.mark.parametrize(("least", "code"), [("550", 0), ("560", EXIT_CODE)])
def test_the_driver_of_a_slice_is_that_of_its_gpu(machine: Machine, least: str, code: int) -> None:
    machine.program("nvidia-smi", f"{A100}\n{SLICES}")  # this one answers both questions at once
    assert machine.runs(Demand(mig="1g.5gb", driver=least))[0] == code


@pytest.mark.parametrize(("free", "code"), [(204800, 0), (1024, EXIT_CODE)])
def test_disk_must_be_free(machine: Machine, free: int, code: int) -> None:
    machine.program("nvidia-smi", f"{T4}\n")
    table = f"Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay 300000 5 {free} 1% /builds\n"
    machine.program("df", table)
    found, said = machine.runs(Demand(disk=100))
    assert found == code
    assert f"{free // 1024} MiB of disk are free" in said


def test_the_real_df_is_understood(machine: Machine) -> None:
    machine.program("nvidia-smi", f"{T4}\n")
    assert machine.runs(Demand(disk=1))[0] == 0


def test_a_runner_that_stands_in_for_one_with_a_gpu_says_so(machine: Machine, tmp_path: Path) -> None:
    machine.program("nvidia-smi", "")
    assert machine.runs(Demand(count=8), MLGITLAB_PREFLIGHT="off") == (0, "installed\n")
    assert not (tmp_path / "asked").exists()
