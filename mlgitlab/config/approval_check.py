"""Approvals and environments that GitLab would refuse, or that nobody could ever give or enter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.config.approval import Approval
from mlgitlab.config.faults import Finding
from mlgitlab.config.promotion import DeploymentTier, GitLabEnvironment
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted, suggestion

# https://docs.gitlab.com/ci/yaml/#start_in: a delayed job, which records the rejection, starts within a week.
LONGEST = 7 * 86400
_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")
_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
# https://docs.gitlab.com/ci/yaml/#environmentname, without `$` and braces: a variable would be expanded.
ENVIRONMENT = re.compile(r"[A-Za-z0-9_.-]([A-Za-z0-9 _./-]*[A-Za-z0-9_.-])?")
LONGEST_ENVIRONMENT = 255


def check(config: Config) -> Iterator[Finding]:
    """Everything wrong with approvals, and with the environments as GitLab has them."""
    taken: dict[str, str] = {}
    for model, parts in config.models.items():
        if parts.approval:
            yield from _approval(f"models.{model}.approval", parts.approval, [*parts.deploy])
        for environment, deployment in parts.deploy.items():
            if found := deployment.gitlab:
                path = f"models.{model}.deploy.{environment}.gitlab"
                yield from _environment(path, found, environment)
                if found.name:
                    first = taken.setdefault(found.name, path)
                    if first != path:
                        what = f"{quoted(found.name)} is the environment of `{first}`, too"
                        hint = "GitLab would take one model's deployment for the successor of another's"
                        yield Finding(path=f"{path}.name", what=what, hint=hint)


def _approval(path: str, found: Approval, environments: list[str]) -> Iterator[Finding]:
    for index, login in enumerate(found.users):
        if not _LOGIN.fullmatch(login):
            yield Finding(path=f"{path}.users[{index}]", what=f"{quoted(login)} is no login", hint="without `@`")
    for index, group in enumerate(found.groups):
        if not _GROUP.fullmatch(group):
            yield Finding(path=f"{path}.groups[{index}]", what=f"{quoted(group)} is no path of a group")
    yield from _places(path, found, environments)
    yield from _times(path, found)


def _places(path: str, found: Approval, environments: list[str]) -> Iterator[Finding]:
    if not environments:
        hint = "describe where it is deployed below `deploy`"
        yield Finding(path=path, what="the model is deployed nowhere", hint=hint, absent=(_sibling(path, "deploy"),))
    for index, environment in enumerate(found.environments if environments else ()):
        if environment not in environments:
            hint = suggestion(environment, environments, "`deploy` has")
            what = f"there is no environment {quoted(environment)}"
            yield Finding(path=f"{path}.environments[{index}]", what=what, hint=hint)


def _times(path: str, found: Approval) -> Iterator[Finding]:
    if not 0 < found.within.seconds <= LONGEST:
        hint = "GitLab's delayed jobs start within a week"
        yield Finding(path=f"{path}.within", what=f"{found.within} is none, or more than a week", hint=hint)
    for key, duration in (("expires", found.expires), ("verdict_age", found.verdict_age)):
        if duration.seconds <= 0:
            yield Finding(path=f"{path}.{key}", what="nothing could be deployed in no time")


def _environment(path: str, found: GitLabEnvironment, environment: str) -> Iterator[Finding]:
    if found.name is not None and (
        not ENVIRONMENT.fullmatch(found.name) or "//" in found.name or len(found.name) > LONGEST_ENVIRONMENT
    ):
        hint = "letters, digits, spaces, `-`, `_`, `.` and `/`, at most 255"
        yield Finding(path=f"{path}.name", what=f"{quoted(found.name)} is no name of an environment", hint=hint)
    if found.url is not None and not found.url.startswith(("https://", "http://")):
        yield Finding(path=f"{path}.url", what=f"{quoted(found.url)} is no address", hint="https://...")
    if found.auto_stop_in and not found.stop:
        what = "GitLab would stop the environment, and nothing would stop the model"
        yield Finding(path=f"{path}.auto_stop_in", what=what, hint="say how with `stop`", absent=(f"{path}.stop",))
    if found.stop and tier_of(environment, found) is DeploymentTier.PRODUCTION:
        what = "a production environment that a click ends"
        hint = "`mlgitlab deploy rollback` takes a model back"
        yield Finding(path=f"{path}.stop", what=what, hint=hint)


def tier_of(environment: str, found: GitLabEnvironment | None) -> DeploymentTier:
    """The tier of an environment: as configured, else by its key."""
    if found and found.tier:
        return found.tier
    return _BY_KEY.get(environment.lower(), DeploymentTier.OTHER)


_BY_KEY = {
    **{str(tier): tier for tier in DeploymentTier},
    "dev": DeploymentTier.DEVELOPMENT,
    "test": DeploymentTier.TESTING,
    "prod": DeploymentTier.PRODUCTION,
    "stage": DeploymentTier.STAGING,
}


def _sibling(path: str, key: str) -> str:
    return f"{path.rpartition('.')[0]}.{key}"
