"""The files of a split pipeline: the child that triggers the parts, and the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlgitlab.config.schema import Config
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline, without_empty
from mlgitlab.pipeline.split import Group, Split
from mlgitlab.protocols import JobTemplates

FETCH = "mlgitlab:parts"
_FETCH_STAGE = "parts"
_PARENT = "MLGITLAB_CHILD_PIPELINE_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the generated files come from: the generate job and the names it gives them.

    `interruptible` as for every job of the plan: a newer pipeline may cancel it.
    """

    pipeline_id: str
    job: str
    files: tuple[str, ...]
    interruptible: bool


def assemble(
    pipeline: Pipeline, found: Split, config: Config, instance: Instance, templates: JobTemplates, origin: Origin
) -> tuple[Pipeline, tuple[Pipeline, ...]]:
    """The child and its parts, in the order of `origin.files`."""
    shared = {job.name for job in found.shared}
    groups = [(number, group) for number, wave in enumerate(found.waves, start=1) for group in wave]
    parts = tuple(
        Pipeline(
            stages=_in_use(pipeline, group),
            jobs=_in_part(group, shared),
            header=(*pipeline.header, f"Part {index} of {len(groups)}: {found.why}."),
        )
        for index, (_, group) in enumerate(groups, start=1)
    )
    triggers = tuple(
        _trigger(index, number, file, instance, templates, origin)
        for index, ((number, _), file) in enumerate(zip(groups, origin.files, strict=True), start=1)
    )
    jobs = (_fetch(config, instance, templates, origin), *found.shared, *triggers)
    child = Pipeline(
        stages=(
            _FETCH_STAGE,
            *_in_use(pipeline, found.shared),
            *dict.fromkeys(job.stage for job in triggers),
        ),
        jobs=jobs,
        header=(*pipeline.header, f"{found}."),
    )
    return child, parts


def _in_use(pipeline: Pipeline, group: Group) -> tuple[str, ...]:
    used = {job.stage for job in group}
    return tuple(stage for stage in pipeline.stages if stage in used)


def _in_part(group: Group, shared: set[str]) -> tuple[Job, ...]:
    part = {job.name for job in group}
    return tuple(_with_needs_of_part(job, part, shared) for job in group)


def _with_needs_of_part(job: Job, part: set[str], shared: set[str]) -> Job:
    """The job with its needs as this part can have them; what only comes first runs in an earlier wave."""
    needs: list[Mapping[str, object]] = []
    reads = set(job.reads)
    for name in job.needs:
        if name in part:
            needs.append({"job": name, "artifacts": name in reads})
        elif name in shared and name in reads:
            needs.append({"pipeline": f"${_PARENT}", "job": name, "artifacts": True})
    return replace(job, body={**job.body, "needs": needs}, must_need=tuple(n for n in job.must_need if n in part))


def _fetch(config: Config, instance: Instance, templates: JobTemplates, origin: Origin) -> Job:
    """GitLab includes an artifact only from a job of the pipeline that triggers: this job passes the files on."""
    values = {
        "stage": _FETCH_STAGE,
        "image": config.defaults.image,
        "tags": list(config.defaults.tags),
        "needs": [{"pipeline": origin.pipeline_id, "job": origin.job, "artifacts": True}],
        "files": list(origin.files),
        "interruptible": origin.interruptible,
        "retry": instance.retry(config.defaults.retry),
        "expire_in": config.defaults.expire_in.spoken(),
    }
    body = without_empty(templates.render("parts", values))
    return Job(name=FETCH, body=body, because=("the parts are files of the generate job",))


def _trigger(index: int, wave: int, file: str, instance: Instance, templates: JobTemplates, origin: Origin) -> Job:
    """No `needs`: a wave starts when all earlier stages have succeeded."""
    values = {
        "stage": f"wave-{wave}",
        "file": file,
        "job": FETCH,
        "strategy": instance.strategy,
        "interruptible": origin.interruptible,
        "variables": {_PARENT: "$CI_PIPELINE_ID"},
    }
    body = without_empty(templates.render("part", values))
    return Job(name=f"mlgitlab:part-{index}", body=body, because=(f"part {index}",))
