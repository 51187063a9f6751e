"""Releases of a GitLab project, made by a job with its own token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlgitlab.adapters.gitlab import session
from mlgitlab.jobs.approval.release import Release

_CONFLICT = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabReleases:
    """The releases of one project. A job's token may make them: https://docs.gitlab.com/ci/jobs/ci_job_token/."""

    url: str
    project: str
    job_token: str = field(repr=False)

    def make(self, release: Release, commit: str) -> bool:
        """Make a release, and the tag where there is none; False where it is there already.

        https://docs.gitlab.com/api/releases/#create-a-release. Raises as `session` does.
        """
        from gitlab import GitlabError  # noqa: PLC0415 (an extra, and slow to import)

        wanted = {
            "tag_name": release.tag,
            "ref": commit,
            "name": release.name,
            "description": release.description,
            "assets": {"links": _links(release.links)},
        }
        with session(self.url, self.job_token, f"a new release of {self.project}", of_job=True) as client:
            try:
                client.projects.get(self.project, lazy=True).releases.create(wanted)
            except GitlabError as error:
                if error.response_code != _CONFLICT:
                    raise
                return False
        return True


def _links(links: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "url": url, "link_type": "other"} for name, url in links]
