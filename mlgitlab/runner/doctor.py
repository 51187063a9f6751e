"""Whether a runner's host is fit for GPU jobs, decided from what was seen of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlgitlab.paths import printable
from mlgitlab.runner import cuda, gpus, keys
from mlgitlab.runner.findings import Finding, failed, ok, skipped, warning
from mlgitlab.runner.gpus import Gpus, Vendor
from mlgitlab.runner.profile import GIB

LEAST_DISK = 50 * GIB  # a CUDA image with PyTorch is 10 GiB and more, and several are kept
_FULL_DISK = 10 * GIB
_LEAST_SHM = 1 * GIB
# GitLab's tokens and those of clouds are worth something for minutes; S3 refuses a clock that is 15 minutes wrong.
_ODD_CLOCK = dt.timedelta(seconds=30)
_WRONG_CLOCK = dt.timedelta(minutes=5)
_DOCKER = ("docker", "docker-autoscaler")
_DRIVER_HINT = "install a newer driver, or use an image of an older CUDA"
_CLOCK_HINT = "let chrony or systemd-timesyncd set it: tokens and S3 requests of a wrong time are refused"
_TOOLKIT = "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """Docker on the host: its version (empty for no Docker), why it does not answer, and where it keeps images."""

    version: str = ""
    trouble: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking somebody: an error, or the time that the answer was dated with."""

    who: str
    trouble: str = ""
    hint: str = ""
    dated: dt.datetime | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """The command that was run in the image: its exit code, None where it was not run, and what it said or why."""

    image: str
    code: int | None
    said: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What was seen. toolkit: the version of NVIDIA's container toolkit, empty for none. free: bytes at `place`."""

    gpus: Gpus
    need: str
    docker: Docker
    toolkit: str
    place: str
    free: int
    shm: int
    config: Mapping[str, Any] | None
    config_place: str
    gitlab: Answer | None
    store: Answer | None
    smoke: Smoke | None


def no_gpu() -> Finding:
    """The one finding on a machine without a GPU: of what else it has, no GPU job makes use."""
    return failed("gpu", "no GPU: neither nvidia-smi nor rocm-smi shows one on this machine", "install the driver")


def examine(host: Host, least_disk: int = LEAST_DISK) -> tuple[Finding, ...]:
    """All findings on a host that has a GPU, in the order of what builds on what."""
    kinds = gpus.kinds(host.gpus)
    several = warning if len(kinds) > 1 else ok
    found = [several("gpu", gpus.described(kinds), "register a runner for each type" if len(kinds) > 1 else "")]
    nvidia = kinds[0].vendor is Vendor.NVIDIA
    if nvidia:
        found.append(_driver(host.gpus, host.need))
    found.append(_docker(host.docker))
    if nvidia and host.docker.version:
        found.append(_toolkit(host.toolkit))
    found += [_disk(host, least_disk), *_config(host)]
    for check, answer in (("gitlab", host.gitlab), ("store", host.store)):
        if answer:
            found.append(_answer(check, answer))
    if host.gitlab and host.gitlab.dated and host.gitlab.at:
        found.append(_clock(host.gitlab.dated, host.gitlab.at, host.gitlab.who))
    if host.smoke:
        found.append(_smoke(host.smoke))
    return tuple(found)


def _driver(found: Gpus, need: str) -> Finding:
    if not need:
        has = f"driver {found.driver}, CUDA up to {found.cuda or 'an unknown version'}"
        return ok("driver", has, "give --image or --cuda to compare with what it needs")
    fit = cuda.fit(found.driver, found.cuda, need)
    if not fit.runs:
        return failed("driver", fit.why, _DRIVER_HINT)
    return ok("driver", fit.why) if fit.sure else warning("driver", fit.why, _DRIVER_HINT)


def _docker(docker: Docker) -> Finding:
    if docker.version:
        return ok("docker", f"Docker {printable(docker.version)}")
    if docker.trouble:
        return failed("docker", printable(docker.trouble), "is it running, and may this user reach it?")
    return skipped("docker", "there is no Docker", "only the shell executor needs none")


