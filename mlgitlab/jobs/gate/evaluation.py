"""The evaluation of a candidate and, where the store does not have its answers, of the model in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgitlab import paths
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.gate import pairing, reading, record
from mlgitlab.jobs.gate.placing import Place
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.reading import Columns
from mlgitlab.jobs.gate.record import Kept
from mlgitlab.jobs.gate.verdict import Compared
from mlgitlab.jobs.metrics.record import KIND as METRICS
from mlgitlab.jobs.metrics.record import Record
from mlgitlab.jobs.train import judging
from mlgitlab.jobs.train.environment import environment, script
from mlgitlab.jobs.train.order import Order, limit
from mlgitlab.jobs.train.provenance import utc
from mlgitlab.jobs.train.task import Task, Tools
from mlgitlab.store import digests
from mlgitlab.store.keys import PRODUCTION

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What is evaluated, and how.

    task: the evaluation's command and circumstances, as of a training. trained: the step whose outputs the model is.
    candidate: its digest. dataset: the name of the evaluation set, empty where the command alone knows it; `places` is
    where its files are. code: the evaluation's fingerprint without the model, empty where nobody can tell. labelled:
    whether numbers carry the dataset's name. columns and ids: read files.
    """

    task: Task
    trained: Order
    predictions: PredictionsFile
    candidate: str
    dataset: str = ""
    places: tuple[str, ...] = ()
    git: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    labelled: bool = False
    columns: Callable[[Path, str, Iterable[str]], Columns]
    ids: Callable[[Path, str, str], Sequence[str]]

    @property
    def model(self) -> str:
        """The model's name."""
        return self.task.order.model

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the numbers that the evaluation writes."""
        return {"dataset": self.dataset} if self.labelled else {}

    @property
    def aside(self) -> str:
        """The folder in which the candidate's files wait while production's are in their place."""
        return f".mlgitlab/{self.model}/aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What came of it. `numbers` are the candidate's and `beside` production's; None where nothing was written.

    trouble: why there are no answers of production to compare with, though there is a model in production.
    reused: whether the store had production's answers.
    """

    compared: Compared
    kept: Kept
    production: str = ""
    numbers: Mapping[str, float] | None = None
    trouble: str = ""
    reused: bool = False


class _SignalledError(Exception):
    """The command was ended by a signal that reached us."""

    def __init__(self, signal: int) -> None:
        super().__init__(str(signal))
        self.signal = signal


def evaluate(what: Evaluation, tools: Tools) -> Evaluated | int:
    """Evaluate, and put predictions and numbers into the store: what came of it, or the signal that ended it.

    RefusedError where the candidate's evaluation fails or leaves no predictions that could be judged. Production's
    failing is `trouble`: the gate says what that means.
    """
    _place(what, tools).bring(what.candidate)
    try:
        own = _answer(what, tools)
        kept, numbers = _keep(what, tools, what.candidate, own)
        pointer = tools.store.pointer(what.model, PRODUCTION)
        if pointer is None:
            return Evaluated(compared=Compared.NOTHING, kept=kept, numbers=numbers)
        if pointer.digest == what.candidate:
            return Evaluated(compared=Compared.ITSELF, kept=kept, numbers=numbers, production=pointer.digest)
        found = Evaluated(compared=Compared.PRODUCTION, kept=kept, numbers=numbers, production=pointer.digest)
        return _beside(what, tools, found, own.predictions)
    except _SignalledError as error:
        return error.signal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a run of the command left."""

    predictions: Predictions
    place: Path
    numbers: Mapping[str, float] | None


def _beside(what: Evaluation, tools: Tools, found: Evaluated, own: Predictions) -> Evaluated:
    """Production's answers: those that the store has, or new ones."""
    production = found.production
    kept = record.kept(tools.store.records(what.model, production, record.KIND), f"{what.model} in production")
    known = record.beside(kept, found.kept)
    if known and what.code and known.code == what.code:
        tools.tell(f"the store has the answers of {digests.short(production)}, which is in production, on these rows")
        return replace(found, reused=True)
    tools.tell(f"evaluating {digests.short(production)}, which is in production, on the same rows")
    try:
        with _place(what, tools).instead(production):
            answer = _answer(what, tools)
            if differing := "; ".join(pairing.differences(own, answer.predictions)):
                raise RefusedError(f"its answers are not on the candidate's rows: {differing}")  # noqa: TRY301 (told below)
            _keep(what, tools, production, answer)
    except (RefusedError, UsageError) as error:
        trouble = error.message.partition("\n")[0]
        tools.tell(f"production could not be evaluated: {error.message}")
        if known:
            tools.tell("its own evaluation's answers on these rows are in the store: those are compared")
            return replace(found, reused=True)
        return replace(found, trouble=trouble)
    return found


