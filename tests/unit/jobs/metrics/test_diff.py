"""Two sets of numbers side by side."""

from __future__ import annotations

import json
import math

import pytest

from mlgitlab.jobs.metrics.diff import Row, compare
from mlgitlab.jobs.metrics.diff_text import Told, as_json, as_markdown, as_table
from mlgitlab.jobs.metrics.sides import InCommit, OfModel, OnDisk, Side, side_of

OLD = {"auc": 0.9, "loss": 0.5, "zero": 0.0, "gone": 1.0, "nan": math.nan, "broke": 1.0}
NEW = {"auc": 0.93, "loss": 0.4, "zero": 1.0, "new": 2.0, "nan": math.nan, "broke": math.nan}


def rows(**directions: list[str]) -> dict[str, Row]:
    return {row.name: row for row in compare(OLD, NEW, **directions)}


def test_changes_are_absolute_and_in_percent_of_the_old_size() -> None:
    found = rows()
    assert (found["auc"].change, round(found["auc"].percent or 0, 2)) == (0.03, 3.33)
    assert (found["zero"].change, found["zero"].percent) == (1.0, None)
    assert compare({"a": -2.0}, {"a": -1.0})[0].percent == 50.0


def test_a_side_that_is_missing_or_not_finite_has_no_change_but_is_told() -> None:
    found = rows()
    assert [found[name].change for name in ("gone", "new", "nan", "broke")] == [None] * 4
    assert [found[name].moved for name in ("gone", "new", "nan", "broke")] == [True, True, False, True]


def test_better_is_said_only_where_the_direction_is_known() -> None:
    found = rows(higher=["auc", "broke"], lower=["lo*"])
    assert {name: row.better for name, row in found.items() if row.better is not None} == {
        "auc": True,
        "loss": True,
        "broke": False,
    }


def test_only_names_like_a_pattern_are_compared() -> None:
    assert [row.name for row in compare(OLD, NEW, only=["a*", "*ss"])] == ["auc", "loss"]


def test_the_table() -> None:
    told = Told(old="old.json", new="new.json", rows=compare(OLD, NEW, higher=["auc"]))
    assert as_table(told) == [
        "old: old.json, new: new.json",
        "metric  old   new  change      %",
        "auc     0.9  0.93   +0.03   +3.3  better",
        "broke     1   NaN                 NOT FINITE",
        "gone      1     -                 only old",
        "loss    0.5   0.4    -0.1  -20.0",
        "nan     NaN   NaN                 NOT FINITE",
        "new       -     2                 only new",
        "zero      0     1      +1",
        "6 of 7 metrics differ; not finite: broke, nan",
    ]


def test_json_holds_no_number_that_json_does_not_know() -> None:
    facts = json.loads(as_json(Told(old="a", new="b", rows=compare(OLD, NEW))), parse_constant=pytest.fail)
    assert {each["name"]: each["new"] for each in facts["metrics"]}["broke"] == "NaN"


def test_a_name_cannot_break_out_of_a_markdown_table() -> None:
    hostile = "a|b<img src=x>`[x](javascript:1)\n\u202e@all"
    lines = as_markdown(Told(old="o", new="n", rows=compare({hostile: 1.0}, {})))
    assert len(lines) == 5
    assert lines[2].count(" | ") == 5
    for character in "|<[`@":
        assert f"\\{character}" in lines[2]
    assert "\u202e" not in lines[2]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("out/metrics.json", OnDisk(path="out/metrics.json")),
        ("main:out/m.json", InCommit(rev="main", path="out/m.json")),
        ("model:fraud", OfModel(name="fraud")),
        ("model:fraud@shadow", OfModel(name="fraud@shadow")),
        ("model:fraud@sha256:0123456789ab", OfModel(name="fraud@sha256:0123456789ab")),
        ("production:fraud", OfModel(name="fraud@production")),
        ("main:", OnDisk(path="main:")),
    ],
)
def test_what_a_side_names(text: str, side: Side) -> None:
    assert side_of(text, exists=False) == side
    assert side_of(text, exists=True) == OnDisk(path=text)
