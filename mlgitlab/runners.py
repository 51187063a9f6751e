"""What GitLab knows of a runner, and what it is told of one.

Fields and their values: https://docs.gitlab.com/api/runners/ and, for what is sent on creation,
https://docs.gitlab.com/api/users/#create-a-runner-linked-to-a-user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

LEAST_TIMEOUT = 600  # seconds: GitLab refuses a smaller `maximum_timeout`
LONGEST_NOTE = 1024  # characters of `maintenance_note`


class RunnerType(StrEnum):
    """Whose jobs a runner may take."""

    INSTANCE = "instance_type"
    GROUP = "group_type"
    PROJECT = "project_type"


class RunnerStatus(StrEnum):
    """What GitLab makes of a runner's last contact. REST says `paused` here, too, for one that is not stale."""

    ONLINE = "online"
    OFFLINE = "offline"
    STALE = "stale"
    NEVER_CONTACTED = "never_contacted"
    PAUSED = "paused"


class AccessLevel(StrEnum):
    """Which refs' jobs a runner takes: all, or those of protected branches and tags alone."""

    NOT_PROTECTED = "not_protected"
    REF_PROTECTED = "ref_protected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A runner as GitLab shows it.

    tags: sorted. maximum_timeout: seconds; None for none. detailed: whether GitLab showed the details at all: who may
    list a runner of a group above may not always look at it, and then `tags` holds those that the list was asked for,
    and `access`, `maximum_timeout`, `run_untagged` and `locked` are not known, whatever they say.
    """

    id: int
    description: str
    type: RunnerType
    status: RunnerStatus
    online: bool
    paused: bool
    tags: tuple[str, ...] = ()
    access: AccessLevel = AccessLevel.NOT_PROTECTED
    maximum_timeout: int | None = None
    run_untagged: bool = False
    locked: bool = False
    version: str = ""
    contacted: str = ""
    note: str = ""
    detailed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose runner it is. `place`: the number or the full path of the project or group; empty for the instance."""

    type: RunnerType
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be said of a runner when it is created, and changed later. `maximum_timeout`: seconds, None for none."""

    description: str
    tags: tuple[str, ...]
    run_untagged: bool = False
    locked: bool = True
    access: AccessLevel = AccessLevel.NOT_PROTECTED
    maximum_timeout: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A runner's number and its authentication token (`glrt-...`), which GitLab shows once.

    The token is no part of the value's text, so that no message can hold it by accident. expires: date and time as in
    2030-01-31T12:00:00.000Z, empty for never.
    """

    id: int
    secret: str
    expires: str = ""

    def __repr__(self) -> str:
        return f"Token(id={self.id}, secret='[masked]', expires={self.expires!r})"


class RunnerList(Protocol):
    """Asks GitLab which runners there are."""

    def visible(self, owner: Owner, tags: Sequence[str] = ()) -> tuple[Runner, ...]:
        """The runners that may take jobs of the project or group, sorted by number; with `tags`, those that have all.

        For the instance: all runners, for administrators only. Raises UsageError where GitLab refuses, WorldError
        where it cannot be reached.
        """
        ...


class RunnerApi(RunnerList, Protocol):
    """What GitLab does with runners. Everything raises as `visible` does."""

    def get(self, number: int) -> Runner | None:
        """One runner; None where GitLab knows of none, or may not say so."""
        ...

    def create(self, owner: Owner, settings: Settings) -> Token:
        """Create a runner."""
        ...

    def update(self, number: int, settings: Settings) -> Runner:
        """Change a runner's settings."""
        ...

    def pause(self, number: int, paused: bool) -> Runner:
        """Let a runner take no jobs, or take them again."""
        ...

    def delete(self, number: int) -> None:
        """Delete a runner; one that is gone already is no fault."""
        ...

    def rotate(self, number: int) -> Token:
        """Make a new authentication token; the old one is worth nothing from then on."""
        ...
