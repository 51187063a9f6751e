"""From planned promotions to a pipeline: approve, deploy, watch and roll back, per model and environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from mlgitlab import paths
from mlgitlab.config.scalars import Duration
from mlgitlab.pipeline.compose import literal
from mlgitlab.pipeline.instance import OLDEST, Instance
from mlgitlab.pipeline.nouns import Job, Pipeline, without_empty
from mlgitlab.pipeline.promotion_jobs import CONFIRMATION, PAID, EntryJobs, Makings
from mlgitlab.planning.promotion import Promotion, Promotions

NOTHING = "mlgitlab:nothing-to-promote"
_TOGETHER = "promotion"
_NOTHING_TIMEOUT = Duration(300)


def compose(plan: Promotions, makings: Makings, header: tuple[str, ...]) -> Pipeline:
    """The pipeline for the plan, or the one cheap job that says why nothing is promoted."""
    stages = _stages(plan.promotions)
    jobs = tuple(job for promotion in plan.promotions for job in _promotion(promotion, plan, makings, stages))
    jobs = jobs or (_nothing(plan, makings),)
    used = dict.fromkeys(job.stage for job in jobs)
    ordered = [stage for stage in dict.fromkeys((*stages.values(), *used)) if stage in used]
    return Pipeline(stages=tuple(ordered), jobs=jobs, header=header)


def _promotion(promotion: Promotion, plan: Promotions, makings: Makings, stages: Mapping[str, str]) -> Iterator[Job]:
    after, verdict = "", promotion.candidate.verdict
    report = verdict.report(promotion.model) if verdict else ""
    for entry in promotion.entries:
        jobs = EntryJobs(makings, entry, stages[entry.environment], plan.until.get(entry.model, ""), report)
        yield from jobs.all(after)
        after = jobs.last


def _nothing(plan: Promotions, makings: Makings) -> Job:
    defaults = makings.config.defaults
    values = {
        "stage": _TOGETHER,
        "image": defaults.image,
        "tags": list(defaults.tags),
        "timeout": _NOTHING_TIMEOUT.spoken(),
        "variables": {"GIT_STRATEGY": "none", "MLGITLAB_NOTE": literal(nothing_note(plan))},
        "script": ['printf "%s\\n" "$MLGITLAB_NOTE"'],
    }
    body = without_empty(makings.templates.render("nothing", values))
    return Job(name=NOTHING, body=body, because=("nothing is promoted, and GitLab fails an empty pipeline",))


def degraded(plan: Promotions, instance: Instance) -> Iterator[str]:
    """What this instance will not do with these promotions."""
    asked = [entry for promotion in plan.promotions for entry in promotion.entries if entry.approval]
    if instance.version is None and plan.promotions:
        yield f"GitLab's version is not known: nothing newer than {OLDEST} is used (set gitlab.version)"
    if plan.promotions and not instance.has(CONFIRMATION):
        yield f"manual jobs start without a question: manual_confirmation came with {CONFIRMATION}"
    if instance.tier in PAID:
        return
    if any(entry.approval and entry.approval.deployment for entry in asked):
        yield "approvals of deployments need GitLab Premium (set gitlab.tier): a manual job and its record stand in"
    if asked:
        yield "GitLab Free has no approvals of its own: the record in the store counts, and the deploy job reads it"


def nothing_note(plan: Promotions) -> str:
    """Why nothing is promoted; the text becomes a variable of a job."""
    lines = ["Nothing to promote."]
    lines += [f"{stay.model}: {paths.printable(stay.why)}" for stay in plan.stays] or ["No model has `deploy`."]
    return "\n".join(lines)


def _stages(promotions: Iterable[Promotion]) -> Mapping[str, str]:
    """The stage of each environment: of its own name, in an order that suits all models, or else one for all."""
    graph: dict[str, set[str]] = {}
    for promotion in promotions:
        names = [entry.environment for entry in promotion.entries]
        for name in names:
            graph.setdefault(name, set())
        for first, second in pairwise(names):
            graph[second].add(first)
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError:
        return dict.fromkeys(graph, _TOGETHER)
    return {name: name for name in order}
