"""From the project, the store and git to what a gate judges, and by which rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mlgitlab.ci import BOUND_BY_BASE
from mlgitlab.cli import wiring
from mlgitlab.cli.evaluation.asked import model_of
from mlgitlab.cli.evaluation.candidates import candidate
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options
from mlgitlab.cli.project.comparison import config_then
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.training.report import Teller
from mlgitlab.cli.training.subject import Subject, secrets_of
from mlgitlab.cli.wiring import evaluate as files
from mlgitlab.cli.wiring import gate as world
from mlgitlab.cli.wiring.train import tools_of
from mlgitlab.config.field import Name
from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_metrics import MetricRule
from mlgitlab.config.schema import Model
from mlgitlab.errors import ConfigError, Problem, UsageError, WorldError
from mlgitlab.jobs.gate.artifact import judge as artifact
from mlgitlab.jobs.gate.binding import Bound, bind
from mlgitlab.jobs.gate.case import Case
from mlgitlab.jobs.gate.gathering import Gatherer, StoredFiles, provenances
from mlgitlab.jobs.gate.held_out import Training
from mlgitlab.jobs.gate.metrics.own import OwnMetric
from mlgitlab.jobs.train.task import Tools
from mlgitlab.paths import show
from mlgitlab.store.keys import PRODUCTION

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What the command line says about the candidate. Empty means not given."""

    model: str
    reference: str
    store: str
    as_json: bool


def court_of(around: Surroundings, options: Options, called: Called) -> tuple[Court, str, bool]:
    """Who judges, the candidate's digest, and whether it is the result of a smoke training."""
    request, repository = wiring.start(around, options)
    if repository.bare:
        raise UsageError("a bare repository has no files to judge with")
    name = called.model.partition("@")[0]
    subject = Subject(request=request, repository=repository, model=name, smoke=False)
    model_of(subject)  # a model that nobody declared is named before the store is looked into
    placed = around if called.store else replace(around, cwd=repository.folder)
    store = open_store(placed, subject.project.config, called.store)
    tools = tools_of(around, store, repository.folder, Teller(), aside=called.as_json)
    digest, step = candidate(called.model, called.reference, tools.folder, store)
    return Court(subject=subject, tools=tools), digest, step.endswith(":smoke")


@dataclass(frozen=True, kw_only=True)
class Court:
    """Who judges: the project, and the tools that reach the world."""

    subject: Subject
    tools: Tools

    def rules(self, bases: tuple[str, ...]) -> Bound:
        """The rules of the commit, and those of its bases that it would weaken.

        UsageError where there are none at all, WorldError where a base cannot be read.
        """
        model = model_of(self.subject)
        own, then = model.gates, [self._then(base) for base in bases or self._bases()]
        found = bind(_named(model), [_named(each) if each else None for each in then])
        if any(_says_rows(each) for each in then if each) and not _says_rows(model):
            told = "evaluate.predictions.trained_on was taken out"
            found = replace(found, weakened=(*found.weakened, told), seen=True)
        if found.rules is None and not found.then:
            hint = "docs/gates.md shows the rules that there are"
            raise UsageError(f"mlgitlab.yml has no gates of the model {show(self.subject.model)!r}", hint)
        if own and (wrong := tuple(artifact.wrong(own.size, own.format))):
            where = f"{self.subject.request.config.path}: models.{self.subject.model}.gates"
            raise ConfigError(tuple(Problem(where=f"{where}.{key}", what=what) for key, what in wrong))
        return found

    def _bases(self) -> tuple[str, ...]:
        """What a merge request is compared with, where the job does not say it."""
        env = self.subject.request.env
        return (env.diff_base_sha,) if env.in_ci and env.kind in BOUND_BY_BASE and env.diff_base_sha else ()

    def _then(self, base: str) -> Model | None:
        """The model as a commit that counts as well has it."""
        repository = self.subject.repository
        commit = repository.resolve(base)
        if commit is None and _SHA.fullmatch(base) and repository.obtain(base):
            commit = base
        if commit is None:
            raise WorldError(f"the commit {base[:80]!r}, whose gates count as well, is not in the clone", "fetch it")
        config = config_then(repository.snapshot(commit), self.subject.request.config.path)
        if isinstance(config, str):
            self.tools.tell(f"the rules of {commit[:12]} do not count: {config}")
            return None
        return config.models.get(Name(self.subject.model))

    @contextmanager
    def case(self, candidate: str, *, smoke: bool, itself: bool = False) -> Iterator[Case]:
        """The candidate and the model in production, as the store has them, while somebody judges.

        itself: measurements are of the candidate beside itself.
        """
        model, store = self.subject.model, self.tools.store
        pointer = store.pointer(model, PRODUCTION)
        production = pointer.digest if pointer else ""
        beside = production if production != candidate else ""
        with world.folder(self.tools.folder.root, model) as folder:
            place = folder / "predictions"
            gatherer = Gatherer(store=store, into=place, columns=files.read_columns)
            yield Case(
                model=model,
                candidate=candidate,
                folder=place,
                production=production,
                smoke=smoke,
                answers=gatherer.answers(model, candidate, beside, self._places()),
                training=Training.of(self._declared(), provenances(store, model, candidate)),
                files=StoredFiles.of(store, model, candidate),
                production_files=StoredFiles.of(store, model, beside) if beside else None,
                measure=world.Bench(
                    root=self.tools.folder.root,
                    folder=folder,
                    environ=self._environ(),
                    pull=lambda digest, into: store.pull(model, digest, into, self.tools.progress),
                    candidate=candidate,
                    production=candidate if itself else beside,
                ),
                own=self._own,
            )

    def _places(self) -> Mapping[str, str]:
        """Where each evaluation set lies, by name; one without a name where the command alone knows it."""
        evaluate, datasets = model_of(self.subject).evaluate, self.subject.project.config.datasets
        if evaluate is None or evaluate.predictions is None:
            return {}
        return {name: datasets[Name(name)].path or "" for name in evaluate.datasets} or {"": ""}

    def _environ(self) -> Mapping[str, str]:
        """The variables of what serves a model: those of the job, without what is for us alone."""
        secret = secrets_of(self.subject.project.config)
        kept = {name: value for name, value in self.subject.request.environ.items() if name not in secret}
        step = self.subject.project.steps.get(f"{self.subject.model}:gate")
        return {**kept, **(step.variables if step else {}), "MLGITLAB_MODEL": self.subject.model}

    def _declared(self) -> tuple[str, ...]:
        """The datasets that the configuration says are trained on."""
        model = model_of(self.subject)
        steps = [step for step in (model.train, model.smoke) if step]
        return (*model.datasets, *(name for step in steps for name in step.datasets))

    def _own(self, rules: Mapping[str, MetricRule]) -> Mapping[str, OwnMetric]:
        step = self.subject.project.steps[f"{self.subject.model}:train"]
        root, roots = self.tools.folder.root, step.source_roots
        return {name: world.load_metric(rule.entry, root, roots) for name, rule in rules.items() if rule.entry}


def _named(model: Model) -> Gates | None:
    """The model's gates with the names of the sets that they are judged by."""
    if model.gates is None or model.gates.held_out or model.evaluate is None:
        return model.gates
    return replace(model.gates, held_out=model.evaluate.datasets)


def _says_rows(model: Model) -> bool:
    """Whether the model says in which file the rows are that it was trained on."""
    predictions = model.evaluate.predictions if model.evaluate else None
    return bool(predictions and predictions.trained_on)
