"""From the project to what an evaluation is asked: its command, its evaluation set, and the code that it depends on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from mlgitlab import paths
from mlgitlab.cli.project.fingerprints import fingerprints_of
from mlgitlab.cli.project.webs import Webs
from mlgitlab.cli.training.subject import Subject, job_time, order_of
from mlgitlab.cli.wiring import evaluate as world
from mlgitlab.config.field import Name
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Model
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import UsageError
from mlgitlab.jobs.gate.evaluation import Evaluation
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.provenance import Basis, Job
from mlgitlab.jobs.train.task import Task
from mlgitlab.planning.datasets import anchored, is_remote
from mlgitlab.planning.fingerprint import SCHEME, Fingerprint
from mlgitlab.planning.ingredients import matching
from mlgitlab.planning.steps import StepSpec


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An evaluation of one model on one dataset. smoke: of the result of the short training."""

    subject: Subject
    dataset: str
    secret: Collection[str]

    @property
    def model(self) -> Model:
        """The model; UsageError where there is none of that name."""
        return model_of(self.subject)

    @property
    def step(self) -> StepSpec:
        """The evaluation's step."""
        return self.subject.project.steps[f"{self.subject.model}:evaluate"]

    def evaluation(self, candidate: str) -> Evaluation:
        """What is evaluated, by the project as it is here and now."""
        found, predictions = self._fingerprint(), check(self.subject)
        dataset = self._chosen()
        clock = world.clock()
        limit, spent = job_time(self.subject.request.environ, clock.now())
        code = "" if found.unknown else found.value
        order = self._order(limit)
        return Evaluation(
            task=Task(
                order=order,
                basis=Basis(fingerprint=code, scheme=SCHEME),
                source=self.subject.source,
                job=Job.of(self.subject.request.environ),
                since=clock.seconds(),
                spent=spent,
                environ=self.subject.request.environ,
                secret=self.secret,
                differing=tuple,
            ),
            trained=order_of(self.subject, limit),
            predictions=predictions,
            candidate=candidate,
            dataset=dataset,
            places=self._places(dataset),
            git=self._git(found, dataset),
            code=code,
            labelled=len(self.step.matrix) > 1,
            columns=world.read_columns,
            ids=world.read_ids,
        )

    def _chosen(self) -> str:
        """The evaluation set: the one that is asked for, or the only one."""
        known = self.step.matrix
        if self.dataset and self.dataset not in known:
            hint = suggestion(self.dataset, known, "it has") or "it declares no `datasets`"
            raise UsageError(f"{self.step.id} has no dataset {paths.show(self.dataset)!r}", hint)
        if len(known) > 1 and not self.dataset:
            raise UsageError(f"{self.step.id} has several datasets", f"name one with --dataset: {', '.join(known)}")
        return self.dataset or next(iter(known), "")

    def _order(self, limit: float | None) -> Order:
        step, config = self.step, self.subject.project.config
        trained = order_of(self.subject, limit)
        named = (*self.model.datasets, *step.matrix)
        return Order(
            model=step.owner,
            step=step.id,
            smoke=False,
            command=step.command,
            timeout=min([float(step.timeout.seconds), *([limit] if limit else [])]),
            outputs=step.outputs,
            metrics=step.metrics or "",
            seed=step.seed if step.seed is not None else trained.seed,
            datasets={name: path for name in named if (path := config.datasets[Name(name)].path)},
            parameters=self.subject.parameters,
            variables=step.variables,
        )

    def _fingerprint(self) -> Fingerprint:
        """What the answers depend on besides the model: the fingerprint without the steps whose results are read."""
        alone = replace(self.step, needs=())
        project = replace(self.subject.project, steps={alone.id: alone})
        webs = Webs(self.subject.repository, self.subject.request.cache)
        return fingerprints_of(self.subject.request, project, webs).of([alone.id])[alone.id]

    def _places(self, dataset: str) -> tuple[str, ...]:
        """Where the dataset's files are on this machine."""
        found = self.subject.project.config.datasets.get(Name(dataset)) if dataset else None
        return (found.path,) if found and found.path and not is_remote(found) else ()

    def _git(self, found: Fingerprint, dataset: str) -> Mapping[str, str]:
        """What the fingerprint says of the dataset's files, as the provenance of a training does."""
        globs = Globs(tuple(map(anchored, self._places(dataset))))
        entries = sorted(self.subject.project.snapshot.entries())
        names = set(matching(globs, entries)) if globs else set()
        return {paths.show(item.name): item.digest for item in found.ingredients if item.name in names}


def check(subject: Subject) -> PredictionsFile:
    """What the evaluation writes down; UsageError where there is none."""
    evaluate = model_of(subject).evaluate
    if evaluate is None or evaluate.predictions is None:
        missing = "no evaluate step" if evaluate is None else "no predictions in the evaluate step"
        raise UsageError(
            f"mlgitlab.yml has {missing} of the model {paths.show(subject.model)!r}",
            "docs/gates.md shows how an evaluation says what the model answered",
        )
    return evaluate.predictions


def model_of(subject: Subject) -> Model:
    """The model that is asked for; UsageError where the configuration has none of that name."""
    models = subject.project.config.models
    if subject.model not in models:
        hint = suggestion(subject.model, models, "models") or "it declares no models"
        raise UsageError(f"mlgitlab.yml has no model {paths.show(subject.model)!r}", hint)
    return models[Name(subject.model)]
