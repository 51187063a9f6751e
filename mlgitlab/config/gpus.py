"""The GPUs of `mlgitlab.yml`: what a step asks for, what types of runner there are, and which type serves whom.

What GitLab.com hosts: https://docs.gitlab.com/ci/runners/hosted_runners/gpu_enabled/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import ClassVar

from mlgitlab.config.field import Name, doc
from mlgitlab.config.quantities import ByteSize
from mlgitlab.config.scalars import Duration
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off

NO_GPU = "none"
HOSTED_TAG = "saas-linux-medium-amd64-gpu-standard"
_HOSTED_MEMORY = ByteSize.parse("16GB")  # one NVIDIA T4
# "Jobs handled by hosted runners on GitLab.com time out after 3 hours, regardless of the timeout configured in a
# project": https://docs.gitlab.com/ci/runners/hosted_runners/
HOSTED_LIMIT = Duration(3 * 3600)
# Both become part of a shell script. Profiles: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/
MIG_PROFILE = re.compile(r"([1-9]c\.)?[1-9]g\.[0-9]{1,3}gb(\+[a-z.]{1,10})*")
DRIVER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """What accelerator a step needs."""

    shorthand: ClassVar[str] = "type"

    type: str | None = field(default=None, metadata=doc("Name of a GPU type: a key of `gpus`, or, without `gpus`, any name, which then means the tags `gpu` and `gpu:NAME`. `none`: no GPU. Without it, the cheapest type that has what the step asks for, then the one with the least memory."))
    count: int = field(default=1, metadata=doc("How many of them."))
    memory: ByteSize | None = field(default=None, metadata=doc("Memory that each must have: `24GiB`."))
    mig: str | None = field(default=None, metadata=doc("MIG profile that each must be: `1g.10gb`. Without it, whole GPUs."))


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuType:
    """How runners with one type of GPU are found, and what they have."""

    tags: tuple[str, ...] = field(default=(), metadata=doc("Runner tags that select this type. A runner must carry all of them."))
    memory: ByteSize | None = field(default=None, metadata=doc("Memory of each GPU, as its maker names it: `40GB`, `24GiB`."))
    count: int | None = field(default=None, metadata=doc("GPUs that a job gets; a step that asks for more does not fit. Without it, as many as a step asks for."))
    mig: str | None = field(default=None, metadata=doc("MIG profile of what a job gets: `1g.10gb`."))
    driver: str | None = field(default=None, metadata=doc("Oldest NVIDIA driver that the image works with: `535`, `550.54`. Checked when a job starts."))
    disk: ByteSize | None = field(default=None, metadata=doc("Disk that must be free when a job starts."))
    image: str | None = field(default=None, metadata=doc("Container image of steps on this type, where neither the step nor its model names one."))
    hosted: bool = field(default=False, metadata=doc(f"The GPU runner of GitLab.com (one T4 with 16 GB, for Premium and Ultimate): tag `{HOSTED_TAG}` where none is given."))
    preflight: bool = field(default=True, metadata=doc("Whether a job first checks by `nvidia-smi` that its GPU is there. `false` for accelerators of other makers."))

# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a job finds out before it does anything: so many GPUs, each with memory (MiB), a driver; free disk (MiB)."""

    count: int = 1
    memory: int = 0
    mig: str = ""
    driver: str = ""
    disk: int = 0


def effective(declared: GpuType) -> GpuType:
    """The type with what is known of GitLab.com's runner filled in."""
    if not declared.hosted:
        return declared
    return replace(
        declared,
        tags=declared.tags or (HOSTED_TAG,),
        memory=declared.memory or _HOSTED_MEMORY,
        count=declared.count or 1,
    )


def is_hosted(tags: Iterable[str]) -> bool:
    """Whether these tags mean the GPU runner of GitLab.com."""
    return HOSTED_TAG in tags


def misfit(asked: Gpu, declared: GpuType) -> str:
    """Why a type does not have what a step asks for, as half a sentence; empty where it has."""
    found = effective(declared)
    if asked.mig != found.mig and (asked.mig or not asked.type):
        return f"is {found.mig or 'a whole GPU'}"
    if asked.memory and (found.memory is None or found.memory < asked.memory):
        return f"has {found.memory}" if found.memory else "does not say its `memory`"
    if found.count is not None and found.count < asked.count:
        return f"has {found.count} of them"
    return ""


def fitting(asked: Gpu, types: Mapping[Name, GpuType], prices: Mapping[Name, float]) -> str:
    """The type that serves a step: the one it names, else the cheapest that fits; empty where none does.

    Of types that cost the same, or have no price, the one with the least memory, then the first by name.
    """
    if asked.type:
        return asked.type
    fit = [name for name, declared in types.items() if not misfit(asked, declared)]

    def order(name: Name) -> tuple[bool, float, int, str]:
        memory = effective(types[name]).memory
        return name not in prices, prices.get(name, 0.0), memory.mib if memory else 0, name

    return min(fit, key=order, default=Name(""))


def demand(asked: Gpu, declared: GpuType | None) -> Demand | None:
    """What a job checks before it starts; None where it is not to check anything."""
    if declared is None:
        return Demand(count=asked.count, memory=asked.memory.mib if asked.memory else 0, mig=asked.mig or "")
    found = effective(declared)
    if not found.preflight:
        return None
    memory = asked.memory or found.memory
    return Demand(
        count=asked.count,
        memory=memory.mib if memory else 0,
        mig=found.mig or "",
        driver=found.driver or "",
        disk=found.disk.mib if found.disk else 0,
    )
