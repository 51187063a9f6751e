"""What happens where no runner would take a job: the section `runners`."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import ClassVar

from mlgitlab.config.field import doc
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off

# The profiles that mlgitlab.yml need not declare (`planning.profiles` says what they are).
BUILT_IN_PROFILES = frozenset({
    "merge_request", "branch", "default_branch", "tag", "schedule", "manual", "full-train", "skip-train",
})


class Missing(StrEnum):
    """What a plan does about a job that no runner would take."""

    FAIL = "fail"
    WARN = "warn"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runners:
    """Whether a runner takes each job is asked of GitLab before the pipeline is written; it needs a token."""

    shorthand: ClassVar[str] = "missing"

    missing: Missing = field(default=Missing.WARN, metadata=doc("Where no runner would take a job: `fail` writes no pipeline (exit code 3), `warn` says so, `fallback` uses another profile."))
    fallback_profile: str | None = field(default=None, metadata=doc("The profile of `missing: fallback`."))
