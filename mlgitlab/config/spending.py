"""Faults of the sections about GPUs and what they cost: `gpus`, `costs`, `budgets`, `runners`, and every `gpu`."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlgitlab.config import walk
from mlgitlab.config.costs import Over
from mlgitlab.config.faults import Finding
from mlgitlab.config.fleet import BUILT_IN_PROFILES, Missing
from mlgitlab.config.gpus import DRIVER, MIG_PROFILE, NO_GPU, Gpu, fitting, misfit
from mlgitlab.config.quantities import ByteSize
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted, suggestion

_LONGEST_CURRENCY = 8


def check(config: Config) -> Iterator[Finding]:
    """Everything wrong with them."""
    yield from _types(config)
    for path, gpu in walk.gpus(config):
        yield from _request(config, path, gpu)
    yield from _costs(config)
    yield from _budget(config)
    yield from _runners(config)


def _types(config: Config) -> Iterator[Finding]:
    for name, declared in config.gpus.items():
        key = f"gpus.{name}"
        if name == NO_GPU:
            hint = "`gpu: none` means no GPU; choose another name"
            yield Finding(path=key, what=f"a GPU type cannot be called `{NO_GPU}`", hint=hint)
        if not declared.tags and not declared.hosted:
            hint = "without one, the job would run on a runner without a GPU"
            yield Finding(
                path=f"{key}.tags", what="a GPU type needs at least one tag", hint=hint, absent=(f"{key}.tags",)
            )
        if declared.count is not None and declared.count < 1:
            yield Finding(path=f"{key}.count", what=f"{declared.count} is less than 1")
        yield from (*_size(f"{key}.memory", declared.memory), *_size(f"{key}.disk", declared.disk))
        yield from _profile(f"{key}.mig", declared.mig)
        if declared.driver is not None and not DRIVER.fullmatch(declared.driver):
            what = f"{quoted(declared.driver)} is no version of a driver"
            yield Finding(path=f"{key}.driver", what=what, hint="such as 535 or 550.54: a number, or two")


def _size(path: str, size: ByteSize | None) -> Iterator[Finding]:
    if size is not None and not size.mib:
        yield Finding(path=path, what=f"{size} is less than a MiB", hint="such as 40GiB: a number alone is bytes")


def _profile(path: str, profile: str | None) -> Iterator[Finding]:
    if profile is not None and not MIG_PROFILE.fullmatch(profile):
        hint = "such as 1g.10gb: `nvidia-smi mig -lgip` lists those of a GPU"
        yield Finding(path=path, what=f"{quoted(profile)} is no MIG profile", hint=hint)


def _request(config: Config, path: str, gpu: Gpu) -> Iterator[Finding]:
    """A request that no declared type can serve. Without `gpus`, each name stands for its own tag."""
    yield from (*_size(f"{path}.memory", gpu.memory), *_profile(f"{path}.mig", gpu.mig))
    if gpu.type is None:
        if not config.gpus:
            hint = "name a `type`, or declare the types that you have under `gpus`"
            yield Finding(path=path, what="there are no GPU types to choose from", hint=hint, absent=("gpus",))
        elif not fitting(gpu, config.gpus, {}):
            why = "; ".join(f"{name} {misfit(gpu, declared)}" for name, declared in config.gpus.items())
            yield Finding(path=path, what=f"no GPU type has {_asked(gpu)}: {why}", absent=("gpus",))
    elif config.gpus and gpu.type != NO_GPU:
        declared = config.gpus.get(gpu.type)  # type: ignore[call-overload]  # Name is str at run time
        if declared is None:
            hint = suggestion(gpu.type, config.gpus, "`gpus` has") or "declare it under `gpus`"
            what = f"there is no GPU type {quoted(gpu.type)}"
            yield Finding(path=f"{path}.type", what=what, hint=hint, absent=(f"gpus.{gpu.type}",))
        elif why := misfit(gpu, declared):
            what = f"the step asks for {_asked(gpu)}, and the GPU type {gpu.type} {why}"
            yield Finding(path=path, what=what, absent=(f"gpus.{gpu.type}",))


def _asked(gpu: Gpu) -> str:
    parts = [f"{gpu.count} GPU{'s' if gpu.count > 1 else ''}"]
    parts += [f"of {gpu.memory}"] if gpu.memory else []
    parts += [f"of MIG profile {gpu.mig}"] if gpu.mig else []
    return " ".join(parts)


def _costs(config: Config) -> Iterator[Finding]:
    if config.costs is None:
        return
    currency = config.costs.currency
    if not currency.strip() or not currency.isprintable() or len(currency) > _LONGEST_CURRENCY:
        what = f"{quoted(currency)} is no currency"
        yield Finding(path="costs.currency", what=what, hint=f"such as EUR; at most {_LONGEST_CURRENCY} characters")
    for name, price in config.costs.per_gpu_hour.items():
        key = f"costs.per_gpu_hour.{name}"
        if config.gpus and name not in config.gpus:
            hint = suggestion(name, config.gpus, "`gpus` has")
            yield Finding(path=key, what=f"there is no GPU type {quoted(name)}", hint=hint, absent=(f"gpus.{name}",))
        if not (math.isfinite(price) and price >= 0):
            yield Finding(path=key, what=f"{price} is no price", hint="a number, zero or more")


def _budget(config: Config) -> Iterator[Finding]:
    budget = config.budgets.merge_request
    if budget is None:
        return
    key = "budgets.merge_request"
    if not (math.isfinite(budget.max_gpu_hours) and budget.max_gpu_hours >= 0):
        what = f"{budget.max_gpu_hours} is no number of hours"
        yield Finding(path=f"{key}.max_gpu_hours", what=what, hint="a number, zero or more")
    if budget.label is not None and not (
        budget.label.strip() and budget.label.isprintable() and "," not in budget.label
    ):
        hint = "GitLab separates labels by commas"
        yield Finding(path=f"{key}.label", what=f"{quoted(budget.label)} cannot be a label", hint=hint)
    yield from _fallback(config, key, budget.fallback_profile, needed=budget.over is Over.FALLBACK, by="over")


def _runners(config: Config) -> Iterator[Finding]:
    if config.runners:
        needed = config.runners.missing is Missing.FALLBACK
        yield from _fallback(config, "runners", config.runners.fallback_profile, needed=needed, by="missing")


def _fallback(config: Config, key: str, profile: str | None, *, needed: bool, by: str) -> Iterator[Finding]:
    known = [*config.profiles, *sorted(BUILT_IN_PROFILES)]
    path = f"{key}.fallback_profile"
    if profile is None and needed:
        yield Finding(path=key, what=f"`{by}: fallback` needs `fallback_profile`", absent=(path,))
    if profile is not None and not needed:
        yield Finding(path=path, what=f"it counts for `{by}: fallback` alone", hint=f"set `{by}: fallback`")
    if profile is not None and profile not in known:
        hint = suggestion(profile, known, "there are")
        yield Finding(
            path=path, what=f"there is no profile {quoted(profile)}", hint=hint, absent=(f"profiles.{profile}",)
        )
