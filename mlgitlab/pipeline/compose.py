"""From a plan to a pipeline: the values of each job, rendered by its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from mlgitlab import paths
from mlgitlab.ci import BOUND_BY_BASE, PipelineKind
from mlgitlab.config.scalars import Duration
from mlgitlab.config.schema import DEFAULT_CONFIG, Config, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.calls import INSTALL, Caller, Calls
from mlgitlab.pipeline.carried import CARRIED, carried, not_evaluated
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline, without_empty
from mlgitlab.pipeline.preflight import EXIT_CODE
from mlgitlab.planning.baseline.values import empty_tree
from mlgitlab.planning.plan import Plan, PlannedStep
from mlgitlab.protocols import JobTemplates

NOTHING = "mlgitlab:nothing-to-do"
_NOTHING_STAGE = "plan"
_NOTHING_TIMEOUT = Duration(300)
_CARRIED_TIMEOUT = Duration(600)
# A superseded pipeline of these kinds may be cancelled. Elsewhere a cancelled job would lose its
# changes: the next pipeline is compared with the commit of this one.
INTERRUPTIBLE = frozenset(
    {PipelineKind.MERGE_REQUEST, PipelineKind.MERGED_RESULT, PipelineKind.BRANCH, PipelineKind.LAPTOP}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """What every job of a pipeline is made with. `store` is its address, empty where there is none."""

    config: Config
    instance: Instance
    templates: JobTemplates
    config_file: str = DEFAULT_CONFIG
    store: str = ""

    def compose(self, plan: Plan, header: tuple[str, ...]) -> Pipeline:
        """The pipeline for the plan: its selected steps, or the one cheap job that says why there are none."""
        common = self._common(plan)
        caller = Caller(
            config=self.config,
            config_file=self.config_file,
            store=self.store,
            again=plan.question.again,
            bases=_bases(plan),
        )
        jobs = tuple(self._job(plan, step, common, caller.calls(step)) for step in plan.selected)
        jobs = (*(jobs or (self._nothing(plan),)), *self._carried(plan, caller))
        used = {job.stage for job in jobs}
        order = dict.fromkeys((_NOTHING_STAGE, *(step.spec.stage for step in plan.steps), *(job.stage for job in jobs)))
        return Pipeline(stages=tuple(stage for stage in order if stage in used), jobs=jobs, header=header)

    def _common(self, plan: Plan) -> dict[str, object]:
        """The values that are the same in every job."""
        return {
            "interruptible": plan.question.kind in INTERRUPTIBLE,
            "cache": self._cache(),
            "profile": plan.question.profile.name,
        }

    def _job(self, plan: Plan, step: PlannedStep, common: Mapping[str, object], calls: Calls) -> Job:
        spec = step.spec
        values = {
            **common,
            "stage": spec.stage,
            "image": spec.image,
            "tags": list(spec.tags),
            "timeout": _spoken(spec.timeout),
            "retry": self.instance.retry(self.config.defaults.retry, (EXIT_CODE,) if spec.demand else ()),
            "needs": [{"job": need.step, "artifacts": need.artifacts} for need in step.needs],
            "before_script": list(calls.before),
            "script": list(calls.script),
            "variables": self._variables(plan, step, calls),
            "parallel": {"matrix": [{"MLGITLAB_DATASET": list(spec.matrix)}]} if len(spec.matrix) > 1 else None,
            "artifacts": self._artifacts(step, calls),
            "id_tokens": self._id_tokens(spec.kind),
            "environment": {"name": spec.environment, "action": "prepare"} if spec.environment else None,
            "resource_group": spec.resource_group,
            "model": spec.model,
            "step": str(spec.kind),
            "gpu": {"type": spec.gpu.type, "count": spec.gpu.count} if spec.gpu else None,
        }
        return Job(
            name=spec.id,
            body=without_empty(self.templates.render(str(spec.kind), values)),
            because=tuple(reason.text for reason in step.reasons),
            must_need=tuple(need.step for need in step.needs),
        )

    def _nothing(self, plan: Plan) -> Job:
        values = {
            "stage": _NOTHING_STAGE,
            "image": self.config.defaults.image,
            "tags": list(self.config.defaults.tags),
            "timeout": _NOTHING_TIMEOUT.spoken(),
            "variables": {"GIT_STRATEGY": "none", "MLGITLAB_NOTE": literal(nothing_note(plan))},
            "script": ['printf "%s\\n" "$MLGITLAB_NOTE"'],
        }
        return Job(
            name=NOTHING,
            body=without_empty(self.templates.render("nothing", values)),
            because=("no step is selected, and GitLab fails an empty pipeline",),
        )

    def _carried(self, plan: Plan, caller: Caller) -> Iterator[Job]:
        """The job that shows production's numbers where nothing is evaluated, once there is a store to hold them."""
        specs = not_evaluated(plan) if self.store else ()
        if not specs:
            return
        lines, reports = carried(specs, caller.named)
        variables = {"MLGITLAB_STORE": self.store, **caller.needed()}
        values = {
            "stage": str(StepKind.EVALUATE),
            "image": self.config.defaults.image,
            "tags": list(self.config.defaults.tags),
            "timeout": _CARRIED_TIMEOUT.spoken(),
            "variables": {name: literal(value) for name, value in variables.items()},
            "id_tokens": self._id_tokens(StepKind.EVALUATE),
            "before_script": [INSTALL],
            "script": list(lines),
            "artifacts": {"reports": {"metrics": list(reports)}},
        }
        yield Job(
            name=CARRIED,
            body=without_empty(self.templates.render("metrics", values)),
            because=("GitLab compares merge requests with the metrics of this branch's newest pipeline",),
        )

    def _variables(self, plan: Plan, step: PlannedStep, calls: Calls) -> dict[str, object]:
        spec = step.spec
        facts = {
            "MLGITLAB_STEP": str(spec.kind),
            "MLGITLAB_MODEL": spec.model,
            "MLGITLAB_PROFILE": plan.question.profile.name,
            "MLGITLAB_DATASET": spec.owner if spec.kind is StepKind.DATA else _only(spec.matrix),
            "MLGITLAB_GPU_COUNT": str(spec.gpu.count) if spec.gpu else None,
            "MLGITLAB_STORE": self.store or None,
        }
        given = {f"MLGITLAB_PARAM_{name.upper()}": value for name, value in plan.question.parameters.items()}
        everything = {**spec.variables, **facts, **calls.variables, **given}
        return {name: literal(value) for name, value in everything.items() if value is not None}

    def _cache(self) -> dict[str, object] | None:
        cache = self.config.defaults.cache
        return {"key": {"files": list(cache.key_files)}, "paths": list(cache.paths)} if cache else None

    def _artifacts(self, step: PlannedStep, calls: Calls) -> dict[str, object] | None:
        reports = self._reports(step, calls)
        if not calls.outputs and not reports:
            return None
        found: dict[str, object] = {"expire_in": _spoken(self.config.defaults.expire_in)}
        if calls.always:
            found["when"] = "always"
        if calls.outputs:
            found["paths"] = list(calls.outputs)
        if step.spec.kind is StepKind.GATE and calls.outputs:
            found["expose_as"] = _exposed(step.spec.owner)
        if reports:
            found["reports"] = reports
        return found

    def _reports(self, step: PlannedStep, calls: Calls) -> dict[str, object]:
        """The values of `artifacts:reports`, which GitLab takes from a job that failed, too.

        https://docs.gitlab.com/ci/yaml/artifacts_reports/
        """
        spec = step.spec
        by_path = (("metrics", calls.metrics), ("junit", spec.junit), ("codequality", spec.codequality))
        found: dict[str, object] = {kind: [path] for kind, path in by_path if path}
        if spec.coverage:
            found["coverage_report"] = {"coverage_format": "cobertura", "path": spec.coverage}
        return found

    def _id_tokens(self, kind: StepKind) -> dict[str, object] | None:
        store = self.config.store
        if not store or not store.id_token or kind is StepKind.QUALITY:
            return None
        return {store.id_token.name: {"aud": store.id_token.aud}}


