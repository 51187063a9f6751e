"""What GitLab demands of a request about runners, and how it shows one: see gitlab_runners_api.py for the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROLES = {"reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
TYPES = ("instance_type", "group_type", "project_type")
STATUSES = ("online", "offline", "stale", "never_contacted", "active", "paused")
ACCESS = ("not_protected", "ref_protected")
CREATION = {
    "runner_type": str,
    "group_id": int,
    "project_id": int,
    "description": str,
    "maintenance_note": str,
    "paused": bool,
    "locked": bool,
    "access_level": str,
    "run_untagged": bool,
    "tag_list": (str, list),
    "maximum_timeout": int,
}
CHANGE = {key: kind for key, kind in {**CREATION, "active": bool}.items() if not key.endswith(("_id", "runner_type"))}
_INSUFFICIENT = {
    "error": "insufficient_scope",
    "error_description": "The request requires higher privileges than provided by the access token.",
}


@dataclass
class User:
    """Whoever a token belongs to: its scopes, and their roles by full path of a project or group."""

    scopes: frozenset[str]
    admin: bool = False
    roles: dict[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 (it is an answer)
    def __init__(self, status: int, body: Mapping[str, object]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def refuse(status: int, message: object) -> Refused:
    return Refused(status, {"message": message})


def need(user: User, *scopes: str) -> None:
    if not user.scopes.intersection(scopes):
        raise Refused(403, {**_INSUFFICIENT, "scope": " ".join(scopes)})


def find(places: Mapping[int, str], given: str, user: User, what: str) -> tuple[int, str]:
    for number, path in places.items():
        if given in (str(number), path) and (user.admin or path in user.roles):
            return number, path
    raise refuse(404, f"404 {what} Not Found")


def checked(body: Any, kinds: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(body or {})
    for key, value in given.items():
        if key not in kinds:
            raise AssertionError(f"GitLab knows no {key!r} here")
        kind = kinds[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise Refused(400, {"error": f"{key} is invalid"})
    for key, values in (("runner_type", TYPES), ("access_level", ACCESS)):
        if given.get(key, values[0]) not in values:
            raise Refused(400, {"error": f"{key} does not have a valid value"})
    if isinstance(given.get("tag_list"), str):
        given["tag_list"] = [tag.strip() for tag in given["tag_list"].split(",") if tag.strip()]
    return given


def validate(given: Mapping[str, Any], *, tags: list[str], untagged: bool) -> None:
    if given.get("maximum_timeout") is not None and given["maximum_timeout"] < 600:
        raise refuse(400, {"maximum_timeout": ["needs to be at least 10 minutes"]})
    if len(given.get("maintenance_note") or "") > 1024:
        raise refuse(400, {"maintenance_note": ["is too long (maximum is 1024 characters)"]})
    if not tags and not untagged:
        raise refuse(400, {"tags_list": ["can not be empty when runner is not allowed to pick untagged jobs"]})


def matches(runner: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    if query.get("type", TYPES[0]) not in TYPES or query.get("status", STATUSES[0]) not in STATUSES:
        raise Refused(400, {"error": "status does not have a valid value"})
    wanted = {
        "type": runner["runner_type"],
        "status": status(runner),
        "paused": str(runner["paused"]).lower(),
    }
    if any(key in query and query[key] != value for key, value in wanted.items()):
        return False
    return set(filter(None, query.get("tag_list", "").split(","))) <= set(runner["tag_list"])


def status(runner: Mapping[str, Any]) -> str:
    if runner["stale"]:
        return "stale"
    if runner["contacted_at"] is None:
        return "never_contacted"
    return "paused" if runner["paused"] else "online" if runner["online"] else "offline"


def summary(runner: Mapping[str, Any]) -> dict[str, Any]:
    """Entities::Ci::Runner."""
    return {
        **{key: runner[key] for key in ("id", "description", "ip_address", "paused", "runner_type", "name", "online")},
        "active": not runner["paused"],
        "is_shared": runner["runner_type"] == "instance_type",
        "status": status(runner),
        "job_execution_status": "idle",
    }


def details(runner: Mapping[str, Any]) -> dict[str, Any]:
    """Entities::Ci::RunnerDetails."""
    keys = (
        "tag_list run_untagged locked maximum_timeout access_level version revision platform architecture "
        "contacted_at maintenance_note"
    )
    return {**summary(runner), **{key: runner[key] for key in keys.split()}, "projects": [], "groups": []}
