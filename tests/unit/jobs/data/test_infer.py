from __future__ import annotations

import math

import pandera.polars
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from mlgitlab.adapters.tables.summaries import measure
from mlgitlab.jobs.data.infer import draft
from mlgitlab.jobs.data.profile_making import profile_of
from mlgitlab.jobs.data.validation_yaml import read_schema


def drafted(frame: pl.DataFrame, *sensitive: str) -> str:
    counted = measure([frame])
    content = draft(profile_of(counted.result(), counted.rows, sensitive=sensitive), "x.csv")
    read_schema(content, "x.yml")  # our own reader takes it, too
    return content.decode()


def test_a_draft_refuses_what_the_data_did_not_hold() -> None:
    frame = pl.DataFrame({"n": [1, 2] * 10, "c": ["a", "b"] * 10, "id": range(20)})
    schema = pandera.polars.DataFrameSchema.from_yaml(drafted(frame))
    schema.validate(frame, lazy=True)
    wrong = pl.DataFrame({"n": [9, None], "c": ["z", "a"], "id": [1, 1]})
    with pytest.raises(SchemaErrors) as caught:
        schema.validate(wrong, lazy=True)
    failed = caught.value.failure_cases
    assert set(failed["column"]) == {"n", "c", "id"}


def test_a_draft_says_that_it_is_one() -> None:
    text = drafted(pl.DataFrame({"n": [1]}))
    assert text.startswith("# A draft: what 1 rows of x.csv happen to be like.")


@pytest.mark.parametrize("sensitive", ["*", "s"])
def test_a_draft_shows_no_value_of_a_sensitive_column(sensitive: str) -> None:
    frame = pl.DataFrame({"s": pl.Series(["secret"] * 20, dtype=pl.Enum(["secret"]))})
    text = drafted(frame, sensitive)
    assert "secret" not in text
    pandera.polars.DataFrameSchema.from_yaml(text).validate(frame, lazy=True)


def test_numbers_that_are_none_leave_the_range_open() -> None:
    frame = pl.DataFrame({"x": [1.0, math.nan, math.inf, -math.inf]})
    text = drafted(frame)
    assert "1 NaN and 2 infinite values, so no limits here" in text
    pandera.polars.DataFrameSchema.from_yaml(text).validate(frame, lazy=True)


def test_small_and_large_numbers_stay_numbers() -> None:
    frame = pl.DataFrame({"x": [1e-5, 1e16, -2e300], "i": [2**62, -(2**62), 0]})
    schema = pandera.polars.DataFrameSchema.from_yaml(drafted(frame))
    assert [check.statistics for check in schema.columns["x"].checks] == [
        {"min_value": -2e300},
        {"max_value": 1e16},
    ]
    schema.validate(frame, lazy=True)


def test_hostile_names_and_values_stay_data() -> None:
    names = ["a: b\n# c", '"', "\x1b[2J\u202e", "x" * 2000, "", "{{ a }}", "\U0001f600", "null", "1.0"]
    frame = pl.DataFrame({name: ["- x\n", "\u2028"] * 10 for name in names})
    text = drafted(frame)
    assert "\x1b" not in text
    assert "\u202e" not in text
    schema = pandera.polars.DataFrameSchema.from_yaml(text)
    assert list(schema.columns) == names
    schema.validate(frame, lazy=True)


def test_many_different_values_are_said_to_look_like_a_key() -> None:
    text = drafted(pl.DataFrame({"id": range(20_000)}))
    assert "if it is a key, add `unique: true`" in text


def test_names_that_pandera_takes_for_patterns_are_left_out() -> None:
    frame = pl.DataFrame({"*": [1], "^a.*$": [2], "a": [3]})
    text = drafted(frame)
    assert list(pandera.polars.DataFrameSchema.from_yaml(text).columns) == ["a"]
    assert '# Left out: "^a.*$"' in text
