"""Opens GitLab's list of runners."""

from __future__ import annotations

from mlgitlab.errors import UsageError
from mlgitlab.runners import RunnerList

# Seconds that GitLab may ask a pipeline to wait for its limit of requests; for more, the plan goes on unchecked.
_PATIENCE = 5.0


def runner_list(url: str, token: str) -> RunnerList:
    """The runners of an instance; UsageError without the extra."""
    try:
        from mlgitlab.adapters.gitlab_runners import GitLabRunners  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        raise UsageError("GitLab's runners need python-gitlab", "pip install 'mlgitlab[gitlab]'") from None
    return GitLabRunners(url, token, patience=_PATIENCE)
