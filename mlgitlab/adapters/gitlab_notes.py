"""One note of a merge request, written once and edited in place from then on: https://docs.gitlab.com/api/notes/."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mlgitlab.adapters.gitlab import session
from mlgitlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAGE = 100  # the most that GitLab gives at once
# A verdict does not wait for GitLab to have time: the job's log has it, too.
_AT_ONCE = {"obey_rate_limit": False}


class Written(StrEnum):
    """What became of the note."""

    CREATED = "written"
    EDITED = "edited"
    KEPT = "left as it was"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRequest:
    """Where: the instance's address, the project's path or number, and the merge request's number in it."""

    url: str
    project: str
    number: int

    def __str__(self) -> str:
        return f"!{self.number} of {self.project}"


def write(place: MergeRequest, token: str, text: str, marker: str) -> Written:
    """Edit the token's user's note that starts with the marker's line, or write one; the text starts with that line.

    Notes of others are left alone, whatever they start with. Raises as `session` does.
    """
    if text.partition("\n")[0] != marker:
        raise UsageError("a note must start with its marker", "this is a fault in mlgitlab; please report it")
    with session(place.url, token, f"the notes of {place}") as client:
        user = _number(client.http_get("/user", obey_rate_limit=False))
        notes = client.projects.get(place.project, lazy=True).mergerequests.get(place.number, lazy=True).notes
        listed = notes.list(iterator=True, per_page=_PAGE, sort="asc", order_by="created_at", **_AT_ONCE)
        found = _ours(listed, user, marker)
        if found is None:
            notes.create({"body": text}, **_AT_ONCE)
            return Written.CREATED
        if found.body.strip() == text.strip():
            return Written.KEPT
        found.body = text
        found.save(**_AT_ONCE)
        return Written.EDITED


def _number(user: object) -> int | None:
    found = user.get("id") if isinstance(user, dict) else None
    return found if isinstance(found, int) else None


def _ours(notes: Iterable[Any], user: int | None, marker: str) -> Any:  # noqa: ANN401 (python-gitlab's objects)
    """The oldest of them that is ours: what runs at the same time finds the same one."""
    for note in notes:
        mine = user is not None and note.author["id"] == user and not note.system
        if mine and note.body.partition("\n")[0].strip() == marker:
            return note
    return None
