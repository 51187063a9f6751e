"""From what was found to reasons that people read: grouped, counted, every name made safe to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlgitlab import paths
from mlgitlab.changes import Change
from mlgitlab.planning.sides import Hit
from mlgitlab.planning.steps import StepSpec
from mlgitlab.results import Cause, Reason

_MOST_LISTED = 20
_MOST_PARTS = 3
# The key of hits that are counted, not shown one by one.
ALSO = "also"


def grouped(hits: Iterable[Hit], changes: Mapping[str, Change]) -> dict[str, list[Reason]]:
    """One reason per step and rule, however many files the rule caught; one per imported file."""
    groups: dict[tuple[str, Cause, str, str], dict[str, Hit]] = {}
    for hit in hits:
        imported = hit.chain[0] if hit.cause is Cause.IMPORT and hit.key != ALSO else ""
        groups.setdefault((hit.step, hit.cause, hit.key, imported), {}).setdefault(hit.chain[0], hit)
    reasons: dict[str, list[Reason]] = {}
    for (step, cause, key, _), found in sorted(groups.items()):
        first = found[min(found)]
        kinds = ", ".join(sorted({changes[path].kind for path in found}))
        told = f"{kinds}: {_parts(first.parts)}" if first.parts and len(found) == 1 else kinds
        what = f"{named(tuple(sorted(found)))} ({told})"
        certain = any(hit.certain for hit in found.values())
        text = f"{what} {_told(cause, key, first.chain, len(found), certain=certain)}"
        reasons.setdefault(step, []).append(Reason(cause=cause, text=text, chain=first.chain, parts=first.parts))
    return reasons


def _told(cause: Cause, key: str, chain: tuple[str, ...], files: int, *, certain: bool) -> str:
    are = "is" if files == 1 else "are"
    if cause is Cause.OPAQUE:
        return f"{are} shared code, and what its command runs cannot be looked into (declare `entry`)"
    if key == ALSO:
        return f"{are} loaded by its entry point, too"
    if cause is not Cause.IMPORT:
        return f"{are} in {key}" if certain else f"may hold files of {key}"
    *through, entry = map(paths.show, chain[1:]) if len(chain) > 1 else ("",)
    if not entry:
        return "is what its command starts"
    way = f" through {', '.join(reversed(through))}" if through else ""
    return f"{'is' if certain else 'may be'} loaded by {entry}{way}"


def _parts(names: tuple[str, ...]) -> str:
    """What changed in a file, as far as one line holds it."""
    more = f" and {len(names) - _MOST_PARTS} more" if len(names) > _MOST_PARTS else ""
    return ", ".join(map(paths.printable, names[:_MOST_PARTS])) + more


def named(found: tuple[str, ...]) -> str:
    """The first path, and how many more."""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{paths.show(found[0])}{more}"


def listed(found: tuple[str, ...]) -> str:
    """What a person has to go through one by one, as far as a screen holds it."""
    rest = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return ", ".join(map(paths.show, found[:_MOST_LISTED])) + rest


def config_reasons(
    head: Mapping[str, StepSpec], base: Mapping[str, StepSpec], file: str
) -> dict[str, tuple[Reason, ...]]:
    """Steps whose effective configuration differs from the base's, with the names of what differs."""
    return {
        step.id: (Reason(cause=Cause.CONFIG, text=f"{paths.show(file)}: {what}", chain=(file,)),)
        for step in head.values()
        if (what := _difference(step, base.get(step.id)))
    }


def _difference(step: StepSpec, before: StepSpec | None) -> str:
    if before is None:
        return f"{step.id} is new"
    changed = step.differences(before)
    return f"{step.id} changed in {', '.join(changed)}" if changed else ""
