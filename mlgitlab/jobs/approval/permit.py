"""What a deployment asks: whether exactly this model is approved for that environment, by the verdict that counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.config.approval import Approval
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.approval import evidence
from mlgitlab.jobs.approval.approver import doubt
from mlgitlab.jobs.approval.decision import Decision
from mlgitlab.jobs.approval.standing import State, standing
from mlgitlab.store import digests
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPermit:
    """A permit for `deploy`: refuses where the configuration wants an approval and there is none that counts.

    `at`: when the deployment's process began. An approval that expires while traffic moves does not turn it back;
    one that is revoked does, since the store is read at every check.
    """

    store: Store
    settings: Mapping[str, Approval]  # by model
    at: dt.datetime

    def check(self, model: str, digest: str, environment: str) -> None:
        """RefusedError, which says why."""
        settings = self.settings.get(model)
        if settings and environment in settings.environments:
            self.approval(model, digest, environment, settings)

    def approval(self, model: str, digest: str, environment: str, settings: Approval) -> Decision:
        """The approval that counts; RefusedError, which says why there is none."""
        found = evidence.gather(self.store, model, digest, protected=settings.protected)
        stands = standing(found.decisions, environment, self.at, settings.expires.seconds)
        named = f"{model}@{digests.short(digest)}"
        if stands.state is not State.APPROVED or stands.decision is None:
            raise RefusedError(f"{named} is not approved for {environment}{why_not(stands.decision)}", _HINT)
        approval = stands.decision
        if approval.verdict != found.judged.name:
            what = f"{named} was judged again after the verdict that {approval.by} approved for {environment}"
            raise RefusedError(what, _HINT)
        # A record is no proof that the rules were asked: somebody may have written it, or the rules have changed since.
        if why := doubt(approval.by, settings, found.judged.verdict.author, confirmed=approval.confirmed):
            raise RefusedError(f"the approval of {named} for {environment} counts for nothing: {why}", _HINT)
        if approval.production != found.judged.verdict.production:
            raise RefusedError(f"the approval of {named} is about another model in production", _HINT)
        return approval


_HINT = "approve it: play the job MODEL:ENVIRONMENT:approve, or run `mlgitlab approve` in one; docs/approval.md"


def why_not(decision: Decision | None) -> str:
    """What became of the approval, to be appended; empty where there never was one."""
    if decision is None:
        return ""
    who = f" by {decision.by}" if decision.by else ""
    why = f" ({decision.why})" if decision.why else ""
    if decision.expires:
        return f": the approval of {decision.at}{who} expired at {decision.expires}"
    return f": it was {decision.answer}{who} at {decision.at}{why}"
