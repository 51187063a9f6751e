"""The files that a run writes: the child pipeline, its parts, and plan.json."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from mlgitlab import __version__
from mlgitlab.cli.inputs import store_address
from mlgitlab.cli.planning.flow import Survey
from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.compose import INTERRUPTIBLE, Composer
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance, degraded
from mlgitlab.pipeline.nouns import Pipeline
from mlgitlab.pipeline.parts import Origin, assemble
from mlgitlab.pipeline.split import Split, excess, split
from mlgitlab.planning import hosted
from mlgitlab.planning.document import Circumstances, document
from mlgitlab.planning.indented import indented
from mlgitlab.planning.leftovers import CHILD_MARK
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import JobTemplates

_MOST_NAMED = 5
GENERATE_JOB = "mlgitlab:generate"
# What a part refers to where no pipeline is known (a laptop); GitLab 18.9 and newer fill it in.
_UPSTREAM = "$CI_UPSTREAM_PIPELINE_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Everything to print or write: the plan's document, and file names to contents, the child's first.

    `plan` is plan.json's content: the document.
    """

    document: dict[str, object]
    plan: bytes
    pipelines: Mapping[str, bytes]


def produce(survey: Survey, templates: JobTemplates, child: str) -> Output:
    """Compose, check and emit. `child` is the name of the child pipeline's file.

    Raises ConfigError when the pipeline would break a rule or a limit of GitLab.
    """
    if not child.endswith((".yml", ".yaml")):
        raise UsageError(f"--output {child!r} must end in .yml", "GitLab includes only .yml and .yaml files")
    instance, config = survey.instance, survey.project.config
    composer = Composer(
        config=config,
        instance=instance,
        templates=templates,
        config_file=survey.request.config.path,
        store=_store(survey),
    )
    whole = composer.compose(survey.plan, _header(survey))
    emitted = {child: emit(whole)}
    limits: tuple[str, ...] = ()
    if why := excess(whole, instance, len(emitted[child])):
        found = split(whole, instance, why)
        emitted, limits = _parts(survey, whole, found, templates, child), (str(found),)
    else:
        check(whole, instance)
    plan = document(survey.plan, _circumstances(survey, whole, limits, tuple(emitted)))
    written = (indented(plan) + "\n").encode()
    _check_archive(instance, [*emitted.values(), written])
    return Output(document=plan, plan=written, pipelines=emitted)


def _parts(survey: Survey, whole: Pipeline, found: Split, templates: JobTemplates, child: str) -> dict[str, bytes]:
    env, path = survey.request.env, PurePosixPath(child)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(
            f"{found.why}, and --output {child!r} leads out of the project",
            "GitLab includes the parts by their paths from the project's folder: name one",
        )
    count = sum(len(wave) for wave in found.waves)
    files = tuple(str(path.with_stem(f"{path.stem}-{number}")) for number in range(1, count + 1))
    origin = Origin(
        pipeline_id=env.pipeline_id or _UPSTREAM,
        job=env.job_name or GENERATE_JOB,
        files=files,
        interruptible=env.kind in INTERRUPTIBLE,
    )
    root, parts = assemble(whole, found, survey.project.config, survey.instance, templates, origin)
    for pipeline in (root, *parts):
        check(pipeline, survey.instance)
    return {name: emit(pipeline) for name, pipeline in zip((child, *files), (root, *parts), strict=True)}


def _store(survey: Survey) -> str:
    """The address of the store; none where the jobs would not find the configuration that describes it."""
    if survey.request.config.outside is not None:
        return ""
    return store_address(survey.request, survey.project.config)


def _header(survey: Survey) -> tuple[str, ...]:
    plan, baseline = survey.plan, survey.comparison.baseline
    base = ", ".join(sha[:12] for sha in baseline.bases) or "none"
    return (
        f"{CHILD_MARK}{__version__}; edit mlgitlab.yml or the job templates, not this file.",
        f"Pipeline: {plan.question.kind.replace('_', ' ')}, profile {plan.question.profile.name}.",
        f"Baseline: {base} ({baseline.rule}): {baseline.why}",
        f"{len(plan.selected)} of {len(plan.steps)} steps run. plan.json says why, and why the others do not.",
    )


def _circumstances(survey: Survey, whole: Pipeline, limits: tuple[str, ...], files: tuple[str, ...]) -> Circumstances:
    instance = survey.instance
    steps = [step.spec for step in survey.plan.selected]
    reports = {kind for step in steps for kind in step.reports}
    return Circumstances(
        tool_version=__version__,
        config_file=survey.request.config.path,
        gitlab_version=str(instance.version or ""),
        tier=str(instance.tier or ""),
        jobs=whole.count,
        limits=limits,
        degraded=(*degraded(instance, reports, gpus=any(step.gpu for step in steps)), *_hosted(steps, instance)),
        files=files,
    )


def _hosted(steps: list[StepSpec], instance: Instance) -> Iterator[str]:
    by_limit: dict[str, list[str]] = {}
    for step, what in hosted.too_long(steps):
        by_limit.setdefault(what, []).append(step)
    for what, ids in by_limit.items():
        more = len(ids) - _MOST_NAMED
        yield f"{', '.join(ids[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''}: {what}"
    if what := hosted.wrong_tier(steps, instance.tier):
        yield what


def _check_archive(instance: Instance, contents: list[bytes]) -> None:
    """GitLab includes from an archive below a size only: https://docs.gitlab.com/administration/instance_limits/."""
    most = instance.max_archive_bytes
    # Compressing adds less than a thousandth and a few bytes: what fits as it is need not be compressed.
    if sum(len(content) * 1.001 + 64 for content in contents) <= most:
        return
    if sum(len(zlib.compress(content)) for content in contents) > most:
        what = f"the files, compressed, exceed the {most} bytes of an archive that GitLab includes from"
        hint = "raise max_artifacts_content_include_size on the instance and this key, or divide mlgitlab.yml"
        raise ConfigError((Problem(where="gitlab.max_archive_bytes", what=what),), hint)
