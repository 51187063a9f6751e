"""Approve a model, take an approval back, and reject what nobody approved in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlgitlab.config.approval import Approval
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.approval import evidence, moments
from mlgitlab.jobs.approval.approver import Approver, Groups, objections
from mlgitlab.jobs.approval.decision import KIND, Answer, Decision
from mlgitlab.jobs.approval.evidence import Evidence
from mlgitlab.jobs.approval.standing import SKEW, State, standing
from mlgitlab.jobs.deploy.permit import Permit, VerdictPermit
from mlgitlab.jobs.train.provenance import utc
from mlgitlab.store import digests
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is decided about: one model in one environment, and the rules for it.

    `signed`: whose provenance counts, where that is asked for.
    """

    model: str
    digest: str
    environment: str
    settings: Approval
    signed: Permit | None = None

    @property
    def named(self) -> str:
        """For people: `fraud@sha256:0123456789ab for production`."""
        return f"{self.model}@{digests.short(self.digest)} for {self.environment}"


def approve(
    store: Store, subject: Subject, who: Approver, now: dt.datetime, *, until: str = "", groups: Groups | None = None
) -> Decision:
    """Keep an approval: what was decided. RefusedError with everything that speaks against it.

    until: when the promotion was to be approved at the latest, as a moment; empty for no such limit.
    """
    settings = subject.settings
    found = evidence.gather(store, subject.model, subject.digest, protected=settings.protected)
    verdict = found.judged.verdict
    against = (
        *_too_late(until, now),
        *_model_faults(store, subject, found, now),
        *objections(who, settings, verdict.author, groups),
    )
    if against:
        lines = "\n".join(f"  {each}" for each in against)
        raise RefusedError(f"{subject.named} is not approved\n{lines}", "docs/approval.md says what is asked for")
    made = _decision(
        subject,
        Answer.APPROVED,
        now,
        who,
        verdict=found.judged.name,
        production=verdict.production,
        expires=utc(now + dt.timedelta(seconds=settings.expires.seconds)),
    )
    return _keep(store, made)


def approve_any(
    store: Store,
    subject: Subject,
    people: Iterable[Approver],
    now: dt.datetime,
    *,
    until: str = "",
    groups: Groups | None = None,
) -> Decision:
    """Keep the approval of the first of several who may give it; RefusedError with what speaks against each."""
    refusals = []
    for who in people:
        try:
            return approve(store, subject, who, now, until=until, groups=groups)
        except RefusedError as error:
            refusals.append(error.message)
    if not refusals:
        raise RefusedError(f"nobody approved this deployment of {subject.named} in GitLab")
    raise RefusedError("\n".join(refusals), "docs/approval.md says what is asked for")


def withdraw(store: Store, subject: Subject, who: Approver, now: dt.datetime, why: str, *, reject: bool) -> Decision:
    """Let no approval of the model for the environment that there is count any more: revoked, or rejected.

    Anybody may say no. RefusedError where there is nothing to revoke.
    """
    found = evidence.about(evidence.decisions(store, subject.model, subject.digest), subject.environment)
    given = tuple(each for each in found if each.answer is Answer.APPROVED)
    if not reject and standing(found, subject.environment, now).state is not State.APPROVED:
        raise RefusedError(f"{subject.named} is not approved: there is nothing to revoke")
    answer = Answer.REJECTED if reject else Answer.REVOKED
    made = _decision(subject, answer, now, who, why=why, withdraws=tuple(sorted(each.name for each in given)))
    return _keep(store, made)


def reject_late(store: Store, subject: Subject, who: Approver, now: dt.datetime, until: str) -> Decision | None:
    """Keep that nobody approved in time; None where somebody decided, or the model is in the environment already.

    UsageError while there is time left.
    """
    limit = _limit(until)
    if now < limit:
        raise UsageError(f"{subject.named} may be approved until {until}", "run this again then")
    pointer = store.pointer(subject.model, subject.environment)
    found = evidence.about(evidence.decisions(store, subject.model, subject.digest), subject.environment)
    asked = limit - dt.timedelta(seconds=subject.settings.within.seconds)
    decided = any((moments.read(each.at) or asked) > asked for each in found)
    if decided or (pointer and pointer.digest == subject.digest):
        return None
    made = _decision(subject, Answer.REJECTED, now, who, why=f"nobody approved it until {until}")
    return _keep(store, made)


def _too_late(until: str, now: dt.datetime) -> Iterator[str]:
    if until and now > _limit(until):
        yield f"it was to be approved until {until}: it counts as rejected, and the next pipeline asks again"


def _limit(until: str) -> dt.datetime:
    limit = moments.read(until)
    if limit is None:
        raise UsageError("--until is no moment", "write it as 2030-01-31T12:00:00Z")
    return limit


def _model_faults(store: Store, subject: Subject, found: Evidence, now: dt.datetime) -> Iterator[str]:
    judged = VerdictPermit(store=store, protected=subject.settings.protected)
    for permit in (judged, subject.signed) if subject.signed else (judged,):
        try:
            permit.check(subject.model, subject.digest, subject.environment)
        except RefusedError as error:
            yield error.message
    at, oldest = moments.read(found.judged.verdict.at), subject.settings.verdict_age
    if at is None:
        yield "its verdict does not say when it was made"
    elif at - now > SKEW:
        yield f"its verdict of {found.judged.verdict.at} is of a time that is yet to come"
    elif now - at > dt.timedelta(seconds=oldest.seconds):
        yield f"its verdict of {found.judged.verdict.at} is older than {oldest}"


def _decision(subject: Subject, answer: Answer, now: dt.datetime, who: Approver, **more: object) -> Decision:
    return Decision(
        answer=answer,
        model=subject.model,
        digest=subject.digest,
        environment=subject.environment,
        at=utc(now),
        by=who.login,
        user=who.user,
        confirmed=who.confirmed,
        ref=who.ref,
        commit=who.commit,
        pipeline=who.pipeline,
        job=who.job,
        **more,  # type: ignore[arg-type]  # fields of Decision
    )


def _keep(store: Store, decision: Decision) -> Decision:
    store.record(decision.model, decision.digest, KIND, decision.content)
    return decision
