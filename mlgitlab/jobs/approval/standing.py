"""Whether a model is approved, by the decisions about it and the time: decided from values alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.approval import moments
from mlgitlab.jobs.approval.decision import Answer, Decision

# Jobs run on several machines, whose clocks agree about so much.
SKEW = dt.timedelta(minutes=5)


class State(StrEnum):
    """How an approval stands."""

    NONE = "none"
    APPROVED = "approved"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands, and the decision that makes it so; none where nobody decided."""

    state: State
    decision: Decision | None = None


def standing(decisions: Sequence[Decision], environment: str, now: dt.datetime, longest: float = 0) -> Standing:
    """How the approvals of a model for an environment stand at a moment.

    The order in which a store lists records proves nothing: an approval counts unless a withdrawal names it, or is
    not older than it. Of several that count, the one that lasts longest does. One that is dated later than `now`, by
    more than clocks differ, counts for nothing. longest: seconds that an approval lasts at most, whatever it says; 0
    for no such limit.
    """
    ours = [each for each in decisions if each.environment == environment]
    withdrawals = [each for each in ours if each.answer is not Answer.APPROVED]
    given = [
        each
        for each in ours
        if each.answer is Answer.APPROVED
        and _moment(each.at) <= now + SKEW
        and not any(_withdraws(other, each) for other in withdrawals)
    ]
    lasting = {each.name: _end(each, longest) for each in given}
    if valid := [each for each in given if lasting[each.name] > now]:
        return Standing(state=State.APPROVED, decision=max(valid, key=lambda each: (lasting[each.name], each.name)))
    newest = max(given or withdrawals, key=lambda each: (_moment(each.at), each.name), default=None)
    return Standing(state=_ENDED[newest.answer], decision=newest) if newest else Standing(state=State.NONE)


def _end(approval: Decision, longest: float) -> dt.datetime:
    end = _moment(approval.expires)
    return min(end, _moment(approval.at) + dt.timedelta(seconds=longest)) if longest else end


_ENDED = {
    Answer.APPROVED: State.EXPIRED,
    Answer.REJECTED: State.REJECTED,
    Answer.REVOKED: State.REVOKED,
}


def _withdraws(withdrawal: Decision, approval: Decision) -> bool:
    return approval.name in withdrawal.withdraws or _moment(withdrawal.at) >= _moment(approval.at)


def _moment(written: str) -> dt.datetime:
    found = moments.read(written)
    assert found  # a decision that was read has it
    return found