def _place(what: Evaluation, tools: Tools) -> Place:
    written = (*what.task.order.outputs, *_products(what))
    return Place(tools=tools, trained=what.trained, aside=what.aside, written=written)


def _products(what: Evaluation) -> Iterator[str]:
    order = what.task.order
    yield what.predictions.file
    if order.metrics:
        yield order.metrics


def _answer(what: Evaluation, tools: Tools) -> _Answer:
    """Run the command, and read what it leaves."""
    folder, order = tools.folder, what.task.order
    old = folder.entries(tuple(_products(what)))
    if tracked := sorted(folder.tracked(old)):
        hint = "the evaluation writes them anew: let git ignore them"
        raise UsageError(f"git tracks what the evaluation writes: {', '.join(map(paths.show, tracked))}", hint)
    folder.remove(old, ())
    _run(what, tools)
    places = folder.files([what.predictions.file])
    if len(places) != 1:
        there = "several files" if places else "not there"
        raise RefusedError(
            f"the predictions {paths.show(what.predictions.file)!r} are {there}: did the command write it?"
        )
    ((name, place),) = places.items()
    columns = what.columns(place, name, reading.names_of(what.predictions))
    found = reading.predictions(columns, what.predictions, paths.show(name))
    if order.metrics and not folder.entries([order.metrics]):
        raise RefusedError(f"the metrics {paths.show(order.metrics)!r} are not there: did the command write them?")
    numbers = judging.numbers_of(order.metrics, folder).metrics if order.metrics else None
    return _Answer(predictions=found, place=place, numbers=numbers)


def _run(what: Evaluation, tools: Tools) -> None:
    task, order = what.task, what.task.order
    environ = environment(
        order, environ=task.environ, root=str(tools.folder.root), fingerprint=what.code, secret=task.secret
    )
    environ["MLGITLAB_PREDICTIONS"] = f"{tools.folder.root}/{paths.normalise(what.predictions.file)}"
    if what.dataset:
        environ["MLGITLAB_DATASET"] = what.dataset
    left = limit(order.timeout, task.spent + tools.clock.seconds() - task.since)
    ended = tools.shell(script(order.command), environ, seconds=left.seconds, grace=left.grace, seen=_unseen)
    if ended.left:
        tools.tell("processes that the command had left running were ended")
    if ended.signal:
        raise _SignalledError(ended.signal)
    if error := judging.failure("the evaluation's command", ended, left.seconds):
        raise error


def _keep(what: Evaluation, tools: Tools, digest: str, answer: _Answer) -> tuple[Kept, Mapping[str, float] | None]:
    """The predictions and the numbers, with the model that they are about."""
    data = _data(what, tools)
    task, at = what.task, utc(tools.clock.now())
    own = digest == what.candidate
    kept = Kept(
        dataset=what.dataset,
        set=pairing.set_digest(answer.predictions, data),
        data=data,
        git=what.git,
        rows=answer.predictions.rows,
        columns=what.predictions,
        file=answer.place.name,
        code=what.code,
        own=own,
        at=at,
        commit=task.source.commit,
        job=task.job.url,
        seen=_seen(what, tools, answer.predictions, required=own),
    )
    tools.store.attach(what.model, digest, record.KIND, kept.content(), {answer.place.name: answer.place})
    if answer.numbers is not None:
        numbers = Record(step="evaluate", labels=what.labels, metrics=answer.numbers, at=at)
        tools.store.record(what.model, digest, METRICS, numbers.content())
    return kept, answer.numbers


def _data(what: Evaluation, tools: Tools) -> Mapping[str, str]:
    """The SHA-256 of each file of the dataset; nothing of one that is not on this machine."""
    found = tools.folder.files(what.places)
    return {paths.show(name): tools.store.files.digest(place, _unseen) for name, place in found.items()}


def _seen(what: Evaluation, tools: Tools, found: Predictions, *, required: bool) -> Mapping[str, object]:
    """The rows that the model says it was trained on. A model that is older than the key need not say it."""
    name = what.predictions.trained_on
    if not name:
        return {}
    places = tools.folder.files([name])
    if not places and not required:
        return {}
    if not places:
        raise RefusedError(
            f"the model has no {paths.show(name)!r}, in which `trained_on` says that its training rows are",
            "let the training write it among its outputs",
        )
    rows = {each for place_name, place in places.items() for each in what.ids(place, place_name, what.predictions.id)}
    shared = [each for each in found.ids.tolist() if each in rows]
    return {"ids": len(rows), "shared": len(shared), "some": [paths.show(each) for each in shared[:_MOST_NAMED]]}


def _unseen(_: object) -> None:
    """Nobody looks."""
