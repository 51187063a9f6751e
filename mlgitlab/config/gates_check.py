"""Faults of `gates`, and of what they are judged by, that only the whole configuration shows."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.config import gates, gates_fairness, gates_metrics
from mlgitlab.config.faults import Finding
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.schema import Config, Model
from mlgitlab.config.wording import quoted, suggestion

_TASKS = {"binary": ("score", "prediction"), "multiclass": ("scores", "prediction")}


def check(config: Config) -> Iterator[Finding]:
    """Everything wrong with the gates of all models, and with the predictions that they read."""
    for name, model in config.models.items():
        key = f"models.{name}"
        evaluate = model.evaluate
        if evaluate and evaluate.predictions:
            yield from _predictions(f"{key}.evaluate.predictions", evaluate.predictions)
        for step, other in (("train", model.train), ("smoke", model.smoke)):
            if other and other.predictions:
                what = "only `evaluate` writes predictions"
                yield Finding(path=f"{key}.{step}.predictions", what=what, hint="put it under `evaluate`")
        if model.gates:
            yield from _gates(key, model)


def _gates(key: str, model: Model) -> Iterator[Finding]:
    assert model.gates
    for below, what in gates.faults(model.gates):
        yield Finding(path=f"{key}.gates{f'.{below}' if below else ''}", what=what, hint="docs/gates.md has every rule")
    if model.train is None:
        what = "nothing is trained, so that there is no model to judge"
        yield Finding(path=f"{key}.gates", what=what, hint="give it `train`", absent=(f"{key}.train",))
    predictions = model.evaluate.predictions if model.evaluate else None
    if model.gates.on_rows and predictions is None:
        what = "rules about metrics and fairness are judged by predictions, and nothing writes any"
        hint = f"say in {key}.evaluate.predictions in which file the evaluation leaves them"
        yield Finding(path=f"{key}.gates", what=what, hint=hint, absent=(f"{key}.evaluate.predictions",))
    datasets = model.evaluate.datasets if model.evaluate else ()
    for index, name in enumerate(model.gates.held_out):
        if name not in datasets:
            hint = suggestion(name, datasets, "it has") or f"{key}.evaluate.datasets names none"
            what = f"the evaluation has no dataset {quoted(name)}"
            yield Finding(path=f"{key}.gates.held_out[{index}]", what=what, hint=hint)
    if predictions:
        yield from _columns(key, model, predictions)
        yield from _answers(key, model, predictions)


def _columns(key: str, model: Model, predictions: PredictionsFile) -> Iterator[Finding]:
    """Rules about groups name columns that the predictions must have."""
    assert model.gates
    named = [
        *((f"metrics.{name}.slices", column) for name, rule in model.gates.metrics.items() for some in rule.slices for column in some),
        *((f"fairness.{name}.groups", column) for name, rule in model.gates.fairness.items() for some in rule.groups for column in some),
    ]  # fmt: skip
    for below, column in named:
        if column not in predictions.groups:
            hint = suggestion(column, predictions.groups, "they have") or "name it in `predictions.groups`"
            what = f"the predictions have no group column {quoted(column)}"
            yield Finding(path=f"{key}.gates.{below}", what=what, hint=hint)


def _answers(key: str, model: Model, predictions: PredictionsFile) -> Iterator[Finding]:
    """Rules read an answer of some kind: one that the predictions do not have leaves a rule open for ever."""
    assert model.gates
    rules = [
        *((f"metrics.{name}", gates_metrics.reads(name, rule)) for name, rule in model.gates.metrics.items()),
        *((f"fairness.{name}", gates_fairness.reads(name, rule)) for name, rule in model.gates.fairness.items()),
    ]
    scores = "scores" if predictions.task == "multiclass" else "score"
    for below, read in rules:
        column = scores if read == "score" else read
        if column and not getattr(predictions, column):
            what = f"the rule reads `{column}`, and the predictions have none"
            at = f"{key}.evaluate.predictions.{column}"
            hint = f"name its column in {at}"
            yield Finding(path=f"{key}.gates.{below}", what=what, hint=hint, absent=(at,))


def _predictions(key: str, found: PredictionsFile) -> Iterator[Finding]:
    if not found.file.lower().endswith((".csv", ".parquet", ".pq")):
        yield Finding(path=f"{key}.file", what="its format is not known", hint="its name ends in .csv or .parquet")
    asked = _TASKS.get(found.task, ("score",) if found.task == "ranking" else ("prediction",))
    if not any(getattr(found, name) for name in asked):
        names = " or ".join(f"`{name}`" for name in asked)
        what = f"for `task: {found.task}` they hold no answer"
        yield Finding(
            path=key, what=what, hint=f"name its column: {names}", absent=tuple(f"{key}.{name}" for name in asked)
        )
    if found.task == "ranking" and not found.cluster:
        hint = "`cluster` names the column with the query"
        yield Finding(path=key, what="rows of a ranking belong to queries", hint=hint, absent=(f"{key}.cluster",))
    if found.scores and found.task != "multiclass":
        yield Finding(path=f"{key}.scores", what="only `multiclass` has a score for each class", hint="use `score`")
    if found.score and found.task in ("multiclass", "regression"):
        yield Finding(
            path=f"{key}.score", what=f"`{found.task}` has no single score", hint="use `scores` or `prediction`"
        )
    if found.classes and (found.task in ("regression", "ranking") or len(set(found.classes)) != len(found.classes)):
        yield Finding(path=f"{key}.classes", what="these are no classes of the task", hint="name each class once")
    if found.task == "binary" and len(found.classes) not in (0, 2):
        yield Finding(path=f"{key}.classes", what="`binary` has two classes", hint="the second is the positive one")
