"""The verdict: what fails it, and what it hides."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.drift import Finding, Outcome
from mlgitlab.jobs.data.validation import Check, Examined, How, Kind, Result, Sample, Subject, Verdict
from mlgitlab.jobs.data.validation_drift import results_of
from mlgitlab.jobs.data.validation_overrides import refuse_overrides
from mlgitlab.jobs.data.validation_reports import as_data, codequality, from_data, junit, metrics, sentence, summary
from mlgitlab.jobs.data.validation_verdict import check_sensitive, judge, masked_text, unreadable

SUBJECT = Subject(dataset="t", data="t.csv", schema="t.yml", engine="polars")


def _result(
    column: str = "a", *, passed: bool = True, kind: Kind = Kind.VALUE, value: str = "v", error: str = ""
) -> Result:
    samples = () if passed else (Sample(file="t.csv", row=3, values=((column or "a", value),)),)
    check = Check(column=column, name="ge(0)", kind=kind, how=How.CHUNKS)
    return Result(check=check, passed=passed, rows=None if passed else 1, samples=samples, error=error)


def _examined(*results: Result, rows: int = 9) -> Examined:
    return Examined(rows=rows, files=1, columns=("a",), results=results)


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        (_examined(_result()), True),
        (_examined(_result(kind=Kind.TYPE)), True),
        (_examined(_result(passed=False)), False),
        (_examined(_result(), rows=0), False),
        (_examined(), False),
        (_examined(_result(kind=Kind.PRESENCE)), False),
        (_examined(_result(), replace(_result(), passed=False, ran=False)), False),
    ],
)
def test_a_pass_needs_rows_and_checks_and_no_failure(found: Examined, passes: bool) -> None:
    assert judge(SUBJECT, found, (), ()).passed is passes


@pytest.mark.parametrize(
    ("outcome", "passes"), [(Outcome.PASS, True), (Outcome.FAIL, False), (Outcome.INCONCLUSIVE, False)]
)
def test_drift_fails_and_so_does_what_cannot_be_told(outcome: Outcome, passes: bool) -> None:
    drift = results_of([Finding(column="a", outcome=outcome, reasons=("why",), notes=("seen: 4711",))], ())
    assert judge(SUBJECT, _examined(), drift, ()).passed is passes
    assert drift[0].detail == "why; seen: 4711"
    assert results_of([Finding(column="a", outcome=outcome, notes=("seen: 4711",))], ("a",))[0].detail == ""


def _reports(verdict: Verdict) -> str:
    # Parsed, since what is written escapes all that is not ASCII.
    read = (junit(verdict).decode(), json.loads(codequality(verdict)), as_data(verdict))
    return metrics(verdict).decode() + "".join(map(str, read))


@given(st.text(min_size=4, alphabet=st.characters(min_codepoint=0x400, max_codepoint=0x4FF)), st.booleans())
def test_a_hidden_value_is_in_no_report(secret: str, everything: bool) -> None:
    found = _examined(
        _result(passed=False, value=secret),
        _result("b", passed=False, error=f'ValueError("saw {secret}")'),
        replace(_result("", passed=False), samples=(Sample(file=f"d/a={secret}/x", row=1, values=(("a", secret),)),)),
        replace(_result(passed=False, kind=Kind.TYPE), detail=f"the data has Enum(categories=['{secret}'])"),
    )
    hidden = judge(SUBJECT, found, (), ("*",) if everything else ("a",))
    assert secret not in _reports(hidden)
    assert secret not in str(hidden)
    assert _reports(judge(SUBJECT, found, (), ())).count(secret) > 5, "where nothing is hidden it is shown"


def test_a_file_that_cannot_be_read_is_named_without_hidden_folders() -> None:
    problem = unreadable(SUBJECT, "'d/mail=a b@x/f.csv':3: is no JSON", "", ("mail",)).problems[0]
    assert problem == "'d/mail=***/f.csv':3: is no JSON"
    assert masked_text("d/other=1/f", ("mail",)) == "d/other=1/f"


def test_a_misspelt_hidden_column_is_refused() -> None:
    check_sensitive(("a", "*"), ("a", "b"), "t")
    with pytest.raises(UsageError, match=r"datasets\.t\.sensitive.*`Email`"):
        check_sensitive(("Email",), ("email",), "t")


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("PANDERA_VALIDATION_ENABLED", "False", True),
        ("PANDERA_VALIDATION_ENABLED", "0", True),
        ("PANDERA_VALIDATION_ENABLED", "yes", True),
        ("PANDERA_VALIDATION_ENABLED", "True", False),
        ("PANDERA_VALIDATION_DEPTH", "SCHEMA_ONLY", True),
        ("PANDERA_VALIDATION_DEPTH", "DATA_ONLY", True),
        ("PANDERA_VALIDATION_DEPTH", "SCHEMA_AND_DATA", False),
        ("PANDERA_USE_NARWHALS_BACKEND", "1", True),
        ("PANDERA_CACHE_DATAFRAME", "True", False),
    ],
)
def test_variables_that_switch_checks_off_are_refused_by_name(name: str, value: str, refused: bool) -> None:
    if not refused:
        refuse_overrides({name: value})
        return
    with pytest.raises(UsageError, match=name):
        refuse_overrides({name: value})


TEXT = st.text(max_size=12)


@given(TEXT, TEXT, TEXT)
def test_reports_hold_any_text_and_say_the_same_again(column: str, value: str, error: str) -> None:
    verdict = judge(SUBJECT, _examined(_result(column, passed=False, value=value, error=error)), (), ())
    suite = ET.fromstring(junit(verdict))[0]
    assert suite.attrib["failures"] == "1"
    assert len(json.loads(codequality(verdict))) == 1
    assert from_data(json.loads(json.dumps(as_data(verdict)))) == verdict
    assert metrics(verdict).endswith(b"# EOF\n")


def test_the_summary_counts_checks_and_rows() -> None:
    found = _examined(_result(), _result("b"), _result(kind=Kind.TYPE), rows=1_204_331)
    assert summary(judge(SUBJECT, found, (), ())) == "2 value checks, 1 type check on 1,204,331 rows"


def test_a_finding_of_code_quality_keeps_its_fingerprint_while_the_data_changes() -> None:
    one, other = (
        json.loads(codequality(judge(SUBJECT, _examined(replace(_result(passed=False), rows=rows)), (), ())))[0]
        for rows in (1, 7)
    )
    assert one["fingerprint"] == other["fingerprint"]
    assert one["description"] != other["description"]
    assert one["location"] == {"path": "t.csv", "lines": {"begin": 4}}


@pytest.mark.parametrize("content", [{}, {"format": 2}, {"format": 1, "checks": 3}, {"format": 1, "rows": "many"}])
def test_what_is_no_report_is_not_read_as_one(content: dict[str, object]) -> None:
    assert from_data(content) is None


def test_a_sentence_says_where_what_and_how_often() -> None:
    assert sentence(_result(passed=False)) == "column `a`: ge(0): 1 row"
