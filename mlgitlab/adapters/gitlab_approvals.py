"""What approvals ask of GitLab: who runs a job, who is in a group, what waits, and what became of a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from mlgitlab.adapters.gitlab import session
from mlgitlab.errors import UsageError
from mlgitlab.jobs.approval.sweeping import Agreed, Blocked, Waiting

_PAGE = 100
_MOST = 2000  # jobs or deployments that are looked at in one sweep
_MISSING = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabApprovals:
    """One project of one GitLab instance. `token` needs the scope `api` and the role Developer or more.

    Every method raises UsageError without the extra and for a token that GitLab refuses, WorldError where GitLab
    cannot be reached.
    """

    url: str
    project: str
    token: str = field(repr=False)

    def has(self, group: str, user: str) -> bool:
        """Whether a user is an active member: https://docs.gitlab.com/api/members/, inherited ones included."""
        from gitlab import GitlabError  # noqa: PLC0415 (an extra, and slow to import)

        with session(self.url, self.token, f"the members of the group {group}") as client:
            found = client.groups.get(group, lazy=True)
            try:
                return str(found.members_all.get(int(user)).state) == "active"
            except GitlabError as error:
                if error.response_code != _MISSING:
                    raise
            # 404 is also what GitLab says of a group that the token may not see.
            client.groups.get(group)
            return False

    def waiting(self) -> Iterator[Waiting]:
        """The jobs of all pipelines that wait for a person: https://docs.gitlab.com/api/jobs/#list-project-jobs."""
        with session(self.url, self.token, f"the waiting jobs of {self.project}") as client:
            jobs = client.projects.get(self.project, lazy=True).jobs
            for job in islice(jobs.list(scope=["manual"], iterator=True, per_page=_PAGE), _MOST):
                yield Waiting(id=job.id, name=str(job.name), since=str(job.created_at), url=str(job.web_url))

    def play(self, job: int, variables: dict[str, str]) -> None:
        """Start a job that waits: https://docs.gitlab.com/api/jobs/#run-a-job."""
        given = [{"key": name, "value": value} for name, value in variables.items()]
        with session(self.url, self.token, f"running job {job}") as client:
            project = client.projects.get(self.project, lazy=True)
            client.http_post(
                f"/projects/{project.encoded_id}/jobs/{job}/play", post_data={"job_variables_attributes": given}
            )

    def blocked(self) -> Iterator[Blocked]:
        """The deployments that wait for approvals (Premium): https://docs.gitlab.com/api/deployments/."""
        with session(self.url, self.token, f"the blocked deployments of {self.project}") as client:
            found = client.projects.get(self.project, lazy=True).deployments
            for one in islice(found.list(status="blocked", iterator=True, per_page=_PAGE), _MOST):
                yield Blocked(id=one.id, environment=str(one.environment["name"]), since=str(one.created_at))

    def reject(self, deployment: int, why: str) -> None:
        """Reject a deployment: https://docs.gitlab.com/api/deployments/#approve-or-reject-a-blocked-deployment."""
        with session(self.url, self.token, f"rejecting deployment {deployment}") as client:
            found = client.projects.get(self.project, lazy=True).deployments.get(deployment, lazy=True)
            found.approval("rejected", comment=why)


def whoever_runs(url: str, job_token: str) -> tuple[str, str]:
    """Login and number of the user whose job the token belongs to: https://docs.gitlab.com/api/jobs/#get-job-tokens-job.

    Raises as `GitLabApprovals` does.
    """
    with session(url, job_token, "whose job this is", of_job=True) as client:
        found = client.http_get("/job")
    user = found.get("user") if isinstance(found, dict) else None
    if not isinstance(user, dict) or not isinstance(user.get("username"), str):
        raise UsageError(f"GitLab at {url} does not say whose job this is")
    return user["username"], str(user.get("id", ""))


def agreed(url: str, job_token: str, project: str, environment: str, job: str) -> tuple[Agreed, ...]:
    """Who approved the deployment that a job makes (Premium); a job's own token may read that.

    https://docs.gitlab.com/api/deployments/#get-a-specific-deployment. Raises as `GitLabApprovals` does.
    """
    with session(url, job_token, f"the approvals of the deployment to {environment}", of_job=True) as client:
        found = client.projects.get(project, lazy=True).deployments
        newest = found.list(environment=environment, order_by="id", sort="desc", iterator=True, per_page=20)
        for one in islice(newest, _PAGE):
            if str((one.attributes.get("deployable") or {}).get("id", "")) != job:
                continue
            whole = found.get(one.id)
            return tuple(
                Agreed(
                    login=str(each["user"]["username"]),
                    user=str(each["user"]["id"]),
                    status=str(each["status"]),
                    at=str(each.get("created_at", "")),
                )
                for each in whole.attributes.get("approvals") or ()
            )
    return ()
