"""What is promoted where: decided from what the store knows of models, their verdicts and their environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab.config.approval import Approval
from mlgitlab.config.deploy import Deployment
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Config
from mlgitlab.store import digests
from mlgitlab.store.keys import PRODUCTION

# A store is not trusted with links: nothing that GitLab or a terminal would read as anything but an address.
_JOB = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9_./-]+/-/jobs/[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFacts:
    """What a plan says of a verdict: `name` is the SHA-256 of its record, `production` what it compares with."""

    name: str
    outcome: str
    compared: str
    production: str
    at: str
    pipeline: str
    job: str
    author: str

    def report(self, model: str) -> str:
        """The address of the gate's report; empty where the verdict names no job that looks like one."""
        return f"{self.job}/artifacts/file/.mlgitlab/{model}/gate/report.html" if _JOB.fullmatch(self.job) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model of the store. `why_not`: what speaks against it; empty where its verdict passes."""

    digest: str
    why_not: str = ""
    verdict: VerdictFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An environment of a model: which model is there (empty for none), and what is known of the others.

    `shown`: models whose shadow has ended there. `taken_back`: why a model that was deployed there went back, by
    digest. `approved`: the models that are approved for it now.
    """

    digest: str = ""
    shown: frozenset[str] = frozenset()
    taken_back: Mapping[str, str] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the store knows of one model: candidates, the last judged first, and its environments."""

    candidates: tuple[Candidate, ...]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model on its way into one environment.

    `approval`: the rules of the approval that it needs, None where it needs none or has one. `by_hand`: a person starts
    the deployment, since nobody has to approve it. `before` is the model that it replaces, empty for none.
    """

    model: str
    digest: str
    environment: str
    settings: Deployment
    before: str = ""
    approval: Approval | None = None
    approved: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One model and the environments that it enters, in order; `there` are those where it is already."""

    model: str
    candidate: Candidate
    entries: tuple[Entry, ...]
    there: tuple[str, ...] = ()
    ends: str = ""  # why it goes no further


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A model of which nothing is promoted, why, and which were looked at."""

    model: str
    why: str
    looked_at: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotions:
    """The whole plan. `until`: when its promotions are to be approved at the latest, by model."""

    promotions: tuple[Promotion, ...] = ()
    stays: tuple[Stay, ...] = ()
    until: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def plan(config: Config, found: Mapping[str, Found], barred: str, until: Mapping[str, str]) -> Promotions:
    """Decide for each model that is deployed somewhere. `barred`: why this pipeline promotes nothing, or empty."""
    promotions: list[Promotion] = []
    stays: list[Stay] = []
    for model, parts in config.models.items():
        if not parts.deploy:
            continue
        made = Stay(model=model, why=barred) if barred else _decide(model, parts.deploy, parts.approval, found[model])
        if isinstance(made, Promotion):
            promotions.append(made)
        else:
            stays.append(made)
    notes = tuple(_notes(config)) if promotions else ()
    return Promotions(promotions=tuple(promotions), stays=tuple(stays), until=until, notes=notes)


def _decide(
    model: str, environments: Mapping[Name, Deployment], approval: Approval | None, found: Found
) -> Promotion | Stay:
    good = next((each for each in found.candidates if not each.why_not), None)
    against = [f"{_named(each)}: {each.why_not}" for each in found.candidates[:1] if each.why_not]
    if good is None:
        return Stay(model=model, why="; ".join(against) or "no model has a verdict", looked_at=found.candidates)
    reached = [str(name) for name in environments if _is_there(good.digest, found.places.get(name, Place()))]
    entries: list[Entry] = []
    ends = ""
    # It never goes back to an environment before one that it has reached.
    for environment, settings in [*environments.items()][_after(environments, reached) :]:
        place = found.places.get(environment, Place())
        if good.digest in place.taken_back:
            ends = f"it was deployed to {environment}, and went back: {place.taken_back[good.digest]}"
            break
        entries.append(_entry(model, good.digest, environment, settings, approval, place))
    if not entries:
        why = ends or f"it is in {_listed(reached)} already"
        return Stay(model=model, why="; ".join([*against, f"{_named(good)}: {why}"]), looked_at=found.candidates)
    return Promotion(model=model, candidate=good, entries=tuple(entries), there=tuple(reached), ends=ends)


def _is_there(digest: str, place: Place) -> bool:
    return digest == place.digest or digest in place.shown


def _after(environments: Iterable[str], reached: list[str]) -> int:
    """The position after the last environment that was reached."""
    return [*environments].index(reached[-1]) + 1 if reached else 0


def _entry(
    model: str, digest: str, environment: str, settings: Deployment, approval: Approval | None, place: Place
) -> Entry:
    asked = approval if approval and environment in approval.environments else None
    approved = digest in place.approved
    return Entry(
        model=model,
        digest=digest,
        environment=environment,
        settings=settings,
        before=place.digest,
        approval=None if approved else asked,
        approved=bool(asked) and approved,
        by_hand=asked is None and environment == PRODUCTION,
    )


def _notes(config: Config) -> Iterator[str]:
    for model, parts in config.models.items():
        if PRODUCTION in parts.deploy and not (parts.approval and PRODUCTION in parts.approval.environments):
            what = f"nobody has to approve {model} for {PRODUCTION} (`models.{model}.approval`)"
            yield f"{what}: a person starts the deployment"


def approve_job(model: str, environment: str) -> str:
    """The name of the job that waits for an approval."""
    return f"{model}:{environment}:approve"


def gitlab_name(model: str, environment: str, settings: Deployment | None) -> str:
    """The name of the environment in GitLab: `production/fraud` where nobody says otherwise."""
    named = settings.gitlab.name if settings and settings.gitlab else None
    return named or f"{environment}/{model}"


def _named(candidate: Candidate) -> str:
    return digests.short(candidate.digest)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
