from __future__ import annotations

import json
from typing import Any

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.profile import Categories, ColumnProfile, Histogram, Kind, Lengths, Profile
from mlgitlab.jobs.data.profile_counts import Measured
from mlgitlab.jobs.data.profile_json import from_json, to_json
from mlgitlab.jobs.data.profile_making import equal_bins, profile_of, quantile

WHOLE = Profile(
    rows=10,
    bins=20,
    columns=(
        ColumnProfile(
            name="x",
            kind=Kind.NUMBER,
            dtype="Float64",
            rows=10,
            nulls=1,
            distinct=2,
            nan=1,
            infinite=2,
            least=0.5,
            greatest=3,
            mean=1.0,
            std=None,
            quantiles=((0.5, 1.0),),
            error=0.25,
            histogram=Histogram(edges=(0.5, 1.0, 3.0), counts=(2, 4), below=1, above=1),
        ),
        ColumnProfile(
            name="t\x1b[2J</td>",
            kind=Kind.TEXT,
            dtype="String",
            rows=10,
            nulls=0,
            distinct=4321,
            distinct_exact=False,
            typed=False,
            categories=Categories(rows=(("ä\u202e", 7),), other_values=2, others=3),
            lengths=Lengths(least=1, greatest=9, mean=1.5),
        ),
        ColumnProfile(name="s", kind=Kind.INTEGER, dtype="Int64", rows=10, nulls=0, distinct=3, sensitive=True),
        ColumnProfile(name="o", kind=Kind.OTHER, dtype="List(Int64)", rows=10, nulls=0),
    ),
)


def text(**values: int) -> Measured:
    rows = sum(values.values())
    return Measured(
        name="t",
        kind="text",
        dtype="String",
        rows=rows,
        nulls=0,
        distinct=len(values),
        distinct_exact=True,
        values=values,
        lengths=(1, 3, rows),
    )


def numbers(*buckets: tuple[float, int], **more: Any) -> Measured:
    rows = sum(rows for _, rows in buckets)
    return Measured(
        name="x",
        kind="number",
        dtype="Float64",
        rows=rows,
        nulls=0,
        distinct=len(buckets),
        distinct_exact=True,
        least=buckets[0][0],
        greatest=buckets[-1][0],
        buckets=buckets,
        **more,
    )


def test_a_profile_is_read_back_as_it_was_written() -> None:
    content = to_json(WHOLE)
    assert from_json(content, "p.json") == WHOLE
    assert content.isascii()
    assert b"\x1b" not in content


def test_the_contract_of_version_1() -> None:
    data = json.loads(to_json(WHOLE))
    assert [*data] == ["format", "rows", "bins", "columns"]
    assert data["format"] == 1
    assert [*data["columns"][2]] == ["name", "type", "dtype", "rows", "nulls", "distinct", "sensitive"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b'{"format": 2}',
        b'{"format": 1}',
        to_json(WHOLE).replace(b'"rows": 10', b'"rows": -1'),
        to_json(WHOLE).replace(b'"min": 0.5', b'"min": NaN'),
        to_json(WHOLE).replace(b'"min": 0.5', b'"min": 1e999'),
        to_json(WHOLE).replace(b'"max": 3', b'"max": "3"'),
        to_json(WHOLE).replace(b'"integer"', b'"whole"'),
        to_json(WHOLE).replace(b"[0.5, 1.0, 3.0]", b"[0.5, 3.0, 1.0]"),
        to_json(WHOLE).replace(b"[0.5, 1.0, 3.0]", b"[0.5, 1.0]"),
        to_json(WHOLE).replace(b'"name": "s"', b'"name": "x"'),
    ],
)
def test_what_is_no_profile_is_refused(wrong: bytes) -> None:
    with pytest.raises(UsageError, match=r"p\.json is no profile"):
        from_json(wrong, "p.json")


def test_bins_hold_about_equally_many_rows() -> None:
    starts, counts = equal_bins([(float(value), 1) for value in range(100)], 4)
    assert (starts, counts) == ((0.0, 25.0, 50.0, 75.0), (25, 25, 25, 25))


def test_a_value_that_fills_a_bin_has_one_to_itself() -> None:
    starts, counts = equal_bins([(0.0, 60), *((float(value), 1) for value in range(1, 41))], 5)
    assert (starts[0], counts[0], starts[1]) == (0.0, 60, 1.0)
    assert sum(counts) == 100


def test_few_values_have_a_bin_each() -> None:
    assert equal_bins([(0.0, 1), (1.0, 99)], 4) == ((0.0, 1.0), (1, 99))


def test_quantiles_are_values_of_the_data() -> None:
    buckets = [(1.0, 1), (2.0, 1), (3.0, 1), (4.0, 1)]
    assert [quantile(buckets, share) for share in (0.0, 0.25, 0.26, 0.5, 1.0)] == [1.0, 1.0, 2.0, 2.0, 4.0]


def test_only_the_most_frequent_values_are_listed() -> None:
    values = {f"v{index:02}": 100 - index for index in range(60)}
    found = profile_of([text(**values)], 1).columns[0].categories
    assert found is not None
    assert found.rows[:2] == (("v00", 100), ("v01", 99))
    assert (len(found.rows), found.other_values, found.others) == (50, 10, sum(range(41, 51)))


@pytest.mark.parametrize("sensitive", [("t", "x", "e"), ("*",)])
def test_sensitive_columns_keep_their_counts_alone(sensitive: tuple[str, ...]) -> None:
    listed = Measured(
        name="e", kind="text", dtype="Enum(categories=['secret'])", rows=1, nulls=0, distinct=1, distinct_exact=True
    )
    found = profile_of([text(secret=3), numbers((12345.5, 3)), listed], 3, sensitive=sensitive)
    content = to_json(found)
    assert b"secret" not in content
    assert b"12345" not in content
    assert [(each.sensitive, each.distinct) for each in found.columns] == [(True, 1)] * 3


def test_what_a_baseline_hides_stays_hidden_in_what_is_made_like_it() -> None:
    baseline = profile_of([text(secret=3)], 3, sensitive=["t"])
    assert b"secret" not in to_json(profile_of([text(secret=3)], 3, like=baseline))


def test_a_profile_like_another_has_its_bins() -> None:
    baseline = profile_of([numbers((0.0, 5), (1.0, 5))], 10, bins=7)
    now = profile_of([numbers((0.5, 5), (9.0, 5), between=(5, 5), above=5)], 10, like=baseline)
    assert now.bins == 7
    assert now.columns[0].histogram == Histogram(edges=(0.0, 1.0, 1.0), counts=(5, 5), above=5)
