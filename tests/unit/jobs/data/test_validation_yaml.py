"""YAML schemas, read more strictly than pandera does."""

from __future__ import annotations

import pytest

from mlgitlab.errors import ConfigError
from mlgitlab.jobs.data.validation_yaml import read_schema


def _faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_schema(text.encode(), "s.yml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {a: {dtype: int64, gte: 0}}", "`gte` (did you mean `ge`?)"),
        ("columns: {a: {nullabel: true}}", "did you mean `nullable`?"),
        ("columns: {a: {}, a: {ge: 0}}", "`a` is there twice"),
        ("columns: {a: {ge: 0, ge: 1}}", "`ge` is there twice"),
        ("columns: {a: {nullable: maybe}}", "give true or false"),
        ("columns: {a: {drop_invalid_rows: true}}", "would hide wrong rows"),
        ("columns: {a: {checks: [{value: 0, options: {check_name: bigger}}]}}", "no check `bigger`"),
        ("columns: {a: {checks: {bigger: 0}}}", "`bigger`"),
        ("columns: {a: {checks: 3}}", "`checks` is the number 3"),
        ("columns: [a, b]", "columns is a list"),
        ("index: [{dtype: int64}]", "rows of a file have no index"),
        ("schema_type: dataset", "is not one of tables"),
        ("colums: {}", "did you mean `columns`?"),
        ("", "the schema is empty"),
        ("- a", "the schema is a list"),
    ],
)
def test_what_pandera_would_pass_over_is_a_fault_with_its_line(text: str, said: str) -> None:
    (fault,) = _faults(text)
    assert said in fault
    assert fault.startswith("s.yml")


def test_all_faults_are_said_at_once() -> None:
    assert len(_faults("columns:\n  a: {gte: 0}\n  b: {lte: 0}\nforeign: 1\n")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "columns: {a: {ge: 0}}",
        "columns: {a: {checks: {ge: 0}}}",
        "columns: {a: {checks: [{value: 0, options: {check_name: ge}}]}}",
    ],
)
def test_a_check_may_be_written_in_each_of_panderas_ways(text: str) -> None:
    (column,) = read_schema(text.encode(), "s.yml").columns
    (check,) = column.checks
    assert (check.name, dict(check.arguments)) == ("ge", {"": 0})
