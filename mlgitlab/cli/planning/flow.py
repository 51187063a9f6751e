"""The main flow, one screen of verbs: from a request and a repository to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mlgitlab.changes import Change, ChangeSet
from mlgitlab.ci import BOUND_BY_BASE
from mlgitlab.cli.inputs import Request, Stores, store_address
from mlgitlab.cli.project.comparison import Comparison, assess_changes, compare, config_then
from mlgitlab.cli.project.head import Project, instance_of, parameters_of, read_project, with_kept_gates
from mlgitlab.cli.project.webs import Webs
from mlgitlab.config.gates import Gates
from mlgitlab.config.schema import Config, Select, Unmatched
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.instance import Instance
from mlgitlab.planning import gates
from mlgitlab.planning.derive import with_parameters
from mlgitlab.planning.evidence import Evidence
from mlgitlab.planning.impact import Impact
from mlgitlab.planning.plan import Plan, Question, make
from mlgitlab.planning.profiles import Chosen, choose
from mlgitlab.protocols import Repository
from mlgitlab.results import Cause

if TYPE_CHECKING:  # only those load them who ask for them
    from mlgitlab.planning.costs import Forecast
    from mlgitlab.planning.costs_forecast import Ruling
    from mlgitlab.planning.fleet import Fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All that was found out about a change."""

    request: Request
    project: Project
    instance: Instance
    webs: Webs
    comparison: Comparison
    plan: Plan

    def knowing(self, **facts: Forecast | Ruling | Fleet) -> Survey:
        """The same survey, its plan with more that was found out about it."""
        question = replace(self.plan.question, **facts)  # type: ignore[arg-type]  # fields of Question
        return replace(self, plan=replace(self.plan, question=question))

    def noting(self, *notes: str) -> Survey:
        """The same survey, its plan with more notes."""
        question = replace(self.plan.question, notes=(*self.plan.question.notes, *notes))
        return replace(self, plan=replace(self.plan, question=question))


def survey(request: Request, repository: Repository, stores: Stores | None = None) -> Survey:
    """Read the change, decide about every step, keep what led to it. `stores` opens the store, if it may be asked."""
    project = read_project(request, repository)
    repository.allow_fetching(project.config.baseline.fetch_timeout.seconds)
    instance = instance_of(request, project.config)
    profile = _with_base(choose(project.config, request.env, request.options.profile), request)
    webs = Webs(repository, request.cache)
    comparison = compare(request, repository, project, profile.profile.select, webs)
    if kept := gates_kept(request, repository, project, comparison):
        project = with_kept_gates(project, kept)
        comparison = compare(request, repository, project, profile.profile.select, webs)
    plan = make(_question(request, project, profile, comparison))
    found = Survey(request=request, project=project, instance=instance, webs=webs, comparison=comparison, plan=plan)
    return with_evidence(found, stores) if stores else found


def with_evidence(found: Survey, stores: Stores) -> Survey:
    """The same survey once the store was asked for the results of what would be trained."""
    if found.plan.question.again or not store_address(found.request, found.project.config):
        return found
    from mlgitlab.cli.planning.evidence import ask  # noqa: PLC0415 (only those who ask the store load it)

    evidence = ask(found.request, found.project, found.webs, found.plan, stores)
    return replace(found, plan=make(replace(found.plan.question, evidence=evidence)))


def _with_base(chosen: Chosen, request: Request) -> Chosen:
    """Who names a commit to compare with wants to see what changed, also under a profile that never looks."""
    if not request.options.base or chosen.profile.select is Select.CHANGES:
        return chosen
    return replace(chosen, profile=replace(chosen.profile, select=Select.CHANGES), why=f"{chosen.why}; --base compares")


def under(found: Survey, profile: str) -> Survey:
    """The same survey with another profile."""
    request = found.request
    chosen = _with_base(choose(found.project.config, request.env, profile), request)
    plan = make(_question(request, found.project, chosen, found.comparison))
    return replace(found, plan=plan)


def instead(found: Survey, profile: str, why: str, stores: Stores | None) -> Survey:
    """The same survey under another profile, because the plan of its own cannot be carried out: `why` says so.

    What it would have trained is remembered: a pipeline of the default branch has to make up for it.
    """
    question = found.plan.question
    chosen = replace(choose(found.project.config, found.request.env, profile), why=why)
    trained = tuple(step.spec.id for step in found.plan.selected if step.spec.is_training)
    postponed = tuple(dict.fromkeys((*question.postponed, *trained)))
    plan = make(replace(question, profile=_with_base(chosen, found.request), postponed=postponed, evidence=Evidence()))
    other = replace(found, plan=plan)
    return with_evidence(other, stores) if stores else other


def suppose(found: Survey, repository: Repository, change: Change) -> Survey:
    """The same survey if this one path were all that changed."""
    changes = ChangeSet(changes=(change,))
    baseline = found.comparison.baseline
    impact = assess_changes(found.request, repository, found.project, baseline, changes, found.webs)
    comparison = replace(found.comparison, changes=changes, impact=impact, everything="")
    plan = make(_question(found.request, found.project, found.plan.question.profile, comparison))
    return replace(found, comparison=comparison, plan=plan)


def gates_kept(
    request: Request, repository: Repository, project: Project, comparison: Comparison
) -> Mapping[str, Gates]:
    """The gates that this change takes from models: a change cannot switch off what judges it.

    Only where somebody still has to agree to it: on the default branch, somebody has.
    """
    file = request.config.path
    bound = request.env.kind in BOUND_BY_BASE and request.config.outside is None
    if not bound or not any(change.path == file for change in comparison.changes.changes):
        return {}
    then = (config_then(repository.snapshot(base), file) for base in comparison.baseline.bases)
    return gates.kept(project.config, [config for config in then if not isinstance(config, str)])


def _question(request: Request, project: Project, profile: Chosen, comparison: Comparison) -> Question:
    everything, cause = comparison.everything, Cause.UNKNOWN_BASELINE
    if request.options.everything:
        everything, cause = "--all was given", Cause.REQUESTED
    impact, parameters = comparison.impact, parameters_of(request, project.config)
    steps, lacking = project.steps, tuple[str, ...]()
    if request.config.outside is not None or not store_address(request, project.config):
        steps, lacking = gates.without_store(steps)
    return Question(
        kind=request.env.kind,
        baseline=comparison.baseline,
        changes=comparison.changes,
        profile=profile,
        steps=with_parameters(steps, project.config, parameters),
        direct=impact.reasons,
        unmatched=impact.unmatched,
        ignored=impact.ignored,
        cosmetic=impact.cosmetic,
        everything=everything,
        everything_cause=cause,
        parameters=parameters,
        notes=(*_notes(request, project.config, impact), *lacking),
    )


def _notes(request: Request, config: Config, impact: Impact) -> Iterator[str]:
    """What the plan leaves out, where somebody might expect it, and how to have it run less."""
    if request.config.outside is not None:
        yield "the configuration lies outside the repository: nobody compares it with what it was before"
    if impact.unmatched and config.unmatched is Unmatched.EVERYTHING:
        yield (
            "a file that no rule knows makes every step run: name it in `ignore` if it alters no model, "
            "else in `inputs` of what reads it"
        )
