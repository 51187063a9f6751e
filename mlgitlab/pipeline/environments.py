"""GitLab's rules for jobs that wait, and for environments: https://docs.gitlab.com/ci/yaml/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlgitlab.config.approval_check import LONGEST, LONGEST_ENVIRONMENT
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import Problem
from mlgitlab.pipeline.nouns import Job, Pipeline

_ACTIONS = frozenset({"start", "prepare", "stop", "verify", "access"})
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_/.${} -]+")
_GROUP = re.compile(r"[A-Za-z0-9_.${} -]+(/[A-Za-z0-9_.${} -]+)*")


def problems(pipeline: Pipeline) -> Iterator[Problem]:
    """Everything that GitLab would refuse, or that would leave an environment that nobody can stop."""
    jobs = {job.name: job for job in pipeline.jobs}
    for job in pipeline.jobs:
        for what in (*_waiting(job), *_environment(job, jobs), *_group(job)):
            yield Problem(where=f"job {job.name}", what=what)


def _waiting(job: Job) -> Iterator[str]:
    when, start = job.body.get("when"), job.body.get("start_in")
    if (when == "delayed") != (start is not None):
        yield "`when: delayed` and `start_in` belong together"
    if start is not None:
        try:
            seconds = Duration.parse(str(start)).seconds
        except ValueError:
            seconds = 0
        if not 0 < seconds <= LONGEST:
            yield f"start_in {start!r}: GitLab allows 1 second to 1 week"
    if "manual_confirmation" in job.body and when != "manual":
        yield "`manual_confirmation` needs `when: manual`"


def _environment(job: Job, jobs: Mapping[str, Job]) -> Iterator[str]:
    found = job.body.get("environment")
    if not isinstance(found, Mapping):
        return
    name, stop = found.get("name"), found.get("on_stop")
    if not isinstance(name, str) or not _ENVIRONMENT.fullmatch(name) or len(name) > LONGEST_ENVIRONMENT:
        yield f"GitLab allows no environment of the name {name!r}"
    if found.get("action", "start") not in _ACTIONS:
        yield f"environment:action {found.get('action')!r} is none"
    if stop is None:
        return
    other = jobs[stop].body.get("environment") if stop in jobs else None
    if not isinstance(other, Mapping) or other.get("action") != "stop" or other.get("name") != name:
        yield f"on_stop {stop!r} is no job that stops {name!r}"


def _group(job: Job) -> Iterator[str]:
    group = job.body.get("resource_group")
    if group is not None and not (isinstance(group, str) and _GROUP.fullmatch(group)):
        yield f"GitLab allows no resource group of the name {group!r}"
