"""Jobs, members, deployments and releases of a small GitLab that keeps what it is told, for `tests.gitlab_api`.

Behaviour: https://docs.gitlab.com/api/jobs/, https://docs.gitlab.com/api/members/,
https://docs.gitlab.com/api/deployments/ and https://docs.gitlab.com/api/releases/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

JOB_TOKEN = "glcbt-secret-of-the-job"
_PLAY = re.compile(r"/api/v4/projects/([^/]+)/jobs/(\d+)/play")
_JOBS = re.compile(r"/api/v4/projects/([^/]+)/jobs")
_MEMBER = re.compile(r"/api/v4/groups/([^/]+)/members/all/(\d+)")
_GROUP = re.compile(r"/api/v4/groups/([^/]+)")
_DEPLOYMENTS = re.compile(r"/api/v4/projects/([^/]+)/deployments(?:/(\d+)(/approval)?)?")

_RELEASES = re.compile(r"/api/v4/projects/([^/]+)/releases")

Answer = tuple[int, object, dict[str, str]]


@dataclass
class Promotions:
    """`waiting` jobs by number, members of groups by path, deployments by number; `played` is what was started.

    `runs` is the user of the job whose token is used.
    """

    project: str = "group/project"
    runs: Mapping[str, Any] = field(default_factory=lambda: {"id": 17, "username": "grace"})
    waiting: dict[int, dict[str, Any]] = field(default_factory=dict)
    played: dict[int, list[Any]] = field(default_factory=dict)
    members: dict[str, dict[int, str]] = field(default_factory=dict)
    deployments: dict[int, dict[str, Any]] = field(default_factory=dict)
    unplayable: set[int] = field(default_factory=set)
    releases: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def wait(self, number: int, name: str, since: str) -> None:
        """Let a job wait for a person."""
        self.waiting[number] = {"id": number, "name": name, "status": "manual", "created_at": since, "web_url": "u"}

    def deploy(self, number: int, environment: str, since: str, job: int, status: str = "blocked") -> dict[str, Any]:
        """Make a deployment of a job."""
        self.deployments[number] = {
            "id": number,
            "status": status,
            "created_at": since,
            "environment": {"id": 1, "name": environment},
            "deployable": {"id": job},
            "approvals": [],
        }
        return self.deployments[number]

    def answer(self, method: str, path: str, query: str, body: Mapping[str, Any], *, of_job: bool) -> Answer | None:  # noqa: PLR0911 (one for each question)
        """The answer to one request; None where it asks for something else."""
        if (method, path) == ("GET", "/api/v4/job"):
            return (200, {"id": 4, "user": self.runs}, {}) if of_job else (404, {"message": "404 Not found"}, {})
        if _RELEASES.fullmatch(path) and method == "POST":
            return self._release(body)
        if found := _DEPLOYMENTS.fullmatch(path):
            return self._deployment(method, found[2], query, body, of_job=of_job)
        if of_job:
            return 401, {"message": "401 Unauthorized"}, {}
        if found := _PLAY.fullmatch(path):
            return self._play(int(found[2]), body)
        if _JOBS.fullmatch(path):
            return 200, [job for job in self.waiting.values() if job["status"] in parse_qs(query)["scope[]"]], {}
        if found := _MEMBER.fullmatch(path):
            state = self.members.get(unquote(found[1]), {}).get(int(found[2]))
            return (200, {"id": int(found[2]), "state": state}, {}) if state else (404, {"message": "404"}, {})
        if found := _GROUP.fullmatch(path):
            known = unquote(found[1]) in self.members
            return (200, {"id": 1, "full_path": unquote(found[1])}, {}) if known else (404, {"message": "404"}, {})
        return None

    def _release(self, body: Mapping[str, Any]) -> Answer:
        addresses = [link["url"] for link in body["assets"]["links"]]
        if len({*addresses}) < len(addresses):
            return 400, {"message": "Links have duplicate values (url)"}, {}
        if body["tag_name"] in self.releases:
            return 409, {"message": "Release already exists"}, {}
        self.releases[body["tag_name"]] = body
        return 201, body, {}

    def _play(self, number: int, body: Mapping[str, Any]) -> Answer:
        job = self.waiting.get(number)
        if job is None or job["status"] != "manual" or number in self.unplayable:
            return 400, {"message": "Unplayable Job"}, {}
        job["status"] = "pending"
        self.played[number] = body.get("job_variables_attributes", [])
        return 200, job, {}

    def _deployment(
        self, method: str, number: str | None, query: str, body: Mapping[str, Any], *, of_job: bool
    ) -> Answer:
        if number is None:
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            found = [
                each
                for each in sorted(self.deployments.values(), key=lambda each: -each["id"])
                if asked.get("status", each["status"]) == each["status"]
                and asked.get("environment", each["environment"]["name"]) == each["environment"]["name"]
            ]
            # The list does not say who approved: only a single deployment does.
            return 200, [{name: each[name] for name in each if name != "approvals"} for each in found], {}
        deployment = self.deployments.get(int(number))
        if deployment is None:
            return 404, {"message": "404 Deployment Not Found"}, {}
        if method == "POST":
            if of_job or deployment["status"] != "blocked":
                return 400, {"message": "This deployment job is not waiting for approvals."}, {}
            user = {"id": 71, "username": "project_1_bot"}
            deployment["approvals"].append({"user": user, **body})
            deployment["status"] = "failed" if body["status"] == "rejected" else "blocked"
            return 201, deployment["approvals"][-1], {}
        return 200, deployment, {}
