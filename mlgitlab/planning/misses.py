"""Results that changed although nothing in between would have run: what a replay proves wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlgitlab.planning.shadow import Replay


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Result:
    """What a step made at a commit: a digest, a metric, any text. `recorded`: a commit holds it, as dvc.lock does."""

    step: str
    commit: str
    value: str
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Two results of a step, one after the other, that differ though no commit since the earlier selected it."""

    step: str
    commit: str
    earlier: str
    value: str
    earlier_value: str
    changed: tuple[str, ...]
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many pairs of results were compared, how many of these differ, and which are misses."""

    compared: int = 0
    differing: int = 0
    misses: tuple[Miss, ...] = ()


def check(replays: Sequence[Replay], results: Iterable[Result]) -> Checked:
    """Compare each result with the one of the same step before it.

    `replays` are in the order of history. A result may also be that of the first replay's base. A pair with a
    commit in between of which nothing is known, or which had no such step, proves nothing and is not compared.
    """
    place = {replays[0].base: -1} if replays else {}
    place |= {replay.commit: position for position, replay in enumerate(replays)}
    by_step: dict[tuple[str, bool], dict[int, Result]] = {}
    for result in results:
        if result.commit in place:
            by_step.setdefault((result.step, result.recorded), {})[place[result.commit]] = result
    pairs = list(_pairs(replays, by_step.values()))
    differing = [(one, other, between) for one, other, between in pairs if one.value != other.value]
    return Checked(
        compared=len(pairs),
        differing=len(differing),
        misses=tuple(_miss(*pair) for pair in differing if not _is_selected(pair[1], pair[2])),
    )


def _pairs(
    replays: Sequence[Replay], found: Iterable[dict[int, Result]]
) -> Iterator[tuple[Result, Result, Sequence[Replay]]]:
    """Neighbours, and the commits that led from the earlier to the later."""
    for results in found:
        for one, other in pairwise(sorted(results)):
            between = replays[one + 1 : other + 1]
            if all(results[other].step in replay.steps for replay in between):
                yield results[one], results[other], between


def _is_selected(result: Result, between: Collection[Replay]) -> bool:
    return any(result.step in (replay.independent if result.recorded else replay.selected) for replay in between)


def _miss(earlier: Result, later: Result, between: Collection[Replay]) -> Miss:
    return Miss(
        step=later.step,
        commit=later.commit,
        earlier=earlier.commit,
        value=later.value,
        earlier_value=earlier.value,
        changed=tuple(sorted({path for replay in between for path in replay.changed})),
        recorded=later.recorded,
    )
