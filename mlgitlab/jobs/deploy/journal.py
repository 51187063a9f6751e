"""What happened to the deployments of one model in one environment: a list in the store that only grows.

Whoever appends has the lease: nobody else may act until it runs out. An entry is appended before the world is changed,
and only after the last one that its author has read; who was overtaken finds out before doing harm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.target import Traffic
from mlgitlab.store import digests, documents, keys, log
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.documents import WrongError


class Kind(StrEnum):
    """What an entry says."""

    BEGUN = "begun"
    TAKEN = "taken"  # somebody goes on where another left off
    KEPT = "kept"  # whoever has the lease still works
    PLACING = "placing"  # the model is about to be loaded
    PLACED = "placed"
    TESTED = "tested"
    ROUTING = "routing"  # the traffic is about to be changed
    ROUTED = "routed"
    PASSED = "passed"  # a step is judged
    HELD = "held"  # it waits for a person
    SETTLING = "settling"  # the pointer is about to be moved
    SETTLED = "settled"  # the candidate is the model of the environment
    SHADOWED = "shadowed"  # a shadow has shown what it should; nothing else has changed
    WATCHED = "watched"  # judged after the switch, and good
    FAILED = "failed"  # from here on it goes back
    REVERTED = "reverted"
    RETIRED = "retired"  # what was kept ready for the way back is stopped
    RECORDED = "recorded"  # requests were kept for a replay
    INCIDENT = "incident"  # an issue was opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened.

    `deployment` is the number of the entry that began it, 0 in that entry itself. `at` is when, and `until` until when
    `owner` has the lease, in UTC as ISO 8601 with milliseconds; an empty `until` gives it back. `by` is a person's
    login. `plan` is the SHA-256 of all that was decided in advance; `pointer` the number of a move of the pointer: the
    last one before in `begun`, the own one in `settled` and `reverted`. `step` counts from 0. `facts` are judgements.
    """

    kind: Kind
    deployment: int = 0
    at: str
    by: str = ""
    owner: str
    until: str = ""
    candidate: str
    before: str = ""
    strategy: str = ""
    plan: str = ""
    pointer: int = 0
    step: int = 0
    traffic: Traffic | None = None
    why: str = ""
    facts: tuple[Mapping[str, object], ...] = field(default=())

    @property
    def moment(self) -> float:
        """`at` in seconds since 1970."""
        return seconds(self.at)

    @property
    def content(self) -> bytes:
        """The bytes that are stored; ValueError for a fact that JSON does not know."""
        return documents.canonical({"format": documents.FORMAT, **asdict(self)})


_KINDS: Mapping[str, type] = {
    "format": int, "kind": str, "deployment": int, "at": str, "by": str, "owner": str, "until": str, "candidate": str,
    "before": str, "strategy": str, "plan": str, "pointer": int, "step": int, "why": str, "facts": list,
}  # fmt: skip


def text(moment: float) -> str:
    """Seconds since 1970 as an entry has them."""
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def seconds(text: str) -> float:
    """The moment that such a text is; 0 for an empty one."""
    return dt.datetime.fromisoformat(text).timestamp() if text else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The journal of one model in one environment."""

    bucket: Bucket
    model: str
    environment: str

    @property
    def prefix(self) -> str:
        """Where its entries lie."""
        return keys.deployments(self.model, self.environment)

    def entries(self) -> tuple[tuple[int, Entry], ...]:
        """All entries with their numbers, the oldest first; RefusedError for one that was not written here."""
        return tuple((number, self._read(number, content)) for number, content in log.entries(self.bucket, self.prefix))

    def append(self, seen: int, entry: Entry) -> bool:
        """Write the entry after the `seen`-th; False where somebody else has written one."""
        return log.append(self.bucket, self.prefix, seen, entry.content)

    def _read(self, number: int, content: bytes) -> Entry:
        try:
            return _read(documents.read(content))
        except WrongError as error:
            what = f"{self.prefix}{keys.numbered(number)} in {self.bucket.address}: {error}"
            raise RefusedError(what, "somebody or something other than mlgitlab wrote to the store") from None


def _read(found: dict[str, Any]) -> Entry:
    documents.versioned(found)
    traffic = found.pop("traffic", None)
    documents.fields(found, _KINDS)
    if found["kind"] not in list(Kind):
        raise WrongError(f"{found['kind']!r} is no kind of entry")
    if not digests.is_digest(found["candidate"]) or not (not found["before"] or digests.is_digest(found["before"])):
        raise WrongError("'candidate' or 'before' is no digest")
    try:
        seconds(found["at"]), seconds(found["until"])
        found["traffic"] = Traffic(**traffic) if isinstance(traffic, dict) else None
    except (TypeError, ValueError):
        raise WrongError("a time or the traffic cannot be read") from None
    found["facts"] = tuple(found["facts"])
    del found["format"]
    return Entry(**{**found, "kind": Kind(found["kind"])})
