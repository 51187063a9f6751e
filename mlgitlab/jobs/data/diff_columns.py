"""What of one column's description changed, and which way: what a value must be now that it need not have been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.data.diff_rules import Bound, Rules, as_json, rules_of
from mlgitlab.jobs.data.validation_yaml import WrittenColumn


class Way(StrEnum):
    """What a change does to the rows that are valid. CHANGED: some become valid, others no longer, or nobody knows."""

    ADDED = "added"
    REMOVED = "removed"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `column` is empty for the schema as a whole.

    `backward`: whatever is valid under the old schema still is, as far as this is concerned. `forward`: the other way
    round. Names and values in `what` are as in the schema: whoever prints them makes them printable.
    """

    column: str
    way: Way
    what: str
    backward: bool
    forward: bool


def column_changes(old: WrittenColumn, new: WrittenColumn) -> Iterator[Change]:
    """The differences between two descriptions of one column."""
    yield from _type(old, new)
    for flag, tight in (("nullable", False), ("unique", True), ("required", True), ("coerce", False)):
        before, after = getattr(old, flag), getattr(new, flag)
        if before != after:
            yield flagged(new.name, flag, before, after, tight=tight)
    if (old.regex, as_json(old.default)) != (new.regex, as_json(new.default)):
        yield Change(column=new.name, way=Way.CHANGED, what="regex or default changed", backward=False, forward=False)
    yield from _checks(new.name, rules_of(old), rules_of(new))


def flagged(column: str, flag: str, before: object, after: object, *, tight: bool) -> Change:
    """A switch that was turned; `tight`: the position that asks more."""
    way = Way.TIGHTENED if after == tight else Way.LOOSENED
    what = f"{flag}: {as_json(before)} -> {as_json(after)}"
    return Change(column=column, way=way, what=what, backward=way is Way.LOOSENED, forward=way is Way.TIGHTENED)


def _type(old: WrittenColumn, new: WrittenColumn) -> Iterator[Change]:
    if old.dtype != new.dtype:
        way = Way.CHANGED if old.dtype and new.dtype else Way.TIGHTENED if new.dtype else Way.LOOSENED
        yield Change(
            column=new.name,
            way=way,
            what=f"dtype: {old.dtype or 'any'} -> {new.dtype or 'any'}",
            backward=way is Way.LOOSENED,
            forward=way is Way.TIGHTENED,
        )


def _checks(column: str, old: Rules, new: Rules) -> Iterator[Change]:
    parts: tuple[tuple[str, Callable[[Rules], object], Callable[[Rules, Rules], bool]], ...] = (
        ("least", lambda rules: rules.least, lambda a, b: all(_above(a, bound) for bound in b.least)),
        ("greatest", lambda rules: rules.greatest, lambda a, b: all(_below(a, bound) for bound in b.greatest)),
        ("allowed", lambda rules: rules.allowed, _within),
        ("forbidden", lambda rules: rules.forbidden, _avoids),
    )
    for name, get, implies in parts:
        before, after = get(old), get(new)
        if before != after:
            yield _compared(column, name, (before, after), backward=implies(old, new), forward=implies(new, old))
    for text in sorted(set(old.others) ^ set(new.others)):
        added = text in new.others
        yield Change(
            column=column,
            way=Way.ADDED if added else Way.REMOVED,
            what=f"check {text}",
            backward=not added,
            forward=added,
        )


def _compared(column: str, name: str, values: tuple[object, object], *, backward: bool, forward: bool) -> Change:
    before, after = values
    way = {(True, False): Way.LOOSENED, (False, True): Way.TIGHTENED}.get((backward, forward), Way.CHANGED)
    if way is Way.TIGHTENED and not before:
        way = Way.ADDED
    if way is Way.LOOSENED and not after:
        way = Way.REMOVED
    what = f"{name}: {_shown(before)} -> {_shown(after)}"
    return Change(column=column, way=way, what=what, backward=backward, forward=forward)


def _above(rules: Rules, bound: Bound) -> bool:
    """Whether the rules let nothing through that lies below the bound."""
    known = [each for each in rules.least if bound.comparable(each.value)]
    return any((each.value, each.open) >= (bound.value, bound.open) for each in known)


def _below(rules: Rules, bound: Bound) -> bool:
    known = [each for each in rules.greatest if bound.comparable(each.value)]
    return any(
        each.value < bound.value or (each.value == bound.value and each.open >= bound.open)  # type: ignore[operator]
        for each in known
    )


def _within(old: Rules, new: Rules) -> bool:
    return new.allowed is None or (old.allowed is not None and old.allowed <= new.allowed)


def _avoids(old: Rules, new: Rules) -> bool:
    return new.forbidden <= old.forbidden or (old.allowed is not None and not old.allowed & new.forbidden)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(f"{as_json(each.value)}{' (open)' if each.open else ''}" for each in value) or "none"
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    return "any"
