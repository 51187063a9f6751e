"""Which steps a change can affect, each with its reasons, by the rules of the head and of the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mlgitlab.changes import Change, ChangeKind
from mlgitlab.config.schema import Unmatched
from mlgitlab.errors import RefusedError
from mlgitlab.frozen import dataclass
from mlgitlab.planning.reasons import grouped, listed, named
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.sides import Side, View
from mlgitlab.results import Cause, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What the changes reach: reasons by step id, and the paths that none of them comes from, sorted.

    unmatched: no rule knows them. cosmetic: they mean what they did before.
    """

    reasons: Mapping[str, tuple[Reason, ...]]
    unmatched: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    cosmetic: tuple[str, ...] = ()


def assess(
    changes: Iterable[Change],
    *,
    head: Side,
    bases: Sequence[Side],
    steps: Iterable[str],
    relevance: Relevance,
    unmatched: Unmatched,
    config_file: str,
) -> Impact:
    """The impact of `changes` on the head's `steps`.

    `bases` holds the sides that describe the project differently from the head; a rule of theirs
    still fires, so that no change removes the rule that would have caught it. The configuration
    file acts by key (see `config_reasons`): of the rules, only checks of the code may ask for it.
    Raises RefusedError under `unmatched: error` when no rule knows a path.
    """
    views = [(change, [side.look(change) for side in (head, *bases)]) for change in sorted(changes)]
    known_steps = frozenset(steps)
    cosmetic = frozenset(change.path for change, _ in views if relevance.is_cosmetic(change.path))
    hits = (
        hit
        for change, sides in views
        for view in sides
        for hit in view.hits
        if hit.step in known_steps and not (hit.claims and change.path == config_file)
    )
    reasons = grouped(hits, {change.path: change for change, _ in views})
    unknown = tuple(
        change.path
        for change, (ours, *theirs) in views
        if change.path not in cosmetic and change.path != config_file and not _is_known(change, ours, theirs)
    )
    if unknown:
        _apply(unmatched, unknown, known_steps, reasons)
    return Impact(
        reasons={step: tuple(found) for step, found in sorted(reasons.items())},
        unmatched=unknown,
        ignored=tuple(change.path for change, sides in views if all(view.ignored and not view.hits for view in sides)),
        cosmetic=tuple(sorted(cosmetic)),
    )


def _is_known(change: Change, ours: View, theirs: Sequence[View]) -> bool:
    then = all(view.knows for view in theirs)
    if theirs and change.kind is ChangeKind.DELETED:
        return then  # its rule may have gone with it, and has fired
    # What the base did not know would have run everything; only a new file may rely on a new rule.
    return ours.knows and (then or change.kind is ChangeKind.ADDED)


def _apply(policy: Unmatched, unknown: tuple[str, ...], steps: Iterable[str], reasons: dict[str, list[Reason]]) -> None:
    text = f"no rule knows {named(unknown)}"
    match policy:
        case Unmatched.NOTHING:
            return
        case Unmatched.ERROR:
            raise RefusedError(
                f"no rule knows {listed(unknown)} (unmatched: error)",
                "add it to the paths or inputs of what reads it, to `ignore`, or to `owns` of a quality step",
            )
        case Unmatched.EVERYTHING:
            reason = Reason(cause=Cause.UNMATCHED, text=f"{text} (unmatched: everything)", chain=unknown[:1])
            for step in steps:
                reasons.setdefault(step, []).append(reason)
