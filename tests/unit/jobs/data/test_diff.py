from __future__ import annotations

import pytest

from mlgitlab.jobs.data.diff_columns import Way
from mlgitlab.jobs.data.diff_fit import fit
from mlgitlab.jobs.data.diff_schemas import compare_schemas
from mlgitlab.jobs.data.profile import Categories, ColumnProfile, Kind, Lengths, Profile
from mlgitlab.jobs.data.validation_yaml import WrittenSchema, read_schema


def schema(columns: str, top: str = "") -> WrittenSchema:
    return read_schema(f"{top}\ncolumns:\n{columns}".encode(), "s.yml")


def column(**facts: str) -> WrittenSchema:
    lines = "".join(f"    {key}: {value}\n" for key, value in facts.items())
    return schema(
        f"  x:\n    dtype: {facts.get('dtype', 'Int64')}\n{lines}" if "dtype" not in facts else f"  x:\n{lines}"
    )


def checks(text: str) -> WrittenSchema:
    return column(checks=f"{{{text}}}")


@pytest.mark.parametrize(
    ("old", "new", "way", "backward", "forward"),
    [
        (column(nullable="false"), column(nullable="true"), Way.LOOSENED, True, False),
        (column(unique="false"), column(unique="true"), Way.TIGHTENED, False, True),
        (column(required="false"), column(required="true"), Way.TIGHTENED, False, True),
        (column(coerce="true"), column(coerce="false"), Way.TIGHTENED, False, True),
        (column(dtype="Int64"), column(dtype="String"), Way.CHANGED, False, False),
        (checks("ge: 1"), checks("ge: 2"), Way.TIGHTENED, False, True),
        (checks("ge: 1"), checks("gt: 1"), Way.TIGHTENED, False, True),
        (checks("lt: 5"), checks("le: 5"), Way.LOOSENED, True, False),
        (checks("gt: 1"), checks("ge: 2"), Way.TIGHTENED, False, True),
        (checks("isin: [a, b]"), checks("isin: [a, b, c]"), Way.LOOSENED, True, False),
        (checks("isin: [a, b]"), checks("isin: [b, c]"), Way.CHANGED, False, False),
        (checks("notin: [a]"), checks("notin: [a, b]"), Way.TIGHTENED, False, True),
        (column(), checks("ge: 1"), Way.ADDED, False, True),
        (checks("isin: [a]"), column(), Way.REMOVED, True, False),
        (checks("str_matches: a"), checks("isin: [a]"), None, False, False),
        (checks("ge: '2024-01-01'"), checks("ge: '2023-01-01'"), Way.LOOSENED, True, False),
        (checks("ge: 1"), checks("ge: a"), Way.CHANGED, False, False),
    ],
)
def test_what_a_change_of_a_column_does_to_valid_rows(
    old: WrittenSchema, new: WrittenSchema, way: Way | None, backward: bool, forward: bool
) -> None:
    found = compare_schemas(old, new)
    assert (found.backward, found.forward) == (backward, forward)
    if way:
        assert [change.way for change in found.changes] == [way]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (checks("ge: 1, le: 5"), checks("in_range: {min_value: 1, max_value: 5}")),
        (checks("eq: 1"), checks("isin: [1.0]")),
        (checks("isin: [a, b]"), checks("isin: [b, a]")),
        (checks("ge: {value: 1, raise_warning: true}"), column()),
        (checks("ge: {value: 1, error: too small}"), checks("ge: 1")),
    ],
)
def test_other_words_for_the_same_are_no_change(old: WrittenSchema, new: WrittenSchema) -> None:
    assert compare_schemas(old, new).changes == ()


@pytest.mark.parametrize(
    ("top", "backward", "forward"),
    [("strict: false", False, True), ("strict: true", False, False)],
)
def test_a_new_required_column_refuses_old_rows(top: str, backward: bool, forward: bool) -> None:
    found = compare_schemas(schema("  x: {}", top), schema("  x: {}\n  y: {}", top))
    assert (found.backward, found.forward) == (backward, forward)


def test_a_column_that_is_gone_is_still_valid_unless_the_new_schema_is_strict() -> None:
    old, new = "  x: {}\n  y: {}", "  x: {}"
    assert compare_schemas(schema(old), schema(new)).backward
    assert not compare_schemas(schema(old, "strict: true"), schema(new, "strict: true")).backward


