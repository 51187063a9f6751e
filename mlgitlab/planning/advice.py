"""Advice about a valid configuration: what is allowed, and probably not meant. One small function per rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Config, StepKind, Unmatched
from mlgitlab.planning import hosted
from mlgitlab.planning.globs import compile_pattern
from mlgitlab.planning.narrow import Narrow
from mlgitlab.planning.steps import StepSpec


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Advice:
    """One remark: the configuration key, what is odd about it, and what to do."""

    key: str
    what: str
    hint: str


def advise(
    config: Config,
    steps: Mapping[str, StepSpec],
    files: Collection[str],
    missing: Mapping[str, tuple[str, ...]],
    narrow: Iterable[Narrow] = (),
) -> tuple[Advice, ...]:
    """All advice, sorted. `files` are the tree's paths; `missing` maps steps to entry points that do not exist.

    `narrow` are the trainings that load suspiciously little.
    """
    rules = (
        _idle_patterns(config, steps, files),
        _missing_entries(missing),
        _unseen_code(steps, narrow),
        _results_that_go_nowhere(steps),
        _costly_merge_requests(config, steps),
        _hosted_runners(config, steps),
        _unused_datasets(config),
        _silent_policy(config),
    )
    return tuple(sorted({advice for rule in rules for advice in rule}))


def _idle_patterns(config: Config, steps: Mapping[str, StepSpec], files: Collection[str]) -> Iterator[Advice]:
    declared = {(rule.key, rule.globs) for step in steps.values() for rule in step.rules}
    for key, globs in sorted({*declared, ("ignore", config.ignore)}, key=lambda item: item[0]):
        for pattern in _idle(globs, files):
            yield Advice(
                key=key, what=f"{pattern!r} matches no file", hint="a typo? patterns start at the repository's root"
            )


def _idle(globs: Globs, files: Collection[str]) -> Iterator[str]:
    for text in (*globs.include, *globs.exclude):
        pattern = compile_pattern(text)
        if not any(pattern.matches(path) or pattern.matches(path.removesuffix(".dvc")) for path in files):
            yield text


def _missing_entries(missing: Mapping[str, tuple[str, ...]]) -> Iterator[Advice]:
    for step, scripts in missing.items():
        for script in scripts:
            yield Advice(key=step, what=f"its command starts {script!r}, which does not exist", hint="a typo?")


def _unseen_code(steps: Mapping[str, StepSpec], narrow: Iterable[Narrow]) -> Iterator[Advice]:
    for each in narrow:
        yield Advice(
            key=f"models.{steps[each.step].owner}.train",
            what=f"loads {each.loaded} of the {each.all} Python files of its paths",
            hint="if it finds the others by name, list them under `entry`: only then does what they import count",
        )


def _results_that_go_nowhere(steps: Mapping[str, StepSpec]) -> Iterator[Advice]:
    for step in steps.values():
        for need in step.needs:
            producer = steps.get(need.step)
            # What an evaluation found out is in the store, where the gates look for it.
            if need.artifacts and producer and not producer.outputs and producer.kind is not StepKind.EVALUATE:
                yield Advice(
                    key=producer.id,
                    what=f"{step.id} reads its result, and it declares no outputs",
                    hint="name the files under `outputs`, or they stay on the runner",
                )


def _costly_merge_requests(config: Config, steps: Mapping[str, StepSpec]) -> Iterator[Advice]:
    for name in config.models:
        train = steps.get(f"{name}:{StepKind.TRAIN}")
        if train and train.gpu and f"{name}:{StepKind.SMOKE}" not in steps:
            yield Advice(
                key=f"models.{name}",
                what="merge requests run its full training on a GPU: it has no smoke step",
                hint="declare `smoke` with a short run",
            )


def _hosted_runners(config: Config, steps: Mapping[str, StepSpec]) -> Iterator[Advice]:
    for step, what in hosted.too_long(steps.values()):
        yield Advice(key=step, what=what, hint="set a shorter `timeout`, or use a runner of your own")
    if what := hosted.wrong_tier(steps.values(), config.gitlab.tier):
        yield Advice(key="gitlab.tier", what=what, hint="set `gitlab.tier`, or use runners of your own")


def _unused_datasets(config: Config) -> Iterator[Advice]:
    used = {name for model in config.models.values() for name in model.datasets}
    for model in config.models.values():
        used |= {name for step in (model.train, model.smoke, model.evaluate) if step for name in step.datasets}
    for name in config.datasets:
        if name not in used:
            yield Advice(key=f"datasets.{name}", what="no model reads it", hint="add it to a model's `datasets`")


def _silent_policy(config: Config) -> Iterator[Advice]:
    if config.unmatched is Unmatched.NOTHING:
        yield Advice(
            key="unmatched",
            what="a changed file that no rule knows runs nothing, even where it alters a model",
            hint="`everything` is the safe policy; `ignore` names what cannot matter",
        )
