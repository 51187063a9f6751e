"""What waits in GitLab for an approval longer than it may: decided from what GitLab lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.errors import MlgitlabError
from mlgitlab.jobs.approval import moments

# The variable by which a waiting job is told to reject instead of to approve.
DECISION = "MLGITLAB_DECISION"
REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job that waits for somebody to play it. `since`: when it was made, as GitLab writes it."""

    id: int
    name: str
    since: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A deployment that waits for approvals, to an environment as GitLab names it."""

    id: int
    environment: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What one person said of a deployment in GitLab: `approved` or `rejected`."""

    login: str
    user: str
    status: str
    at: str


class Waiters(Protocol):
    """GitLab, as a sweep asks it; raises as `adapters.gitlab_approvals` does."""

    def waiting(self) -> Iterator[Waiting]:
        """The jobs that wait."""
        ...

    def play(self, job: int, variables: dict[str, str]) -> None:
        """Start one, with these variables."""
        ...

    def blocked(self) -> Iterator[Blocked]:
        """The deployments that wait."""
        ...

    def reject(self, deployment: int, why: str) -> None:
        """Reject one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What a sweep found too old: approve jobs by their names, deployments by their environments."""

    jobs: tuple[Waiting, ...]
    deployments: tuple[Blocked, ...]


def late(
    waiting: Iterable[Waiting],
    blocked: Iterable[Blocked],
    jobs: Mapping[str, float],
    environments: Mapping[str, float],
    now: dt.datetime,
) -> Late:
    """Those that wait longer than the seconds that are given for their names; others are none of ours."""
    return Late(
        jobs=tuple(each for each in waiting if _is_late(each.since, jobs.get(each.name), now)),
        deployments=tuple(each for each in blocked if _is_late(each.since, environments.get(each.environment), now)),
    )


def _is_late(since: str, limit: float | None, now: dt.datetime) -> bool:
    began = moments.read(since)
    return limit is not None and began is not None and (now - began).total_seconds() > limit


def sweep(gitlab: Waiters, found: Late) -> tuple[str, ...]:
    """End what waits too long: what GitLab said where it refused, and the others are ended all the same.

    GitLab cannot cancel a job that waits for a person. It is played instead, and told to reject: then it fails, and
    with it the pipeline ends.
    """
    refused = []
    for job in found.jobs:
        try:
            gitlab.play(job.id, {DECISION: REJECT})
        except MlgitlabError as error:
            refused.append(f"{job.name}: {error.message}")
    for deployment in found.deployments:
        try:
            gitlab.reject(deployment.id, "mlgitlab: nobody approved it in time")
        except MlgitlabError as error:
            refused.append(f"{deployment.environment}: {error.message}")
    return tuple(refused)