@pytest.mark.parametrize(
    ("old", "new", "backward", "forward"),
    [
        ("strict: false", "strict: true", False, True),
        ("ordered: true", "ordered: false", True, False),
        ("unique: [x]", "unique: [x, y]", True, False),
        ("", "unique: [x]", False, True),
        ("unique: [x]", "unique: [y]", False, False),
    ],
)
def test_what_a_change_of_the_whole_does(old: str, new: str, backward: bool, forward: bool) -> None:
    found = compare_schemas(schema("  x: {}\n  y: {}", old), schema("  x: {}\n  y: {}", new))
    assert (found.backward, found.forward) == (backward, forward)


def test_the_order_matters_where_it_is_asked() -> None:
    one, other = "  x: {}\n  y: {}", "  y: {}\n  x: {}"
    assert compare_schemas(schema(one), schema(other)).changes == ()
    assert not compare_schemas(schema(one, "ordered: true"), schema(other, "ordered: true")).backward


def data(**facts: object) -> Profile:
    given = {"name": "x", "kind": Kind.INTEGER, "dtype": "Int64", "rows": 10, "nulls": 0, "distinct": 5, **facts}
    return Profile(rows=10, bins=20, columns=(ColumnProfile(**given),))  # type: ignore[arg-type]


TEXT = data(
    kind=Kind.TEXT,
    dtype="String",
    categories=Categories(rows=(("a", 9), ("b", 1))),
    lengths=Lengths(least=1, greatest=4, mean=2.0),
)


@pytest.mark.parametrize(
    ("expected", "profile", "misfit"),
    [
        (schema("  y: {}"), data(), "the data lacks the column"),
        (column(), data(nulls=3), "3 of 10 values are missing, and none may be"),
        (column(dtype="String"), data(), "the type is integer (Int64), the schema's String"),
        (column(dtype="Int64"), data(kind=Kind.TEXT, dtype="String", typed=False), "the type is text"),
        (column(unique="true"), data(), "10 values, 5 of them different"),
        (checks("ge: 0"), data(least=-1, greatest=3), "the least value is -1, and the limit 0"),
        (checks("lt: 3"), data(least=-1, greatest=3), "the greatest value is 3, and the limit 3 itself is out"),
        (checks("isin: [1, 2]"), data(), "5 different values, and 2 are allowed"),
        (column(dtype="String", checks="{isin: [a]}"), TEXT, "values that are not allowed: 'b'"),
        (column(dtype="String", checks="{notin: [a]}"), TEXT, "values that are not allowed: 'a'"),
        (column(dtype="String", checks="{str_length: {max_value: 3}}"), TEXT, "the longest text has 4"),
        (schema("  y: {required: false}", "strict: true"), data(), "the schema is strict, and lacks the column"),
    ],
)
def test_what_of_the_data_a_schema_refuses(expected: WrittenSchema, profile: Profile, misfit: str) -> None:
    found = fit(expected, profile)
    assert not found.fits
    assert [what.startswith(misfit) for _, what in found.misfits] == [True]


@pytest.mark.parametrize(
    ("expected", "profile"),
    [
        (column(nullable="true"), data(nulls=3)),
        (column(dtype="String"), data(typed=False)),
        (column(dtype="Float64"), data(typed=False)),
        (column(dtype="Float64", coerce="true"), data()),
        (column(dtype="Int32"), data()),
        (column(unique="true"), data(distinct=9, distinct_exact=False)),
        (checks("isin: [1, 2, 3, 4, 5]"), data()),
        (checks("ge: 0"), data(sensitive=True, distinct=None)),
        (column(dtype="String", checks="{str_matches: a}"), TEXT),
        (schema("  y: {required: false}"), data()),
    ],
)
def test_what_a_profile_cannot_say_is_no_misfit(expected: WrittenSchema, profile: Profile) -> None:
    assert fit(expected, profile).fits


def test_what_a_profile_cannot_say_is_said() -> None:
    assert fit(column(dtype="String", checks="{str_matches: a}"), TEXT).unknown == (("x", 'check str_matches "a"'),)
