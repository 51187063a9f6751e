"""From the project to what a training is asked, and what its result depends on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mlgitlab import paths
from mlgitlab.changes import ChangeKind
from mlgitlab.ci import PipelineKind
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.project.fingerprints import fingerprints_of
from mlgitlab.cli.project.head import Project, parameters_of, read_project
from mlgitlab.cli.project.webs import Webs
from mlgitlab.cli.stores import DEFAULT_TOKEN
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.provenance import Basis, Source
from mlgitlab.planning.derive import with_parameters
from mlgitlab.planning.fingerprint import SCHEME, Fingerprint
from mlgitlab.planning.ingredients import matching
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository

_DEFAULT_KEY = "MLGITLAB_SIGNING_KEY"
_NOTES = "MLGITLAB_GITLAB_TOKEN"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The step that is asked for, in the project as it is here and now."""

    request: Request
    repository: Repository
    model: str
    smoke: bool

    @cached_property
    def source(self) -> Source:
        """The commit, and what on disk is not as it has it."""
        environ = self.request.environ
        head = self.repository.resolve("HEAD") or ""
        changed: list[str] = []
        untracked: list[str] = []
        for change in self.repository.uncommitted_changes((head,)).changes if head else ():
            is_new = change.kind is ChangeKind.ADDED and not change.new_blob
            (untracked if is_new else changed).append(change.path)
        return Source(
            commit=head,
            branch=environ.get("CI_COMMIT_REF_NAME", "") or self.repository.current_branch() or "",
            project=environ.get("CI_PROJECT_URL", ""),
            changed=tuple(changed),
            untracked=tuple(untracked),
        )

    @cached_property
    def project(self) -> Project:
        """The project: on a laptop the files on disk; in CI those of the commit, unless tracked ones were altered.

        A job's folder holds artifacts and caches that the generating job did not have: both must come to one
        fingerprint.
        """
        request = self.request
        if request.env.in_ci and self.source.changed:
            request = replace(request, env=replace(request.env, kind=PipelineKind.LAPTOP))
        return read_project(request, self.repository)

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The checked parameters of the run."""
        return parameters_of(self.request, self.project.config)

    @cached_property
    def step(self) -> StepSpec:
        """The step; UsageError where the configuration has none of that name."""
        kind = "smoke" if self.smoke else "train"
        found = self.project.steps.get(f"{self.model}:{kind}")
        if found is None:
            models = {spec.owner for spec in self.project.steps.values() if spec.is_training}
            if self.model in models:
                other = "smoke" if kind == "train" else "train"
                hint = f"it has {other}: mlgitlab train {self.model}{' --smoke' if other == 'smoke' else ''}"
            else:
                hint = suggestion(self.model, models, "models") or f"models: {', '.join(sorted(models)) or 'none'}"
            raise UsageError(f"mlgitlab.yml has no {kind} step of a model {paths.show(self.model)!r}", hint)
        return with_parameters({found.id: found}, self.project.config, self.parameters)[found.id]

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What the step's result depends on."""
        webs = Webs(self.repository, self.request.cache)
        return fingerprints_of(self.request, self.project, webs).of([self.step.id])[self.step.id]

    def again(self) -> Subject:
        """The same, read anew."""
        return Subject(request=self.request, repository=self.repository, model=self.model, smoke=self.smoke)


def order_of(subject: Subject, timeout_in_ci: float | None) -> Order:
    """All that a training needs to know of the step."""
    step, config = subject.step, subject.project.config
    model = config.models[Name(step.owner)]
    declared = model.smoke if subject.smoke else model.train
    named = (*model.datasets, *(declared.datasets if declared else ()))
    steps = subject.project.steps
    limits = [float(step.timeout.seconds), *([timeout_in_ci] if timeout_in_ci else [])]
    return Order(
        model=step.owner,
        step=step.id,
        smoke=subject.smoke,
        command=step.command,
        timeout=min(limits),
        outputs=step.outputs,
        load=step.load,
        checkpoint=step.checkpoint,
        loss=step.loss,
        metrics=step.metrics or "",
        seed=step.seed or 0,
        image=step.image or "",
        datasets={name: config.datasets[Name(name)].path or "" for name in named if config.datasets[Name(name)].path},
        parameters=subject.parameters,
        variables=step.variables,
        upstream=tuple(
            (need.step, steps[need.step].owner)
            for need in step.needs
            if need.artifacts and need.step in steps and steps[need.step].is_training
        ),
    )


def basis_of(subject: Subject) -> Basis:
    """The step's fingerprint, as the record has it."""
    found = subject.fingerprint
    entries = sorted(subject.project.snapshot.entries())
    rules = (rule for rule in subject.step.rules if rule.key.startswith("datasets."))
    return Basis(
        fingerprint=found.value,
        scheme=SCHEME,
        ingredients=tuple((item.kind, item.name, item.digest) for item in found.ingredients),
        unknown=found.unknown,
        data=frozenset(path for rule in rules for path in matching(rule.globs, entries)),
    )


def secrets_of(config: Config) -> Collection[str]:
    """The variables that are for us alone."""
    store = config.store
    named = (
        store.signing.key if store and store.signing else _DEFAULT_KEY,
        store.id_token.name if store and store.id_token else DEFAULT_TOKEN,
    )
    return frozenset((*named, _DEFAULT_KEY, DEFAULT_TOKEN, _NOTES))


def differing(then: Subject, now: Subject, order: Order) -> Sequence[str]:
    """Which files or settings that the result depends on are not as they were. What the step writes does not count."""
    products = (*order.outputs, order.metrics, order.loss.file if order.loss and order.loss.file else "", ".mlgitlab")
    written = [paths.normalise(product) for product in products if product]
    before, after = ({*each.fingerprint.ingredients} for each in (then, now))
    names = {item.name for item in before ^ after} | ({*now.source.changed} - {*then.source.changed})
    return sorted(name for name in names if not any(paths.is_within(name, product) for product in written))


def job_time(environ: Mapping[str, str], now: dt.datetime) -> tuple[float | None, float]:
    """Seconds that GitLab gives the job, None for unknown, and those that are over."""
    try:
        limit = float(environ.get("CI_JOB_TIMEOUT", "")) or None
    except ValueError:
        limit = None
    try:
        spent = (now - dt.datetime.fromisoformat(environ.get("CI_JOB_STARTED_AT", ""))).total_seconds()
    except (ValueError, TypeError):
        return limit, 0.0
    # Another machine's clock: what cannot be is not believed.
    return limit, spent if 0 <= spent < (limit or 86400.0 * 31) else 0.0
