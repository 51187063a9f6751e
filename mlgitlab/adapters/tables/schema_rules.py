"""What a pandera schema demands of a table with given columns, and the parts of it that run in one way."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlgitlab import paths
from mlgitlab.config.schema import Engine
from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.validation import How
from mlgitlab.jobs.data.validation_rules import CheckRule, ColumnRule, Planned, Rules, Strict, positions

Schema = Any  # pandera has no types
Column = Any


def columns_of(schema: Schema, names: Sequence[str], engine: Engine) -> tuple[dict[str, Column], tuple[str, ...]]:
    """The schema's columns by the names in the table, and the patterns of required columns that match none.

    A column that has a description of its own is not described by a pattern as well, as in pandera.
    """
    found: dict[str, Column] = {}
    unmatched = []
    plain = {name for name, column in schema.columns.items() if not getattr(column, "regex", False)}
    for name, column in schema.columns.items():
        if not getattr(column, "regex", False):
            found[str(name)] = _named(column, str(name), schema)
            continue
        matching = [each for each in names if each not in plain and _matches(str(name), each, engine)]
        found |= {each: _named(column, each, schema) for each in matching}
        if not matching and column.required:
            unmatched.append(str(name))
    if not schema.columns and schema.dtype is not None:
        kind = _column_class(schema)
        found = {name: _named(kind(schema.dtype, nullable=True), name, schema) for name in names}
    return found, tuple(unmatched)


def _matches(pattern: str, name: str, engine: Engine) -> bool:
    return bool(re.match(pattern, name) if engine is Engine.PANDAS else re.fullmatch(pattern, name))


def _column_class(schema: Schema) -> Any:  # noqa: ANN401 (pandera has no types)
    import importlib  # noqa: PLC0415 (beside its one use)

    return importlib.import_module(type(schema).__module__.replace("container", "components")).Column


def _named(column: Column, name: str, schema: Schema) -> Column:
    """A copy for one column of the table; `coerce` and the type of the whole schema count for it, as in pandera."""
    found = copy.copy(column)
    found.name, found.regex = name, False
    if schema.dtype is not None:
        found.dtype = schema.dtype
    found.coerce = bool(column.coerce or schema.coerce)
    return found


def rules_of(schema: Schema, names: Sequence[str], engine: Engine) -> Rules:
    """The rules for a table of these columns; UsageError for what a file of rows cannot be asked."""
    _refuse(schema)
    columns, unmatched = columns_of(schema, names, engine)
    return Rules(
        columns=tuple(_rule(name, column) for name, column in columns.items()),
        checks=tuple(_check(check) for check in schema.checks),
        unmatched=unmatched,
        unique=_together(schema.unique),
        strict={True: Strict.REFUSE, "filter": Strict.DROP}.get(schema.strict, Strict.ALLOW),
        ordered=bool(schema.ordered),
        adds_missing=bool(getattr(schema, "add_missing_columns", False)),
    )


def _refuse(schema: Schema) -> None:
    if getattr(schema, "index", None) is not None:
        raise UsageError("the schema has an index, and rows of a file have none", "describe it as a column")
    parsers = [*(getattr(schema, "parsers", None) or [])]
    parsers += [parser for column in schema.columns.values() for parser in getattr(column, "parsers", None) or []]
    if parsers:
        raise UsageError(
            "the schema has parsers, which change values before they are checked",
            "validate the data as it is stored: let the data pipeline do what the parsers do",
        )


def _together(unique: object) -> tuple[tuple[str, ...], ...]:
    if not unique:
        return ()
    names = [unique] if isinstance(unique, str) else list(unique)  # type: ignore[call-overload]
    if all(isinstance(name, str) for name in names):
        return (tuple(names),)
    return tuple(tuple(each) for each in names)


def _rule(name: str, column: Column) -> ColumnRule:
    return ColumnRule(
        name=name,
        dtype="" if column.dtype is None else str(column.dtype),
        nullable=bool(column.nullable),
        unique=bool(getattr(column, "unique", False)),
        required=bool(column.required),
        checks=tuple(_check(check) for check in column.checks),
    )


def _check(check: Any) -> CheckRule:  # noqa: ANN401 (pandera has no types)
    builtin = getattr(check, "registry_name", None) or ""
    if builtin and not type(check).is_builtin_check(builtin):
        builtin = ""
    said = check.error if isinstance(check.error, str) else ""
    return CheckRule(
        name=said or str(check.name or "check"),
        builtin=builtin,
        element_wise=bool(check.element_wise),
        grouped=check.groupby is not None,
        warns=bool(check.raise_warning),
    )


def part_of(
    schema: Schema, columns: Mapping[str, Column], planned: Iterable[Planned], how: How, leave_out: Iterable[str] = ()
) -> Schema:
    """The schema with those checks alone that run in this way, and, for CHUNKS, types and missing values.

    Uniqueness, names of columns and conversions are decided elsewhere. Rows are never dropped, and failures never cut
    off: both would be silent.
    """
    chosen = positions(planned, how)
    part = copy.copy(schema)
    part.columns = {
        name: _part(column, chosen.get(name, ()), how) for name, column in columns.items() if name not in set(leave_out)
    }
    part.checks = [_plain(schema.checks[each.index]) for each in chosen.get("", ())]
    part.unique = None
    part._dtype = None  # noqa: SLF001 (its setter takes no None; the columns have it already)
    part.coerce = part.ordered = part.strict = part.drop_invalid_rows = False
    return part


def _part(column: Column, chosen: Sequence[Planned], how: How) -> Column:
    part = copy.copy(column)
    part.checks = [_plain(column.checks[each.index]) for each in chosen if each.index is not None]
    part.unique = part.coerce = part.drop_invalid_rows = False
    if how is How.WHOLE:
        part._dtype = None  # noqa: SLF001 (see above)
        part.nullable = True
    return part


def _plain(check: Any) -> Any:  # noqa: ANN401 (pandera has no types)
    """The check with all its failures; what only warns fails, too, and is sorted out by who asks."""
    found = copy.copy(check)
    found.n_failure_cases = None
    found.raise_warning = False
    return found


def shown(name: str) -> str:
    """A type, a check or a column on one line."""
    return paths.printable(name)
