"""What a GitLab instance can do and allows: keywords by version, limits by tier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlgitlab.config.scalars import GitLabVersion
from mlgitlab.config.schema import GitLab, Tier
from mlgitlab.frozen import dataclass

# The oldest release we write for. An unknown version is taken to be this one.
OLDEST = GitLabVersion(16, 0)
# `strategy: mirror`, https://docs.gitlab.com/ci/yaml/#triggerstrategy
MIRROR = GitLabVersion(18, 2)
# `retry:exit_codes`, which counts besides `retry:when`: https://docs.gitlab.com/ci/yaml/#retryexit_codes
RETRY_EXIT_CODES = GitLabVersion(17, 5)
# Reports of child pipelines in merge requests, https://docs.gitlab.com/ci/pipelines/downstream_pipelines/
CHILD_REPORTS = GitLabVersion(18, 6)
# `retry:when` learned to tell a preempted runner, https://docs.gitlab.com/ci/yaml/#retrywhen
RUNNER_INTERRUPTED = GitLabVersion(19, 1)

_GITLAB_COM = "gitlab.com"
# Jobs in one pipeline, https://docs.gitlab.com/user/gitlab_com/
_JOBS_BY_TIER = {Tier.FREE: 500, Tier.TRIAL: 1000, Tier.PREMIUM: 1500, Tier.ULTIMATE: 2000}
_SYSTEM_FAILURES = (
    "runner_system_failure",
    "stuck_or_timeout_failure",
    "scheduler_failure",
    "data_integrity_failure",
    "api_failure",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One GitLab instance as far as we know it; `max_jobs` None means no limit."""

    version: GitLabVersion | None
    tier: Tier | None
    max_jobs: int | None
    max_needs: int
    max_yaml_bytes: int
    max_archive_bytes: int

    @classmethod
    def of(cls, settings: GitLab, *, detected_version: str = "", host: str = "") -> Instance:
        """What the configuration says, then what CI tells; elsewhere GitLab.com's free tier is assumed."""
        version = settings.version or GitLabVersion.known(detected_version)
        limit = settings.max_jobs
        if limit is None and host in ("", _GITLAB_COM):
            limit = _JOBS_BY_TIER[settings.tier or Tier.FREE]
        return cls(
            version=version,
            tier=settings.tier,
            max_jobs=limit,
            max_needs=settings.max_needs,
            max_yaml_bytes=settings.max_yaml_bytes,
            max_archive_bytes=settings.max_archive_bytes,
        )

    def has(self, since: GitLabVersion) -> bool:
        """Whether the instance is known to be at least that release."""
        return (self.version or OLDEST) >= since

    @property
    def strategy(self) -> str:
        """How a trigger job takes on the state of its child."""
        return "mirror" if self.has(MIRROR) else "depend"

    @property
    def system_failures(self) -> tuple[str, ...]:
        """The `retry:when` reasons that are never the script's own; an unknown one is an error to GitLab."""
        return (*_SYSTEM_FAILURES, "runner_interrupted") if self.has(RUNNER_INTERRUPTED) else _SYSTEM_FAILURES

    def retry(self, times: int, exit_codes: tuple[int, ...] = ()) -> dict[str, object] | None:
        """The keyword `retry` for failures of the system only; None for no repetition.

        exit_codes: those with which a script says that the runner, and not the work, is at fault.
        """
        if not times:
            return None
        codes = {"exit_codes": list(exit_codes)} if exit_codes and self.has(RETRY_EXIT_CODES) else {}
        return {"max": times, "when": list(self.system_failures), **codes}


def degraded(instance: Instance, reports: Iterable[str], *, gpus: bool) -> Iterator[str]:
    """What this instance will not do with the given kinds of `artifacts:reports`, or with any job."""
    kinds = set(reports)
    if instance.version is None:
        yield f"GitLab's version is not known: nothing newer than {OLDEST} is used (set gitlab.version)"
    if gpus and not instance.has(RUNNER_INTERRUPTED):
        yield f"a preempted runner counts as any system failure: runner_interrupted came with {RUNNER_INTERRUPTED}"
    if gpus and not instance.has(RETRY_EXIT_CODES):
        yield f"a job that does not find its GPU is not tried again: retry:exit_codes came with {RETRY_EXIT_CODES}"
    if kinds and not instance.has(CHILD_REPORTS):
        shown = " and ".join(sorted(kinds))
        yield f"{shown} reports of a child pipeline are shown in merge requests from GitLab {CHILD_REPORTS}"
    if "metrics" in kinds and instance.tier in (None, Tier.FREE):
        yield "metrics reports are shown by GitLab Premium and Ultimate; elsewhere the file is kept as an artifact only"
