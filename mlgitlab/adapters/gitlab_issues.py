"""Issues of a GitLab project, through python-gitlab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlgitlab.adapters.gitlab import session


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabIssues:
    """The issues of one project. `token` needs the scope `api` and the role Planner or more."""

    url: str
    project: str
    token: str = field(repr=False)
    labels: Sequence[str] = ()
    confidential: bool = True

    def open(self, title: str, text: str) -> str:
        """Open an issue, and return its URL: https://docs.gitlab.com/api/issues/#new-issue.

        Raises as `session` does.
        """
        wanted = {
            "title": title,
            "description": text,
            "labels": list(self.labels),
            "confidential": self.confidential,
        }
        with session(self.url, self.token, f"a new issue in {self.project}") as client:
            return str(client.projects.get(self.project, lazy=True).issues.create(wanted).web_url)
