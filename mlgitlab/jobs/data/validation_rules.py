"""A schema's rules, without the library that holds them, and which checks they make of a table's columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.jobs.data.validation import Check, How, Kind, Result

NOT_NULL = "not null"
PRESENT = "present"
UNIQUE = "unique"
NO_OTHER_COLUMNS = "no other columns"
COLUMN_ORDER = "order of columns"
# Of pandera's own checks, those whose answer for a row depends on that row alone.
ROW_BY_ROW = frozenset({
    "equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to",
    "in_range", "isin", "notin", "str_matches", "str_contains", "str_startswith", "str_endswith", "str_length",
})  # fmt: skip


class Strict(StrEnum):
    """What columns that the schema does not name mean."""

    ALLOW = "allow"
    REFUSE = "refuse"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """One check of a schema. `builtin` is its name in pandera's registry of checks, empty for the user's own.

    warns: a failure is a warning.
    """

    name: str
    builtin: str = ""
    element_wise: bool = False
    grouped: bool = False
    warns: bool = False

    @property
    def how(self) -> How:
        """On what it must run to give the answer that it gives on all rows.

        Of a function of the user's nobody knows whether it looks at one row or at all, unless it says so.
        """
        alone = self.builtin in ROW_BY_ROW or self.element_wise
        return How.CHUNKS if alone and not self.grouped else How.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What a schema says of one column. `dtype` is empty where it says nothing of the type."""

    name: str
    dtype: str = ""
    nullable: bool = False
    unique: bool = False
    required: bool = True
    checks: tuple[CheckRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A schema for the columns that a table has: patterns in names are resolved.

    unmatched: patterns of required columns that match none. unique: sets of columns that are unique together.
    """

    columns: tuple[ColumnRule, ...]
    checks: tuple[CheckRule, ...] = ()
    unmatched: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    strict: Strict = Strict.ALLOW
    ordered: bool = False
    adds_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A check that will run. `index`: its place among its column's checks, None for what the schema has built in."""

    check: Check
    index: int | None = None
    warns: bool = False


def plan(rules: Rules, present: Collection[str]) -> tuple[Planned, ...]:
    """The checks of the columns that are there, and of whole rows; what only warns is among them, and marked."""
    found: list[Planned] = []
    for column in rules.columns:
        if column.name in present:
            found += _of_column(column)
    for columns in rules.unique:
        if set(columns) <= set(present):
            found.append(_planned("", f"{UNIQUE} ({', '.join(columns)})", Kind.VALUE, How.DIGESTS))
    return (*found, *_own("", rules.checks))


def _planned(column: str, name: str, kind: Kind, how: How) -> Planned:
    return Planned(check=Check(column=column, name=name, kind=kind, how=how))


def _of_column(rule: ColumnRule) -> Iterator[Planned]:
    if rule.dtype:
        yield _planned(rule.name, f"type {rule.dtype}", Kind.TYPE, How.CHUNKS)
    if not rule.nullable:
        yield _planned(rule.name, NOT_NULL, Kind.PRESENCE, How.CHUNKS)
    if rule.unique:
        yield _planned(rule.name, UNIQUE, Kind.VALUE, How.DIGESTS)
    yield from _own(rule.name, rule.checks)


def _own(column: str, checks: Iterable[CheckRule]) -> Iterator[Planned]:
    seen: Counter[str] = Counter()
    for index, rule in enumerate(checks):
        seen[rule.name] += 1
        name = rule.name if seen[rule.name] == 1 else f"{rule.name} #{seen[rule.name]}"
        check = Check(column=column, name=name, kind=Kind.VALUE, how=rule.how)
        yield Planned(check=check, index=index, warns=rule.warns)


def by_names(rules: Rules, names: Sequence[str]) -> tuple[Result, ...]:
    """What the names of the columns alone decide."""
    return (*_presence(rules, names), *_others(rules, names), *_order(rules, names))


def _presence(rules: Rules, names: Sequence[str]) -> Iterator[Result]:
    for column in rules.columns:
        if column.required and not rules.adds_missing:
            there = column.name in names
            detail = "" if there else f"the data has no such column; it has {_listed(names)}"
            yield _result(column.name, PRESENT, detail)
    for pattern in rules.unmatched:
        yield _result(pattern, PRESENT, f"the pattern matches no column; the data has {_listed(names)}")
    for columns in rules.unique:
        missing = sorted(set(columns) - set(names))
        if missing:
            yield _result("", f"{UNIQUE} ({', '.join(columns)})", f"the data has no column {_listed(missing)}")


def _others(rules: Rules, names: Sequence[str]) -> Iterator[Result]:
    if rules.strict is Strict.REFUSE:
        known = {column.name for column in rules.columns}
        others = [name for name in names if name not in known]
        yield _result("", NO_OTHER_COLUMNS, f"the schema does not know {_listed(others)}" if others else "")


def _order(rules: Rules, names: Sequence[str]) -> Iterator[Result]:
    if rules.ordered:
        wanted = [column.name for column in rules.columns if column.name in names]
        found = [name for name in names if name in set(wanted)]
        yield _result("", COLUMN_ORDER, "" if found == wanted else f"{_listed(found)} instead of {_listed(wanted)}")


def _result(column: str, name: str, detail: str) -> Result:
    check = Check(column=column, name=name, kind=Kind.PRESENCE, how=How.COLUMNS)
    return Result(check=check, passed=not detail, detail=detail)


def _listed(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"


def positions(planned: Iterable[Planned], how: How) -> Mapping[str, tuple[Planned, ...]]:
    """The schema's own checks that run in one way, by column, in the schema's order."""
    found: dict[str, tuple[Planned, ...]] = {}
    for each in planned:
        if each.index is not None and each.check.how is how:
            found[each.check.column] = (*found.get(each.check.column, ()), each)
    return found
