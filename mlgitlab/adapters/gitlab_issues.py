"""Issues of a GitLab project, through python-gitlab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlgitlab.adapters.gitlab import refused
from mlgitlab.errors import UsageError, WorldError


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

        UsageError without the extra, or for a token that GitLab refuses; WorldError where it cannot be reached.
        """
        try:
            import gitlab  # noqa: PLC0415 (an extra, and slow to import)
            from requests import RequestException  # noqa: PLC0415
        except ImportError:
            raise UsageError("opening an issue needs python-gitlab", "pip install 'mlgitlab[gitlab]'") from None
        wanted = {
            "title": title,
            "description": text,
            "labels": list(self.labels),
            "confidential": self.confidential,
        }
        try:
            client = gitlab.Gitlab(self.url, private_token=self.token, timeout=30)
            return str(client.projects.get(self.project, lazy=True).issues.create(wanted).web_url)
        except gitlab.GitlabError as error:
            raise refused(error.response_code, self.url, f"a new issue in {self.project}") from None
        except RequestException as error:
            raise WorldError(f"cannot reach {self.url}: {type(error).__name__}") from None
