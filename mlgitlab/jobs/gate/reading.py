"""From the columns of a file to predictions; everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mlgitlab import paths
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.predictions import Predictions, Task

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.predictions import Floats, Texts

# Of a file, by name: texts, numbers or booleans, all of one length. A missing text is empty, a missing number NaN.
Columns: TypeAlias = Mapping[str, "np.ndarray[Any, Any]"]
_MOST_NAMED = 5
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})


def predictions(columns: Columns, wanted: PredictionsFile, where: str) -> Predictions:
    """The predictions, sorted by id. RefusedError with all problems; `where` names the file in it.

    Answers that are no finite number stay what they are, for the gate to judge. A truth that is missing, an id that is
    missing or comes twice, and a weight that is negative or no number are problems of the file.
    """
    _refuse(where, _missing(columns, wanted))
    faults: list[str] = []
    ids = texts(columns[wanted.id])
    task = Task(wanted.task)
    faults += _wrong_ids(ids, wanted.id)
    order = np.argsort(ids, kind="stable")
    classes = _classes(columns, wanted) if task in _CLASSES else ()
    faults += _wrong_classes(task, classes, columns, wanted)
    truth = _answers(columns[wanted.truth], classes, task)
    faults += _not_finite(truth, ids, f"the truth in {quoted(wanted.truth)}")
    weight = numbers(columns[wanted.weight]) if wanted.weight else None
    if weight is not None:
        faults += _not_finite(weight, ids, f"the weight in {quoted(str(wanted.weight))}")
        faults += [f"{np.count_nonzero(weight < 0)} weights are negative"] if (weight < 0).any() else []
    _refuse(where, faults)
    predicted = _answers(columns[wanted.prediction], classes, task) if wanted.prediction else None
    scores = _scores(columns, wanted, classes)
    return Predictions(
        task=task,
        ids=ids[order],
        truth=truth[order],
        predicted=None if predicted is None else predicted[order],
        scores=None if scores is None else scores[order],
        classes=classes,
        groups={name: texts(columns[name])[order] for name in wanted.groups},
        weight=None if weight is None else weight[order],
        cluster=texts(columns[wanted.cluster])[order] if wanted.cluster else None,
    )


def names_of(wanted: PredictionsFile) -> tuple[str, ...]:
    """The columns that the configuration names, each once."""
    single = (wanted.id, wanted.truth, wanted.prediction, wanted.score, wanted.weight, wanted.cluster)
    named = (*(name for name in single if name), *wanted.scores.values(), *wanted.groups)
    return tuple(dict.fromkeys(named))


def texts(column: np.ndarray[Any, Any]) -> Texts:
    """A column as texts: a whole number is written without a point, whatever the file made of it."""
    if column.dtype.kind == "f":
        return np.array([_shown(value) for value in column.tolist()], dtype=np.str_)
    return column.astype(np.str_)


def _shown(value: float) -> str:
    if value != value:  # noqa: PLR0124 (NaN alone differs from itself)
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def numbers(column: np.ndarray[Any, Any]) -> Floats:
    """A column as numbers; what is none is NaN."""
    if column.dtype.kind != "U":
        return column.astype(np.float64)
    try:
        return column.astype(np.float64)
    except ValueError:
        return np.array([_number(text) for text in column.tolist()], dtype=np.float64)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _missing(columns: Columns, wanted: PredictionsFile) -> Iterator[str]:
    for name in names_of(wanted):
        if name not in columns:
            yield f"there is no column {quoted(name)}; {suggestion(name, columns, 'it has') or 'it has none'}"


def _wrong_ids(ids: Texts, name: str) -> Iterator[str]:
    empty = np.count_nonzero(ids == "")
    if empty:
        yield f"{empty} {'row has' if empty == 1 else 'rows have'} no id in {quoted(name)}"
    found, counts = np.unique(ids, return_counts=True)
    twice = [str(each) for each in found[counts > 1] if each]
    if twice:
        yield f"{len(twice)} {'id comes' if len(twice) == 1 else 'ids come'} more than once: {_listed(twice)}"


def _classes(columns: Columns, wanted: PredictionsFile) -> tuple[str, ...]:
    if wanted.classes:
        return wanted.classes
    named = [wanted.truth, *([wanted.prediction] if wanted.prediction else [])]
    occurring = {_class(text) for name in named for text in np.unique(texts(columns[name])).tolist()}
    return tuple(sorted((occurring | set(wanted.scores)) - {""}))


def _class(text: str) -> str:
    """A class as it is called: `1.0`, which some libraries write for 1, is 1."""
    return text.removesuffix(".0") if text.removesuffix(".0").lstrip("-").isdecimal() else text


def _wrong_classes(
    task: Task, classes: Sequence[str], columns: Columns, wanted: PredictionsFile
) -> Iterator[str]:  # fmt: skip
    if task is Task.BINARY and len(columns[wanted.id]) and len(classes) != 2:
        what = f"{len(classes)} classes occur ({_listed(classes)}), and `binary` has two"
        yield f"{what}: name both in `predictions.classes`, or say `task: multiclass`"
    if task is Task.MULTICLASS and wanted.scores and set(wanted.scores) != set(classes):
        yield f"`predictions.scores` has not a column for each class: {_listed(set(wanted.scores) ^ set(classes))}"
    if task in _CLASSES and wanted.classes:
        occurring = {_class(text) for text in np.unique(texts(columns[wanted.truth])).tolist()} - {""}
        if unknown := occurring - set(wanted.classes):
            yield f"the truth has classes that `predictions.classes` does not name: {_listed(unknown)}"


def _answers(column: np.ndarray[Any, Any], classes: Sequence[str], task: Task) -> Floats:
    """Class numbers, NaN for what is no class; or values."""
    if task not in _CLASSES:
        return numbers(column)
    found, where = np.unique(texts(column), return_inverse=True)
    places = {name: float(place) for place, name in enumerate(classes)}
    return np.array([places.get(_class(text), float("nan")) for text in found.tolist()], dtype=np.float64)[where]


def _scores(columns: Columns, wanted: PredictionsFile, classes: Sequence[str]) -> Floats | None:
    if wanted.scores:
        return np.column_stack([numbers(columns[wanted.scores[name]]) for name in classes])
    return numbers(columns[wanted.score]) if wanted.score else None


def _not_finite(values: Floats, ids: Texts, what: str) -> Iterator[str]:
    wrong = ids[~np.isfinite(values)]
    if len(wrong):
        yield f"{what} is missing or no number in {len(wrong)} rows: {_listed(wrong.tolist())}"


def _refuse(where: str, faults: Iterator[str] | Sequence[str]) -> None:
    found = list(faults)
    if found:
        lines = "\n".join(f"  {paths.printable(each)}" for each in found)
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise RefusedError(f"{where} holds no predictions that could be judged: {count}\n{lines}")


def _listed(names: Sequence[str] | set[str]) -> str:
    some = sorted(names)[:_MOST_NAMED]
    more = f" and {len(names) - len(some)} more" if len(names) > len(some) else ""
    return ", ".join(quoted(name) for name in some) + more
