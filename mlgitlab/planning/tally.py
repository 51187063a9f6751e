"""What the replays of commits add up to: runs by kind, by each way to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from mlgitlab.config.schema import StepKind
from mlgitlab.planning.shadow import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Runs, counted: `training` and those `on_gpu` are among `all`."""

    training: int = 0
    evaluation: int = 0
    data: int = 0
    all: int = 0
    on_gpu: int = 0


def tally(replays: Iterable[Replay], which: Callable[[Replay], Iterable[str]]) -> Tally:
    """Count the runs that `which` names of each replay."""
    runs = [replay.steps[id_] for replay in replays for id_ in which(replay)]
    kinds = Counter(step.kind for step in runs)
    return Tally(
        training=kinds[StepKind.TRAIN] + kinds[StepKind.SMOKE],
        evaluation=kinds[StepKind.EVALUATE],
        data=kinds[StepKind.DATA],
        all=len(runs),
        on_gpu=sum(step.gpu is not None for step in runs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What all replays add up to.

    `left_out` and `added` are mlgitlab's runs against those of patterns; of the added, `imported` are those of steps
    that load a changed file. `unknown` are all runs at commits with a file that no rule knows.
    """

    mlgitlab: Tally
    patterns: Tally
    everything: Tally
    left_out: Tally
    added: Tally
    imported: Tally
    unknown: Tally


def add_up(replays: Collection[Replay]) -> Sum:
    """Count the runs of each way to decide."""
    return Sum(
        mlgitlab=tally(replays, lambda one: one.selected),
        patterns=tally(replays, lambda one: one.patterns),
        everything=tally(replays, lambda one: one.steps),
        left_out=tally(replays, lambda one: one.patterns - one.selected),
        added=tally(replays, lambda one: one.selected - one.patterns),
        imported=tally(replays, lambda one: one.blind),
        unknown=tally(replays, lambda one: one.selected if one.unmatched else ()),
    )


def frequent(found: Iterable[Iterable[str]]) -> tuple[tuple[str, int], ...]:
    """Each path with the number of commits that it is found in, the most frequent first."""
    counts = Counter(path for paths in found for path in set(paths))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
