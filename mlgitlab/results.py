"""Why a step runs: one reason is one chain, from what changed to the step."""

from __future__ import annotations

from enum import StrEnum

from mlgitlab.frozen import dataclass


class Cause(StrEnum):
    """What kind of link between a change and a step was found. Part of plan.json's contract."""

    PATHS = "paths"  # the file belongs to the model, dataset or quality step
    INPUTS = "inputs"  # the file is a declared input
    IMPORT = "import"  # the file is loaded, directly or not, by the step's entry point
    OPAQUE = "opaque"  # the file is shared code, and nobody can see what the step's command loads
    CONFIG = "config"  # the step's effective configuration changed
    UPSTREAM = "upstream"  # a step that this one depends on runs because of the change
    OWED = "owed"  # the store should hold its result, and does not
    NEEDED = "needed"  # nothing changed here, but a selected step needs its result
    UNMATCHED = "unmatched"  # no rule knows the file, and the policy is to run everything
    UNKNOWN_BASELINE = "unknown-baseline"  # what changed cannot be known
    PROFILE = "profile"  # the profile runs it whatever changed
    REQUESTED = "requested"  # --all


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reason:
    """One way from a change to a step.

    `chain` starts at what changed (a path as git has it, or a configuration key) and ends
    before the step; `text` is the sentence for people, in which every name is made safe to print.
    `parts` names what changed in that file, where only some of it did: a function, a key, a distribution.
    """

    cause: Cause
    text: str
    chain: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
