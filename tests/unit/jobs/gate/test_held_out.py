"""Whether rows were seen in training."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.held_out import Training, rule_on
from mlgitlab.jobs.gate.record import Kept, beside, kept
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.store import attachments

FILE = PredictionsFile(file="p.csv", score="p", groups=("sex",))
LATE = Kept(
    dataset="late",
    set=f"sha256:{'a' * 64}",
    git={"data/late.csv": "blob 1"},
    rows=100,
    columns=FILE,
    file="p.csv",
    code="c",
    seen={"ids": 10, "shared": 0, "some": []},
    digits="d" * 64,
)
TRAINED = Training.of(("early",), [{"datasets": {"early": "data/early.csv"}, "data": {"data/early.csv": "blob 0"}}])


def test_rows_that_nobody_has_seen_pass() -> None:
    found = rule_on(LATE, TRAINED, "data/late.csv")
    assert (found.outcome, found.mandatory, found.rows) == (Outcome.PASS, True, 100)


@pytest.mark.parametrize(
    ("late", "place", "told"),
    [
        (replace(LATE, dataset="early"), "data/late.csv", "the training declares the dataset early"),
        (LATE, "data/early.csv", "the training read data/early.csv, under another name"),
        (replace(LATE, git={"copy.csv": "blob 0"}), "copy.csv", "copy.csv is what the training read as data/early.csv"),
        (replace(LATE, seen={"ids": 9, "shared": 2, "some": ["r1", "r2"]}), "", "2 of its 100 rows are among those"),
    ],
)
def test_rows_that_were_trained_on_are_no_held_out_rows(late: Kept, place: str, told: str) -> None:
    found = rule_on(late, TRAINED, place)
    assert found.outcome is Outcome.FAIL
    assert told in found.why


def test_what_a_teacher_was_trained_on_counts() -> None:
    trained = Training.of((), [{}, {"data": {"late-copy.csv": "blob 1"}}])
    assert rule_on(LATE, trained, "").outcome is Outcome.FAIL


def test_where_nobody_says_anything_nobody_is_told_that_all_is_well() -> None:
    found = rule_on(replace(LATE, dataset="", git={}, seen={}), TRAINED, "")
    assert (found.outcome, found.mandatory) == (Outcome.INCONCLUSIVE, False)


def test_a_record_is_read_as_it_was_written() -> None:
    content = {**LATE.content(), attachments.FIELD: {"p.csv": {"sha256": LATE.digits, "size": 3}}}
    assert kept([content], "fraud") == (LATE,)


@pytest.mark.parametrize("missing", ["set", "columns", "rows", attachments.FIELD])
def test_a_record_with_something_missing_counts_for_nothing(missing: str) -> None:
    content = {**LATE.content(), attachments.FIELD: {"p.csv": {"sha256": LATE.digits, "size": 3}}}
    del content[missing]
    with pytest.raises(RefusedError, match="counts for nothing"):
        kept([content], "fraud")


@pytest.mark.parametrize("name", ["../p.csv", "/etc/p.csv", "..", "", "a\0b"])
def test_a_record_whose_file_would_lie_elsewhere_counts_for_nothing(name: str) -> None:
    content = {**LATE.content(), "file": name, attachments.FIELD: {name: {"sha256": LATE.digits, "size": 3}}}
    with pytest.raises(RefusedError, match="no name of a file"):
        kept([content], "fraud")


def test_predictions_of_the_same_code_are_compared_before_the_models_own() -> None:
    own = replace(LATE, code="old", own=True, commit="own")
    same = replace(LATE, code="c", own=False, commit="same")
    foreign = replace(LATE, code="x", own=False, commit="foreign")
    assert beside([own, same], LATE) == same
    assert beside([foreign, own], LATE) == own
    assert beside([foreign], LATE) is None
    assert beside([replace(same, set=f"sha256:{'b' * 64}")], LATE) is None
    assert beside([replace(same, dataset="other")], LATE) is None


def test_where_nobody_can_tell_what_the_code_is_only_the_models_own_count() -> None:
    assert beside([replace(LATE, code="", own=False)], replace(LATE, code="")) is None
