"""Whether a schema fits a dataset of which only the profile is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlgitlab.jobs.data.diff_rules import Bound, Rules, rules_of
from mlgitlab.jobs.data.profile import ColumnProfile, Kind, Profile
from mlgitlab.jobs.data.validation_yaml import WrittenColumn, WrittenSchema

_KINDS = (
    (r"u?int\d*|u?int\d+\[pyarrow\]|(byte|short|integer|long)type(\(\))?", Kind.INTEGER),
    (r"float\d*|double|decimal.*|(float|double)type(\(\))?", Kind.NUMBER),
    (r"str|string.*|utf8|object|category|categorical.*|enum.*|stringtype(\(\))?", Kind.TEXT),
    (r"bool|boolean|booleantype(\(\))?", Kind.BOOLEAN),
    (r"date|datetype(\(\))?", Kind.DATE),
    (r"datetime.*|timestamp.*", Kind.DATETIME),
    (r"time", Kind.TIME),
    (r"duration.*|timedelta.*", Kind.DURATION),
)
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`misfits`: what of the data the schema refuses. `unknown`: what a profile cannot say. Both as (column, what).

    Names and values are as in the data: whoever prints them makes them printable.
    """

    misfits: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def fits(self) -> bool:
        """Whether nothing is known against it."""
        return not self.misfits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    what: str
    sure: bool = True


def fit(schema: WrittenSchema, profile: Profile) -> Fit:
    """Hold the schema against the profile."""
    said = [(column.name, each) for column in schema.columns for each in _column(column, schema, profile)]
    named = {column.name for column in schema.columns}
    patterns = any(column.regex for column in schema.columns)
    if schema.strict is True:
        others = [each.name for each in profile.columns if each.name not in named]
        said += [(name, _Said(what="the schema is strict, and lacks the column", sure=not patterns)) for name in others]
    said += [("", _Said(what=f"check of whole rows: {check.name}", sure=False)) for check in schema.checks]
    if schema.unique:
        said.append(("", _Said(what=f"unique together: {', '.join(schema.unique)}", sure=False)))
    return Fit(
        misfits=tuple((name, each.what) for name, each in said if each.sure),
        unknown=tuple((name, each.what) for name, each in said if not each.sure),
    )


def _column(column: WrittenColumn, schema: WrittenSchema, profile: Profile) -> Iterator[_Said]:
    data = profile.column(column.name)
    if column.regex:
        yield _Said(what="the columns that this pattern means", sure=False)
    elif data is None:
        if column.required and not schema.add_missing_columns:
            yield _Said(what="the data lacks the column")
    else:
        yield from _type(column.dtype or schema.dtype, data, coerce=column.coerce or schema.coerce)
        if data.missing and not column.nullable:
            yield _Said(what=f"{data.nulls + data.nan} of {data.rows} values are missing, and none may be")
        if column.unique and data.distinct is not None:
            yield from _unique(data)
        yield from _values(rules_of(column), data)


def _type(dtype: str, data: ColumnProfile, *, coerce: bool) -> Iterator[_Said]:
    if not dtype or data.kind == Kind.NULL:
        return
    wanted = next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, dtype, re.IGNORECASE)), None)
    what = f"the type is {data.kind} ({data.dtype}), the schema's {dtype}"
    if wanted is None:
        yield _Said(what=what, sure=False)
    elif data.typed:
        same = dtype.lower() == data.dtype.lower() or (wanted == Kind.TEXT == data.kind)
        if wanted != data.kind:
            yield _Said(what=what, sure=not coerce)
        elif not same:
            yield _Said(what=what, sure=False)
    elif not _written_as(wanted, data.kind):
        yield _Said(what=what)


def _written_as(wanted: Kind, found: Kind) -> bool:
    """Whether text whose narrowest type is `found` can be read as `wanted`: anything is text."""
    return wanted in (found, Kind.TEXT) or (wanted, found) in {
        (Kind.NUMBER, Kind.INTEGER),
        (Kind.DATETIME, Kind.DATE),
        (Kind.BOOLEAN, Kind.INTEGER),
    }


def _unique(data: ColumnProfile) -> Iterator[_Said]:
    values = data.rows - data.nulls
    assert data.distinct is not None
    if data.distinct_exact and data.distinct < values:
        yield _Said(what=f"{values} values, {data.distinct} of them different, and each may be there once")
    elif not data.distinct_exact:
        yield _Said(what=f"whether each value is there once: about {data.distinct} of {values} differ", sure=False)


def _values(rules: Rules, data: ColumnProfile) -> Iterator[_Said]:
    if data.sensitive:
        if rules != Rules():
            yield _Said(what="checks of a sensitive column's values", sure=False)
        return
    for bound in rules.least:
        yield from _bounded(data, data.least, bound, lower=True)
    for bound in rules.greatest:
        yield from _bounded(data, data.greatest, bound, lower=False)
    yield from _listed(rules, data)
    yield from _lengths(rules, data)
    yield from (_Said(what=f"check {text}", sure=False) for text, name in rules.others.items() if name != "str_length")


def _bounded(data: ColumnProfile, extreme: float | None, bound: Bound, *, lower: bool) -> Iterator[_Said]:
    number = not isinstance(bound.value, str) and data.kind in (Kind.INTEGER, Kind.NUMBER)
    word = "least" if lower else "greatest"
    if not number:
        yield _Said(what=f"check of the {word} value", sure=False)
        return
    if extreme is None:
        return
    assert not isinstance(bound.value, str)
    outside = extreme < bound.value if lower else extreme > bound.value
    if outside or (bound.open and extreme == bound.value):
        yield _Said(
            what=f"the {word} value is {extreme:g}, and the limit {bound.value:g}{' itself is out' * bound.open}"
        )
    if data.nan or data.infinite:
        yield _Said(what=f"{data.nan} NaN and {data.infinite} infinite values against the limit", sure=False)


def _listed(rules: Rules, data: ColumnProfile) -> Iterator[_Said]:
    if rules.allowed is None and not rules.forbidden:
        return
    if data.categories is None or data.kind == Kind.BOOLEAN:
        least = data.distinct_exact and data.distinct is not None and rules.allowed is not None
        if least and (data.distinct or 0) > len(rules.allowed or ()):
            yield _Said(what=f"{data.distinct} different values, and {len(rules.allowed or ())} are allowed")
        else:
            yield _Said(what="whether all values are allowed", sure=False)
        return
    present = [value for value, rows in data.categories.rows if rows]
    wrong = [value for value in present if not _may(rules, value)]
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        yield _Said(what=f"values that are not allowed: {', '.join(map(repr, wrong[:_SHOWN]))}{more}")
    if data.categories.others:
        yield _Said(what=f"whether {data.categories.other_values} further values are allowed", sure=False)


def _may(rules: Rules, value: str) -> bool:
    text = json.dumps(value)
    return text not in rules.forbidden and (rules.allowed is None or text in rules.allowed)


def _lengths(rules: Rules, data: ColumnProfile) -> Iterator[_Said]:
    if rules.lengths is None or data.lengths is None:
        if rules.lengths is not None:
            yield _Said(what="check str_length", sure=False)
        return
    least, greatest = rules.lengths
    if least is not None and data.lengths.least < least:
        yield _Said(what=f"the shortest text has {data.lengths.least} characters, and {least} are asked")
    if greatest is not None and data.lengths.greatest > greatest:
        yield _Said(what=f"the longest text has {data.lengths.greatest} characters, and {greatest} are allowed")
