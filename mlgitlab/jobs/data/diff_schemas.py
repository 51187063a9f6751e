"""Two versions of a schema: what changed, and whether rows that are valid under one are valid under the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlgitlab.jobs.data.diff_columns import Change, Way, column_changes, flagged
from mlgitlab.jobs.data.diff_rules import as_json, described
from mlgitlab.jobs.data.validation_yaml import WrittenColumn, WrittenSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDiff:
    """The differences, by column in the order of the new schema, then those that are gone, then the whole."""

    changes: tuple[Change, ...]

    @property
    def backward(self) -> bool:
        """Whether all rows that are valid under the old schema are valid under the new; False if it is not certain."""
        return all(change.backward for change in self.changes)

    @property
    def forward(self) -> bool:
        """Whether all rows that are valid under the new schema were valid under the old."""
        return all(change.forward for change in self.changes)


def compare_schemas(old: WrittenSchema, new: WrittenSchema) -> SchemaDiff:
    """What changed from `old` to `new`."""
    return SchemaDiff(changes=(*_columns(old, new), *_whole(old, new)))


def _columns(old: WrittenSchema, new: WrittenSchema) -> Iterator[Change]:
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    for name, column in after.items():
        if name in before:
            yield from column_changes(before[name], column)
        else:
            # Where the old one was strict no row had the column, so only that it is required can be wrong.
            unseen = old.strict is True and not column.required
            yield Change(
                column=name,
                way=Way.ADDED,
                what=f"column{'' if column.required else ', not required'}{_typed(column)}",
                backward=unseen or bool(new.add_missing_columns and old.strict is True),
                forward=old.strict is not True,
            )
    for name, column in before.items():
        if name not in after:
            yield Change(
                column=name,
                way=Way.REMOVED,
                what=f"column{_typed(column)}",
                backward=new.strict is not True,
                forward=new.strict is True and not column.required,
            )


def _typed(column: WrittenColumn) -> str:
    return f" ({column.dtype})" if column.dtype else ""


def _whole(old: WrittenSchema, new: WrittenSchema) -> Iterator[Change]:
    if old.strict != new.strict:
        yield flagged("", "strict", old.strict, new.strict, tight=True)
    if old.ordered != new.ordered:
        yield flagged("", "ordered", old.ordered, new.ordered, tight=True)
    elif new.ordered:
        yield from _order(old, new)
    if old.coerce != new.coerce:
        yield flagged("", "coerce", old.coerce, new.coerce, tight=False)
    if old.add_missing_columns != new.add_missing_columns:
        yield flagged("", "add_missing_columns", old.add_missing_columns, new.add_missing_columns, tight=False)
    if old.dtype != new.dtype:
        what = f"dtype of all columns: {old.dtype or 'any'} -> {new.dtype or 'any'}"
        yield Change(column="", way=Way.CHANGED, what=what, backward=False, forward=False)
    if set(old.unique) != set(new.unique):
        yield _unique(old.unique, new.unique)
    before, after = (
        {described(check) for check in each.checks if not check.options.get("raise_warning")} for each in (old, new)
    )
    for text in sorted(before ^ after):
        added = text in after
        way = Way.ADDED if added else Way.REMOVED
        yield Change(column="", way=way, what=f"check of whole rows {text}", backward=not added, forward=added)


def _order(old: WrittenSchema, new: WrittenSchema) -> Iterator[Change]:
    names = {column.name for column in old.columns} & {column.name for column in new.columns}
    before, after = ([column.name for column in each.columns if column.name in names] for each in (old, new))
    if before != after:
        yield Change(column="", way=Way.CHANGED, what="the order of the columns", backward=False, forward=False)


def _unique(before: tuple[str, ...], after: tuple[str, ...]) -> Change:
    """Unique together: what some columns tell apart, more columns do, too."""
    backward = not after or (bool(before) and set(before) <= set(after))
    forward = not before or (bool(after) and set(after) <= set(before))
    way = Way.CHANGED if backward is forward else Way.LOOSENED if backward else Way.TIGHTENED
    what = f"unique together: {as_json(sorted(before))} -> {as_json(sorted(after))}"
    return Change(column="", way=way, what=what, backward=backward, forward=forward)
