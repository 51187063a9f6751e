"""Whether a model is approved, by the decisions about it and the time: decided from values alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.approval import moments
from mlgitlab.jobs.approval.decision import Answer, Decision


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


def standing(decisions: Sequence[Decision], environment: str, now: dt.datetime) -> Standing:
    """How the approvals of a model for an environment stand at a moment.

    The order in which a store lists records proves nothing: an approval counts unless a withdrawal names it, or is
    not older than it. Of several that count, the one that lasts longest does.
    """
    ours = [each for each in decisions if each.environment == environment]
    withdrawals = [each for each in ours if each.answer is not Answer.APPROVED]
    approvals = [each for each in ours if each.answer is Answer.APPROVED]
    given = [each for each in approvals if not any(_withdraws(other, each) for other in withdrawals)]
    if valid := [each for each in given if _moment(each.expires) > now]:
        return Standing(state=State.APPROVED, decision=max(valid, key=lambda each: (_moment(each.expires), each.name)))
    newest = max(
        given or ours, key=lambda each: (_moment(each.at), each.answer is not Answer.APPROVED, each.name), default=None
    )
    if newest is None:
        return Standing(state=State.NONE)
    return Standing(state=_ENDED[newest.answer], decision=newest)


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
