"""What a store knows that decides about promotions: candidates with their verdicts, and where they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from mlgitlab.config.approval import Approval
from mlgitlab.config.schema import Model
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.approval import moments
from mlgitlab.jobs.approval.permit import ApprovalPermit
from mlgitlab.jobs.deploy.journal import Journal
from mlgitlab.jobs.deploy.permit import Judged, Permit, VerdictPermit, newest
from mlgitlab.jobs.deploy.state import Deployed, Record, Status
from mlgitlab.jobs.gate.verdict import KIND
from mlgitlab.planning.promotion import Candidate, Found, Place, VerdictFacts
from mlgitlab.store import recent
from mlgitlab.store.keys import PRODUCTION
from mlgitlab.store.library import Store

# Models with the newest verdicts; what was judged before them is of the past.
MOST = 20


def look(
    store: Store, model: str, parts: Model, now: dt.datetime, *, protected: bool, signed: Permit | None = None
) -> Found:
    """What the store knows of one model.

    protected: only verdicts of jobs on protected branches and tags count. signed: whose provenance counts, if that is
    asked for.
    """
    judged = recent.recorded(store.bucket, model, KIND, MOST)
    found = [_candidate(store, model, digest, protected, signed) for digest in judged]
    found.sort(key=lambda each: each.verdict.at if each.verdict else "", reverse=True)
    verdicts = {each.digest: each.verdict for each in found if each.verdict and not each.why_not}
    places = {}
    for environment in parts.deploy:
        pointer = store.pointer(model, environment)
        record = Record.of(Journal(bucket=store.bucket, model=model, environment=environment).entries())
        ended = {each.begun.candidate: each for each in record.deployments}
        places[str(environment)] = Place(
            digest=pointer.digest if pointer else "",
            shown=frozenset(digest for digest, each in ended.items() if each.status is Status.SHADOWED),
            taken_back=dict(_taken_back(ended, verdicts)),
            approved=frozenset(_approved(store, model, environment, verdicts, parts.approval, now)),
        )
    return Found(candidates=tuple(found), places=places)


def _candidate(store: Store, model: str, digest: str, protected: bool, signed: Permit | None) -> Candidate:
    try:
        verdict = facts(newest(store, model, digest, protected=protected))
    except RefusedError as error:
        return Candidate(digest=digest, why_not=error.message)
    try:
        if store.manifest(model, digest) is None:
            return Candidate(digest=digest, why_not="the store does not hold it any more", verdict=verdict)
        VerdictPermit(store=store, protected=protected).check(model, digest, PRODUCTION)
        if signed:
            signed.check(model, digest, PRODUCTION)
    except RefusedError as error:
        return Candidate(digest=digest, why_not=error.message, verdict=verdict)
    return Candidate(digest=digest, verdict=verdict)


def facts(judged: Judged) -> VerdictFacts:
    """What a plan says of a verdict."""
    verdict = judged.verdict
    return VerdictFacts(
        name=judged.name,
        outcome=str(verdict.outcome),
        compared=str(verdict.compared),
        production=verdict.production,
        at=verdict.at,
        pipeline=verdict.pipeline,
        job=verdict.job,
        author=verdict.author,
    )


def _taken_back(ended: dict[str, Deployed], verdicts: dict[str, VerdictFacts]) -> Iterator[tuple[str, str]]:
    """What went back is not tried again by itself, unless it was judged again since."""
    for digest, deployed in ended.items():
        verdict = verdicts.get(digest)
        if deployed.status not in (Status.REVERTED, Status.GOING_BACK) or verdict is None:
            continue
        judged, back = moments.read(verdict.at), moments.read(deployed.entries[-1].at)
        if judged is None or back is None or judged <= back:
            yield digest, deployed.why or "somebody asked for it"


def _approved(
    store: Store,
    model: str,
    environment: str,
    verdicts: dict[str, VerdictFacts],
    settings: Approval | None,
    now: dt.datetime,
) -> Iterator[str]:
    if settings is None or environment not in settings.environments:
        return
    permit = ApprovalPermit(store=store, settings={model: settings}, at=now)
    for digest in verdicts:
        try:
            permit.check(model, digest, environment)
        except RefusedError:
            continue
        yield digest
