"""`mlgitlab generate --phase promotion`: from what the store knows to the pipeline that approves and deploys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mlgitlab import __version__
from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.cli import signatures, wiring
from mlgitlab.cli.inputs import Request, store_address
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options
from mlgitlab.cli.project.head import Project, instance_of, read_project
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.wiring import approval as world
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.approval import moments
from mlgitlab.jobs.approval.candidates import look
from mlgitlab.jobs.deploy.kubernetes import gpus
from mlgitlab.jobs.deploy.sagemaker import requests
from mlgitlab.jobs.train.provenance import utc
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.promotion import compose, degraded
from mlgitlab.pipeline.promotion_jobs import Makings
from mlgitlab.planning import promotion as planning
from mlgitlab.planning.document import Circumstances
from mlgitlab.planning.indented import indented
from mlgitlab.planning.leftovers import CHILD_MARK
from mlgitlab.planning.promotion import Found, Promotions
from mlgitlab.planning.promotion_document import document

_ASKED_FOR = frozenset({PipelineKind.SCHEDULE, PipelineKind.MANUAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was decided, for people and as the bytes of plan.json, and the pipeline."""

    plan: Promotions
    lines: tuple[str, ...]
    document: bytes
    pipeline: bytes


def make(around: Surroundings, options: Options, output: str) -> Made:
    """Look at every model that is deployed somewhere, decide, compose, check and emit.

    UsageError where there is no store, or its configuration lies outside the repository; else as for a change.
    """
    if not output.endswith((".yml", ".yaml")):
        raise UsageError(f"--output {output!r} must end in .yml", "GitLab includes only .yml and .yaml files")
    request, repository = wiring.start(around, options)
    project = read_project(request, repository)
    config, instance = project.config, instance_of(request, project.config)
    address = store_address(request, config)
    if not address or request.config.outside is not None:
        what = "a promotion is planned from what a store knows, and there is none"
        raise UsageError(what, "set `store` in the configuration of the repository, or MLGITLAB_STORE")
    barred = _barred(request.env, config)
    found = {} if barred else _look(around, request, project)
    plan = _with_needs(planning.plan(config, found, barred, _until(around, config)))
    makings = Makings(
        config=config,
        instance=instance,
        templates=wiring.templates_of(project),
        store=address,
        config_file=request.config.path,
    )
    lines = tuple(_lines(plan, barred))
    whole = compose(plan, makings, (f"{CHILD_MARK}{__version__}; edit mlgitlab.yml, not this file.", *lines))
    check(whole, instance)
    told = document(
        plan,
        str(request.env.kind),
        barred,
        [job.name for job in whole.jobs],
        _circumstances(request, instance, plan, output),
    )
    return Made(
        plan=plan,
        lines=(*lines, *told["degraded"], *told["notes"]),  # type: ignore[misc]  # lists of texts
        document=(indented(told) + "\n").encode(),
        pipeline=emit(whole),
    )


def _with_needs(plan: Promotions) -> Promotions:
    """The plan, and what its rollouts need while two models are in memory."""
    entries = (entry for promotion in plan.promotions for entry in promotion.entries)
    needs = ((entry, gpus.stated(entry.settings) or requests.stated(entry.settings)) for entry in entries)
    told = (f"{entry.model} in {entry.environment}: {text}" for entry, text in needs if text)
    return replace(plan, notes=(*plan.notes, *told))


def _circumstances(request: Request, instance: Instance, plan: Promotions, output: str) -> Circumstances:
    return Circumstances(
        tool_version=__version__,
        config_file=request.config.path,
        gitlab_version=str(instance.version or ""),
        tier=str(instance.tier or ""),
        jobs=0,
        degraded=tuple(degraded(plan, instance)),
        files=(output,),
    )


def _barred(env: CiEnvironment, config: Config) -> str:
    """Why a pipeline of this kind promotes nothing; empty where it may. A laptop may look."""
    if env.kind is PipelineKind.LAPTOP:
        return ""
    by_hand = bool(env.branch) and env.branch == env.default_branch and env.kind in _ASKED_FOR
    if env.kind not in (PipelineKind.TAG, PipelineKind.DEFAULT_BRANCH) and not by_hand:
        return "models are promoted from the default branch and from tags alone"
    deployments = [each for parts in config.models.values() for each in parts.deploy.values()]
    if env.ref_protected is False and all(each.protected for each in deployments):
        return f"{quoted(env.tag or env.branch)} is not protected, and only protected branches and tags deploy"
    return ""


def _look(around: Surroundings, request: Request, project: Project) -> Mapping[str, Found]:
    config = project.config
    store, now = open_store(around, config, ""), world.clock().now()
    signed = signatures.permit(store, config, signatures.in_snapshot(project.snapshot))
    return {
        str(name): look(store, name, parts, now, protected=_wants_protected(request, config, name), signed=signed)
        for name, parts in config.models.items()
        if parts.deploy
    }


def _wants_protected(request: Request, config: Config, model: str) -> bool:
    """Whether only verdicts from protected branches and tags count: in CI, unless every environment says otherwise."""
    parts = config.models[model]  # type: ignore[index]  # Name is str at run time
    return request.env.in_ci and any(each.protected for each in parts.deploy.values())


def _until(around: Surroundings, config: Config) -> Mapping[str, str]:
    """When each model is to be approved at the latest, counted from the pipeline's beginning, or from now."""
    began = around.environ.get("CI_PIPELINE_CREATED_AT", "")
    if moments.read(began) is None:
        began = utc(world.clock().now())
    return {
        str(name): moments.after(began, parts.approval.within.seconds)
        for name, parts in config.models.items()
        if parts.approval
    }


def _lines(plan: Promotions, barred: str) -> Iterator[str]:
    """The plan in sentences."""
    if barred:
        yield f"Nothing is promoted: {barred}."
        return
    for each in plan.promotions:
        ways = ", then ".join(entry.environment for entry in each.entries)
        yield f"{each.model}@{each.candidate.digest[:19]} goes to {ways}."
        if each.candidate.verdict and (report := each.candidate.verdict.report(each.model)):
            yield f"  report: {report}"
        for entry in each.entries:
            if entry.approval:
                who = ", ".join((*entry.approval.users, *entry.approval.groups)) or "anybody who may run the job"
                yield f"  {entry.environment}: to be approved until {plan.until[each.model]} by {who}"
        if each.ends:
            yield f"  It goes no further: {each.ends}."
    for stay in plan.stays:
        yield f"{stay.model} stays as it is: {stay.why}."
    if not (plan.promotions or plan.stays):
        yield f"Nothing is promoted: no model has {quoted('deploy')}."
