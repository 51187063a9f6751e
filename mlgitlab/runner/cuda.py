"""Which CUDA an image was built for, and whether a driver runs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The oldest driver on Linux for what was built with a CUDA toolkit: from 11 on for a whole major version, by minor
# version compatibility; before that for each version. Newer drivers run what is older.
# https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html (11 to 13), and the table
# `CUDA Toolkit and Corresponding Driver Versions` of https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/.
_OLDEST_DRIVER = {
    (13,): (580,),
    (12,): (525, 60, 13),
    (11,): (450, 80, 2),
    (10, 2): (440, 33),
    (10, 1): (418, 39),
    (10, 0): (410, 48),
}
_IN_NAMES = (
    re.compile(r"cuda[:_-]?v?(\d{1,2})\.(\d{1,2})"),  # nvidia/cuda:12.4.1-base, pytorch:2.3.0-cuda12.1-cudnn8
    re.compile(r"(?<![a-z0-9])cu(\d{2})(\d)(?![0-9])"),  # torch:2.4-cu124
)
Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether a driver runs an image: yes, no, or `sure` is False, and why."""

    runs: bool
    sure: bool
    why: str


def version(text: str) -> Version:
    """The numbers of a version: (550, 90, 7) for `550.90.07`; empty for what is none."""
    found = re.match(r"\d+(?:\.\d+)*", text.strip())
    return tuple(map(int, found[0].split("."))) if found else ()


def of_image(name: str) -> str:
    """The CUDA version that an image's name tells, such as `12.4`; empty where it tells none."""
    found = next((match for pattern in _IN_NAMES if (match := pattern.search(name.lower()))), None)
    return f"{found[1]}.{found[2]}" if found else ""


def fit(driver: str, driver_cuda: str, need: str) -> Fit:
    """Whether a driver (and the newest CUDA that it says it supports) runs what was built for the CUDA `need`."""
    wanted = version(need)[:2]
    oldest = _OLDEST_DRIVER.get(wanted[:1]) or _OLDEST_DRIVER.get(wanted)
    has, supported = version(driver), version(driver_cuda)
    if oldest is None or not has:
        runs = bool(supported) and supported >= wanted
        return Fit(runs=runs, sure=False, why=f"no table tells the oldest driver for CUDA {need}")
    shown = ".".join(map(str, oldest))
    if has < oldest:
        return Fit(runs=False, sure=True, why=f"CUDA {need} needs a driver from {shown} on, this is {driver}")
    if supported and supported < wanted:
        why = (
            f"driver {driver} runs CUDA {need} by minor version compatibility only: it was made for {driver_cuda}, and "
            "an image that says NVIDIA_REQUIRE_CUDA may refuse to start"
        )
        return Fit(runs=True, sure=False, why=why)
    return Fit(runs=True, sure=True, why=f"driver {driver} runs CUDA {need}, which needs one from {shown} on")
