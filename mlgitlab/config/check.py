"""Faults that only the whole configuration shows: names that lead nowhere, circles, contradictions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mlgitlab.config import deploy_check, gates_check, limits, parameters, spending, walk
from mlgitlab.config.faults import Finding
from mlgitlab.config.schema import RESERVED_NAMES, Config
from mlgitlab.config.wording import quoted, suggestion

_MOST_NAMED = 8


def check(config: Config) -> Iterator[Finding]:
    """Everything wrong with a configuration whose every value is of the right type."""
    yield from _reserved_names(config)
    yield from _models_without_steps(config)
    yield from _datasets_without_data(config)
    yield from _unknown_datasets(config)
    yield from _unknown_models(config)
    yield from _models_that_make_nothing(config)
    yield from _circles(config)
    yield from _shared_labels(config)
    yield from limits.check(config)
    yield from parameters.check(config)
    yield from gates_check.check(config)
    yield from spending.check(config)
    yield from deploy_check.check(config)


def _reserved_names(config: Config) -> Iterator[Finding]:
    for name in config.models:
        if name in RESERVED_NAMES:
            hint = "jobs are called `model:step`, `data:dataset` and `quality:check`; choose another name"
            yield Finding(path=f"models.{name}", what=f"a model cannot be called `{name}`", hint=hint)


def _models_without_steps(config: Config) -> Iterator[Finding]:
    for name, model in config.models.items():
        if not any(walk.model_steps(name, model)):
            steps = tuple(f"models.{name}.{step}" for step in ("train", "smoke", "evaluate"))
            what = "the model has no command"
            yield Finding(path=f"models.{name}", what=what, hint="give it `train`, `smoke` or `evaluate`", absent=steps)


def _datasets_without_data(config: Config) -> Iterator[Finding]:
    for name, dataset in config.datasets.items():
        if not dataset.path and not dataset.inputs:
            key = f"datasets.{name}"
            what = "the dataset is nowhere: no change could ever reach it"
            yield Finding(
                path=key, what=what, hint="give it `path` or `inputs`", absent=(f"{key}.path", f"{key}.inputs")
            )


def _unknown_datasets(config: Config) -> Iterator[Finding]:
    for name, model in config.models.items():
        yield from _missing("dataset", f"models.{name}.datasets", model.datasets, config.datasets)
    for path, step in walk.steps(config):
        yield from _missing("dataset", f"{path}.datasets", step.datasets, config.datasets)


def _unknown_models(config: Config) -> Iterator[Finding]:
    for name, model in config.models.items():
        yield from _missing("model", f"models.{name}.models", model.models, config.models)
    for name, profile in config.profiles.items():
        yield from _missing("model", f"profiles.{name}.models", profile.models, config.models)


def _missing(what: str, path: str, names: tuple[str, ...], known: Collection[str]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in known:
            yield _not_declared(what, f"{path}[{index}]", name, known)


def _not_declared(what: str, path: str, name: str, known: Collection[str]) -> Finding:
    section = f"{what}s"
    hint = suggestion(name, known, f"`{section}` has") or f"declare it under `{section}`"
    return Finding(path=path, what=f"there is no {what} {quoted(name)}", hint=hint, absent=(f"{section}.{name}",))


def _models_that_make_nothing(config: Config) -> Iterator[Finding]:
    for name, model in config.models.items():
        for index, other in enumerate(model.models):
            made = config.models.get(other)  # type: ignore[call-overload]  # Name is str at run time
            if made and not made.train and not made.smoke:
                yield Finding(
                    path=f"models.{name}.models[{index}]",
                    what=f"the model {quoted(other)} is never trained, so that it leaves nothing to read",
                    hint=f"give it `train`, or take it out of `models.{name}.models`",
                    absent=(f"models.{other}.train", f"models.{other}.smoke"),
                )


def _circles(config: Config) -> Iterator[Finding]:
    for circle in _find_circles({name: model.models for name, model in config.models.items()}):
        names = [*circle, circle[0]]
        shown = names if len(names) <= _MOST_NAMED else [*names[: _MOST_NAMED - 2], "...", names[-1]]
        what = f"the models need each other in a circle: {' -> '.join(shown)}"
        yield Finding(path=f"models.{circle[0]}.models", what=what, hint="take one of them out of the other's `models`")


def _find_circles(graph: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """At least one circle of every group of models that depend on each other; no model in two of them.

    Iterative: a chain of models may be longer than Python's stack is deep.
    """
    done: set[str] = set()
    reported: set[str] = set()
    for start in graph:
        trail = {} if start in done else {start: iter(graph[start])}
        while trail:
            here = next(reversed(trail))
            following = next(trail[here], None)
            if following is None:
                done.add(here)
                del trail[here]
            elif following in trail:
                if following not in reported and here not in reported:
                    names = tuple(trail)
                    circle = names[names.index(following) :]
                    reported.update(circle)
                    yield circle
            elif following in graph and following not in done:
                trail[following] = iter(graph[following])


def _shared_labels(config: Config) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for name, profile in config.profiles.items():
        for index, label in enumerate(profile.labels):
            first = owner.setdefault(label, name)
            if first != name:
                what = f"the label {quoted(label)} already belongs to the profile `{first}`"
                hint = "a merge request with it could use either"
                yield Finding(path=f"profiles.{name}.labels[{index}]", what=what, hint=hint)