def _toolkit(version: str) -> Finding:
    if version:
        return ok("toolkit", f"NVIDIA container toolkit {printable(version)}")
    return failed("toolkit", "there is no NVIDIA container toolkit: no container sees a GPU", f"see {_TOOLKIT}")


def _disk(host: Host, least: int) -> Finding:
    what = f"{host.free / GIB:.0f} GiB free at {printable(host.place)}"
    hint = "`docker system prune` frees what no container uses"
    if host.free < min(_FULL_DISK, least):
        return failed("disk", what, hint)
    if host.free < least:
        return warning("disk", f"{what}, less than {least / GIB:.0f}", hint)
    return ok("disk", what)


def _config(host: Host) -> Iterator[Finding]:
    """What config.toml says of its runners, and the shared memory that their jobs get."""
    place = printable(host.config_place)
    if host.config is None:
        yield skipped("config", f"{place} is not there, or cannot be read", "run it as the user of gitlab-runner")
        return
    wrong = keys.problems(host.config, place)
    yield from (warning("config", f"{problem.where}: {problem.what}", problem.hint) for problem in wrong)
    runners = [runner for runner in host.config.get("runners", ()) if isinstance(runner, dict)]
    for runner in runners:
        yield from _runner(runner, host)
    if not wrong:
        yield ok("config", f"{place} has {len(runners)} runner{'' if len(runners) == 1 else 's'}")


def _runner(runner: Mapping[str, Any], host: Host) -> Iterator[Finding]:
    name, section = printable(str(runner.get("name", "")))[:60], runner.get("docker")
    if runner.get("executor") == "shell" and host.shm < _LEAST_SHM:
        what = f"jobs of {name} share {host.shm / GIB:.1f} GiB of shared memory"
        yield warning("shm", what, "mount /dev/shm larger: loaders of PyTorch use it")
    if runner.get("executor") not in _DOCKER or not isinstance(section, dict):
        return
    if not section.get("gpus") and not section.get("devices"):
        yield failed("config", f"the runner {name} gives its jobs no GPU", 'gpus = "all" in its [runners.docker]')
    shm = section.get("shm_size") or 0
    if isinstance(shm, int) and shm < _LEAST_SHM:
        what = f"jobs of {name} get {shm // 1024**2 or 64} MiB of shared memory"
        yield warning("shm", what, "shm_size = 8589934592 in its [runners.docker]: loaders of PyTorch use it")


def _answer(check: str, answer: Answer) -> Finding:
    if answer.trouble:
        return failed(check, printable(answer.trouble), printable(answer.hint))
    return ok(check, f"{printable(answer.who)} answers")


def _clock(dated: dt.datetime, at: dt.datetime, who: str) -> Finding:
    """An answer is dated to the second, so that one second is none."""
    off = at - dated
    seconds, theirs = abs(off).total_seconds(), f"that of {printable(who)}"
    what = f"the clock is {seconds:.0f} s {'ahead of' if off > dt.timedelta() else 'behind'} {theirs}"
    if abs(off) > _WRONG_CLOCK:
        return failed("clock", what, _CLOCK_HINT)
    if abs(off) > _ODD_CLOCK:
        return warning("clock", what, _CLOCK_HINT)
    return ok("clock", f"within {max(seconds, 1):.0f} s of {theirs}")


def _smoke(smoke: Smoke) -> Finding:
    image, said = printable(smoke.image), printable(" ".join(smoke.said.split()))[:200]
    if smoke.code is None:
        return skipped("smoke", f"not run in {image}: {said}", f"docker pull {image}")
    if smoke.code:
        return failed("smoke", f"no GPU in a container of {image} (exit code {smoke.code}): {said}", f"see {_TOOLKIT}")
    return ok("smoke", f"in {image}, after {smoke.seconds:.1f} s: {said}")