def _bases(plan: Plan) -> tuple[str, ...]:
    """The commits whose gates a change is bound by; the empty tree has none."""
    question = plan.question
    if question.kind not in BOUND_BY_BASE or not question.baseline.known:
        return ()
    return tuple(base for base in question.baseline.bases if base != empty_tree(question.baseline.head))


def _exposed(model: str) -> str:
    """The name of the link in the merge request, of letters, digits, `-`, `_` and spaces.

    https://docs.gitlab.com/ci/yaml/#artifactsexpose_as
    """
    return f"Verdict on {model.replace('.', '-')}"


def literal(value: str) -> object:
    """A variable's value in which GitLab and its runner expand nothing.

    Both expand `$X`, `${X}` and `%X%`: https://docs.gitlab.com/ci/yaml/#variablesexpand
    """
    return {"value": value, "expand": False} if "$" in value or "%" in value else value


def nothing_note(plan: Plan) -> str:
    """Why nothing runs, without a single file name: the text becomes a variable of a job."""
    question = plan.question
    lines = [f"Nothing to do: {paths.printable(question.baseline.why)}."]
    if question.baseline.known:
        count = len(question.changes.changes)
        files = "1 file" if count == 1 else f"{count} files"
        lines.append(f"{files} changed, {len(question.ignored)} ignored." if count else "No file changed.")
    lines.append(f"Profile {question.profile.name}: {', '.join(question.profile.profile.steps) or 'no steps'}.")
    return "\n".join(lines)


@lru_cache(maxsize=64)
def _spoken(duration: Duration) -> str:
    return duration.spoken()


def _only(values: tuple[str, ...]) -> str | None:
    return values[0] if len(values) == 1 else None
