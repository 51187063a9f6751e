"""What GitLab tells a job about its pipeline, read once from a mapping such as `os.environ`.

Variables and their values: https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from mlgitlab.errors import UsageError
from mlgitlab.frozen import dataclass

ZERO_SHA = "0" * 40
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class PipelineKind(StrEnum):
    """The kinds of pipeline that find their baseline, or their profile, differently."""

    MERGE_REQUEST = "merge_request"
    MERGED_RESULT = "merged_result"
    MERGE_TRAIN = "merge_train"
    DEFAULT_BRANCH = "default_branch"
    BRANCH = "branch"
    TAG = "tag"
    SCHEDULE = "schedule"
    MANUAL = "manual"
    LAPTOP = "laptop"


# https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable: somebody, or
# another pipeline, asked for these; CI_COMMIT_BEFORE_SHA is all zeros in them.
_MANUAL_SOURCES = frozenset({"web", "api", "trigger", "pipeline", "chat"})
_SIMULATED = {
    "merge_request": PipelineKind.MERGE_REQUEST,
    "merged_result": PipelineKind.MERGED_RESULT,
    "merge_train": PipelineKind.MERGE_TRAIN,
    "tag": PipelineKind.TAG,
    "schedule": PipelineKind.SCHEDULE,
    "web": PipelineKind.MANUAL,
}
_EVENT_TYPES = {
    "merged_result": PipelineKind.MERGED_RESULT,
    "merge_train": PipelineKind.MERGE_TRAIN,
}


# What runs in these was not agreed to yet: the rules of the branch that it shall go to count as well as its own.
BOUND_BY_BASE = frozenset({
    PipelineKind.MERGE_REQUEST, PipelineKind.MERGED_RESULT, PipelineKind.MERGE_TRAIN, PipelineKind.BRANCH,
    PipelineKind.LAPTOP,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CiEnvironment:
    """One pipeline's facts. Empty strings stand for variables that GitLab did not set.

    `simulated` is True where a person asked for a kind with `--as`: then no SHA is known, and
    the baseline is worked out from the clone.
    """

    kind: PipelineKind = PipelineKind.LAPTOP
    simulated: bool = False
    sha: str = ""
    before_sha: str = ""
    branch: str = ""
    tag: str = ""
    default_branch: str = ""
    default_branch_base_sha: str = ""
    diff_base_sha: str = ""
    target_branch: str = ""
    target_branch_sha: str = ""
    target_url: str = ""  # set for a merge request from a fork only
    labels: tuple[str, ...] = ()
    ref_protected: bool | None = None  # None where nobody says
    pipeline_id: str = ""
    job_name: str = ""
    server_host: str = ""
    server_version: str = ""
    project_dir: str = ""
    profile: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_ci(self) -> bool:
        """Whether a GitLab job runs us, rather than a person."""
        return self.kind is not PipelineKind.LAPTOP and not self.simulated

    def simulate(self, kind: str, branch: str, default_branch: str) -> CiEnvironment:
        """What GitLab would run for this clone: a value of `--as`, and the clone's branches.

        The profile and parameters of the environment are kept; nothing else is known before GitLab
        makes the pipeline.
        """
        pushed = PipelineKind.DEFAULT_BRANCH if branch and branch == default_branch else PipelineKind.BRANCH
        return CiEnvironment(
            kind=pushed if kind == "push" else _SIMULATED[kind],
            simulated=True,
            branch=branch,
            profile=self.profile,
            parameters=self.parameters,
        )

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> CiEnvironment:
        """The environment of a job, or of a laptop.

        Raises UsageError when GitLab's variables contradict their documented form.
        """
        kind = _kind(environ)
        common = cls(
            profile=environ.get("MLGITLAB_PROFILE", ""),
            parameters={
                name.removeprefix("MLGITLAB_PARAM_").lower(): value
                for name, value in sorted(environ.items())
                if name.startswith("MLGITLAB_PARAM_")
            },
        )
        if kind is PipelineKind.LAPTOP:
            return common
        merge_request_project = environ.get("CI_MERGE_REQUEST_PROJECT_ID", "")
        is_fork = bool(merge_request_project) and merge_request_project != environ.get("CI_PROJECT_ID", "")
        return cls(
            kind=kind,
            sha=_sha(environ, "CI_COMMIT_SHA"),
            before_sha=_sha(environ, "CI_COMMIT_BEFORE_SHA"),
            branch=environ.get("CI_COMMIT_BRANCH", ""),
            tag=environ.get("CI_COMMIT_TAG", ""),
            default_branch=environ.get("CI_DEFAULT_BRANCH", ""),
            default_branch_base_sha=_sha(environ, "CI_COMMIT_DEFAULT_BRANCH_BASE_SHA"),
            diff_base_sha=_sha(environ, "CI_MERGE_REQUEST_DIFF_BASE_SHA"),
            target_branch=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
            target_branch_sha=_sha(environ, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
            target_url=environ.get("CI_MERGE_REQUEST_PROJECT_URL", "") if is_fork else "",
            labels=tuple(
                name.strip() for name in environ.get("CI_MERGE_REQUEST_LABELS", "").split(",") if name.strip()
            ),
            ref_protected={"true": True, "false": False}.get(environ.get("CI_COMMIT_REF_PROTECTED", "")),
            pipeline_id=environ.get("CI_PIPELINE_ID", ""),
            job_name=environ.get("CI_JOB_NAME", ""),
            server_host=environ.get("CI_SERVER_HOST", ""),
            server_version=environ.get("CI_SERVER_VERSION", ""),
            project_dir=environ.get("CI_PROJECT_DIR", ""),
            profile=common.profile,
            parameters=common.parameters,
        )


def _kind(environ: Mapping[str, str]) -> PipelineKind:
    source = environ.get("CI_PIPELINE_SOURCE", "")
    if not source and not environ.get("CI_COMMIT_SHA") and environ.get("GITLAB_CI") != "true":
        return PipelineKind.LAPTOP
    # A child pipeline's source is always `parent_pipeline`, so the merge request's own variables decide.
    if source == "merge_request_event" or environ.get("CI_MERGE_REQUEST_IID"):
        return _EVENT_TYPES.get(environ.get("CI_MERGE_REQUEST_EVENT_TYPE", ""), PipelineKind.MERGE_REQUEST)
    if source == "schedule":
        return PipelineKind.SCHEDULE
    if source in _MANUAL_SOURCES:
        return PipelineKind.MANUAL
    if environ.get("CI_COMMIT_TAG"):
        return PipelineKind.TAG
    branch = environ.get("CI_COMMIT_BRANCH", "")
    is_default = bool(branch) and branch == environ.get("CI_DEFAULT_BRANCH")
    return PipelineKind.DEFAULT_BRANCH if is_default else PipelineKind.BRANCH


def _sha(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if value and not _SHA.fullmatch(value):
        raise UsageError(
            f"{name} is not a full commit SHA: {value[:80]!r}",
            "GitLab sets it in every job; unset it, or pass --base and --head, when you run this by hand",
        )
    return value
