"""GitLab's rules for a pipeline, checked before GitLab does; each rule is one small function.

Sources: https://docs.gitlab.com/ci/yaml/ and, where a number is given, https://docs.gitlab.com/administration/instance_limits/
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from mlgitlab.errors import ConfigError, Problem
from mlgitlab.pipeline import environments
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Body, Job, Pipeline

LONGEST_NAME = 255
MOST_TAGS = 50
MOST_PARALLEL = 200
MOST_CACHES = 4
MOST_KEY_FILES = 2
MOST_RETRIES = 2
_HIDDEN_STAGES = frozenset({".pre", ".post"})
_RESERVED = frozenset({
    "image", "services", "stages", "before_script", "after_script", "variables", "cache", "include",
    "default", "workflow", "spec", "pages", "true", "false", "nil", "null",
})  # fmt: skip
_KEYWORDS = frozenset({
    "after_script", "allow_failure", "artifacts", "before_script", "cache", "coverage", "dast_configuration",
    "dependencies", "environment", "hooks", "id_tokens", "identity", "image", "inherit", "interruptible",
    "manual_confirmation", "needs", "parallel", "release", "resource_group", "retry", "rules", "script", "secrets",
    "services", "stage", "start_in", "tags", "timeout", "variables", "when",
})  # fmt: skip
_TRIGGER_KEYWORDS = frozenset({
    "allow_failure", "environment", "inherit", "interruptible", "needs", "parallel", "resource_group", "rules",
    "stage", "trigger", "variables", "when",
})  # fmt: skip
# GitLab gives these a meaning when it reads the file; a literal one cannot be written safely.
_INTERPOLATION = "$[["
_AS_JSON = json.JSONEncoder(ensure_ascii=False)


def check(pipeline: Pipeline, instance: Instance) -> None:
    """Raise ConfigError with everything that GitLab would refuse, or that would not do what the plan says."""
    harmless = _is_harmless([job.body for job in pipeline.jobs])  # all at once: most pipelines are
    found = [
        *_pipeline_problems(pipeline, instance),
        *environments.problems(pipeline),
        *(p for job in pipeline.jobs for p in _job_problems(job, instance, harmless=harmless)),
    ]
    if found:
        raise ConfigError(
            tuple(found), "the job comes from mlgitlab.yml and from the template of its step; see docs/templates.md"
        )


def _problem(job: Job, what: str, hint: str = "") -> Problem:
    return Problem(where=f"job {job.name}", what=what, hint=hint)


def _pipeline_problems(pipeline: Pipeline, instance: Instance) -> Iterator[Problem]:
    if instance.max_jobs is not None and pipeline.count > instance.max_jobs:
        what = f"it has {pipeline.count} jobs, and GitLab allows {instance.max_jobs}"
        yield Problem(where="pipeline", what=what, hint="gitlab.max_jobs")
    counted = Counter(job.name for job in pipeline.jobs)
    for name, count in sorted(counted.items()):
        if count > 1:
            yield Problem(where=f"job {name}", what=f"there are {count} jobs of this name")
    if not any(job.stage not in _HIDDEN_STAGES and not job.name.startswith(".") for job in pipeline.jobs):
        yield Problem(where="pipeline", what="it holds no job that GitLab would run")
    yield from _order_problems(pipeline)


def _order_problems(pipeline: Pipeline) -> Iterator[Problem]:
    stages = {stage: position for position, stage in enumerate(pipeline.stages)}
    jobs = {job.name: job for job in pipeline.jobs}
    positions = {job.name: position for position, job in enumerate(pipeline.jobs)}
    needs = [job.needs for job in pipeline.jobs]
    for job, needed in zip(pipeline.jobs, needs, strict=True):
        if job.stage not in stages:
            yield _problem(job, f"stage {job.stage!r} is not declared")
        for need in needed:
            if need not in jobs:
                yield _problem(job, f"it needs {need!r}, which is not in the pipeline")
            elif stages.get(jobs[need].stage, 0) > stages.get(job.stage, 0):
                yield _problem(job, f"it needs {need!r} of a later stage")
    if all(positions.get(need, here) < here for here, needed in enumerate(needs) for need in needed):
        return  # every job comes after those that it needs
    try:
        TopologicalSorter({job.name: needed for job, needed in zip(pipeline.jobs, needs, strict=True)}).prepare()
    except CycleError as error:
        yield Problem(where="pipeline", what=f"jobs need each other in a circle: {' → '.join(error.args[1])}")


def _job_problems(job: Job, instance: Instance, *, harmless: bool) -> Iterator[Problem]:
    yield from _name_problems(job)
    yield from _keyword_problems(job)
    yield from _need_problems(job, instance)
    yield from _number_problems(job)
    if not harmless:
        yield from _text_problems(job)


def _name_problems(job: Job) -> Iterator[Problem]:
    if not job.name or len(job.name) > LONGEST_NAME:
        yield _problem(job, f"a name has 1 to {LONGEST_NAME} characters")
    if job.name in _RESERVED or job.name.startswith("."):
        yield _problem(job, "GitLab gives this name a meaning of its own")


def _keyword_problems(job: Job) -> Iterator[Problem]:
    is_trigger = "trigger" in job.body
    allowed = _TRIGGER_KEYWORDS if is_trigger else _KEYWORDS
    for keyword in () if job.body.keys() <= allowed else job.body:
        if keyword not in allowed:
            import difflib  # noqa: PLC0415 (only for faults)

            near = difflib.get_close_matches(keyword, allowed, n=1)
            yield _problem(job, f"unknown keyword {keyword!r}", f"did you mean {near[0]}?" if near else "")
    script = job.body.get("script")
    if not is_trigger and not (isinstance(script, str | list) and script):
        yield _problem(job, "it has no script")
    elif isinstance(script, list) and not all(isinstance(line, str) for line in script):
        yield _problem(job, "every line of the script must be a text")
    if not is_trigger and "timeout" not in job.body:
        yield _problem(job, "it has no timeout", "a job that hangs would hold its runner")


def _need_problems(job: Job, instance: Instance) -> Iterator[Problem]:
    named = job.needs
    if len(named) > instance.max_needs:
        yield _problem(job, f"it needs {len(named)} jobs, and GitLab allows {instance.max_needs}", "gitlab.max_needs")
    kept = set(named)
    for need in job.must_need:
        if need not in kept:
            yield _problem(job, f"its template drops the need for {need!r}")
    needs = job.body.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, Mapping) and need.get("optional"):
            yield _problem(job, f"the need for {need.get('job')!r} is optional: the job would start without it")


def _number_problems(job: Job) -> Iterator[Problem]:
    tags = job.body.get("tags")
    if isinstance(tags, list) and len(tags) >= MOST_TAGS:
        yield _problem(job, f"it has {len(tags)} tags, and GitLab allows fewer than {MOST_TAGS}")
    if not 1 <= job.count <= MOST_PARALLEL:
        yield _problem(job, f"parallel makes {job.count} jobs of it, and GitLab allows 1 to {MOST_PARALLEL}")
    retry = job.body.get("retry")
    times = retry.get("max") if isinstance(retry, Mapping) else retry
    if isinstance(times, int) and not 0 <= times <= MOST_RETRIES:
        yield _problem(job, f"retry {times}: GitLab allows 0 to {MOST_RETRIES}")
    cache = job.body.get("cache")
    caches = cache if isinstance(cache, list) else [cache] if cache else []
    if len(caches) > MOST_CACHES:
        yield _problem(job, f"it has {len(caches)} caches, and GitLab allows {MOST_CACHES}")
    for one in caches:
        files = (
            one.get("key", {}).get("files", [])
            if isinstance(one, Mapping) and isinstance(one.get("key"), Mapping)
            else []
        )
        if len(files) > MOST_KEY_FILES:
            yield _problem(job, f"cache:key:files names {len(files)} files, and GitLab allows {MOST_KEY_FILES}")


def _text_problems(job: Job) -> Iterator[Problem]:
    if _is_harmless([job.body]):
        return
    texts: list[str] = []
    _collect(job.body, texts)
    for text in texts:
        if _INTERPOLATION in text:
            what = f"{_INTERPOLATION} in {text[:60]!r}"
            yield _problem(job, what, "GitLab may read it as an input; write it with a space between")
        elif not _is_utf8(text):
            yield _problem(job, f"{text[:60]!a} is not UTF-8, and YAML cannot hold it")


def _is_harmless(bodies: list[Body]) -> bool:
    """Whether a look at all texts together, as JSON writes them, finds nothing in any."""
    try:
        together = _AS_JSON.encode(bodies)
    except (TypeError, ValueError, RecursionError):  # a template may make dates of what it writes, and more
        return False
    return _INTERPOLATION not in together and _is_utf8(together)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _collect(node: Mapping[str, object] | list[object] | tuple[object, ...], texts: list[str]) -> None:
    """Append every text of the data, keys included, in the order in which they are written."""
    for value in chain.from_iterable(node.items()) if isinstance(node, Mapping) else node:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list | tuple | Mapping):
            _collect(value, texts)
