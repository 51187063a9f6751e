"""GitLab, as approvals ask it."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.adapters.gitlab_approvals import GitLabApprovals, agreed, whoever_runs
from mlgitlab.adapters.machine import SystemClock

__all__ = ["agreed", "clock", "gitlab", "whoever_runs"]


def gitlab(environ: Mapping[str, str]) -> GitLabApprovals | None:
    """The project's GitLab; None without a token in MLGITLAB_GITLAB_TOKEN, or outside a job."""
    token, url = environ.get("MLGITLAB_GITLAB_TOKEN", ""), environ.get("CI_SERVER_URL", "")
    project = environ.get("CI_PROJECT_ID", "")
    return GitLabApprovals(url=url, project=project, token=token) if token and url and project else None


def clock() -> SystemClock:
    """The machine's clock."""
    return SystemClock()
