"""GitLab, as approvals ask it."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.adapters.gitlab_approvals import GitLabApprovals, agreed, whoever_runs
from mlgitlab.adapters.gitlab_releases import GitLabReleases
from mlgitlab.adapters.machine import SystemClock
from mlgitlab.errors import UsageError

__all__ = ["agreed", "clock", "gitlab", "releases", "whoever_runs"]


def gitlab(environ: Mapping[str, str]) -> GitLabApprovals | None:
    """The project's GitLab; None without a token in MLGITLAB_GITLAB_TOKEN, or outside a job."""
    token, url = environ.get("MLGITLAB_GITLAB_TOKEN", ""), environ.get("CI_SERVER_URL", "")
    project = environ.get("CI_PROJECT_ID", "")
    return GitLabApprovals(url=url, project=project, token=token) if token and url and project else None


def releases(environ: Mapping[str, str]) -> GitLabReleases:
    """The project's releases; UsageError outside a job."""
    url, project = environ.get("CI_SERVER_URL", ""), environ.get("CI_PROJECT_ID", "")
    token = environ.get("CI_JOB_TOKEN", "")
    if not (url and project and token):
        raise UsageError("a release is made in a GitLab job, by its own token", "run it in one")
    return GitLabReleases(url=url, project=project, job_token=token)


def clock() -> SystemClock:
    """The machine's clock."""
    return SystemClock()
