"""What GPUs cost, and how much of them a change may use: the sections `costs` and `budgets`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar

from mlgitlab.config.field import Name, doc
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


class Over(StrEnum):
    """What a change over its budget leads to, as long as nobody confirms it."""

    FAIL = "fail"
    LEAVE_OUT = "leave_out"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What GPUs cost. With this section, a plan says how many GPU hours it is likely to take, from earlier runs in the store."""

    currency: str = field(default="EUR", metadata=doc("Unit of the prices, as it is shown."))
    per_gpu_hour: Mapping[Name, float] = field(default_factory=dict, metadata=doc("Price of one GPU for one hour, by GPU type: `a100: 3.40`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """GPU hours that a change may take before somebody has to confirm it."""

    shorthand: ClassVar[str] = "max_gpu_hours"

    max_gpu_hours: float = field(metadata=doc("GPU hours that are not exceeded in nine of ten runs; a step without an earlier run counts with its time limit."))
    label: str | None = field(default=None, metadata=doc("A merge request with this label may exceed the budget."))
    over: Over = field(default=Over.FAIL, metadata=doc("Without the label: `fail` writes no pipeline (exit code 3), `leave_out` leaves out the steps on GPUs and what needs them, `fallback` uses another profile."))
    fallback_profile: str | None = field(default=None, metadata=doc("The profile of `over: fallback`, such as `skip-train`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Budgets by kind of pipeline."""

    merge_request: Budget | None = field(default=None, metadata=doc("Pipelines of merge requests, merge trains included."))
