"""Numbers as the store keeps them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.errors import WorldError
from mlgitlab.jobs.metrics.record import Record, latest, newest


@given(st.dictionaries(st.text(max_size=5), st.floats(), max_size=5))
def test_a_record_reads_back_through_json(metrics: dict[str, float]) -> None:
    made = Record(step="train", labels={"dataset": "holdout"}, metrics=metrics, at="2026-01-01T00:00:00+00:00")
    again = Record.read(json.loads(json.dumps(made.content(), allow_nan=False)))
    assert repr(again.content()) == repr(made.content())


def test_the_newest_of_the_same_step_and_labels_counts() -> None:
    kept = [
        Record(step="evaluate", metrics={"auc": 1.0}).content(),
        Record(step="evaluate", metrics={"auc": 2.0}).content(),
        Record(step="evaluate", labels={"dataset": "eu"}, metrics={"auc": 3.0}).content(),
        Record(step="train", metrics={"loss": 4.0}).content(),
    ]
    assert newest(kept, "evaluate", {}) == {"auc": 2.0}
    assert newest(kept, "evaluate", {"dataset": "eu"}) == {"auc": 3.0}
    assert newest(kept, "smoke", {}) is None
    assert latest(kept) == {"auc": 3.0, "loss": 4.0}


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"format": 2, "step": "", "labels": {}, "metrics": {}},
        {"format": 1, "step": "", "labels": {}, "metrics": {"auc": 0.5}},
        {"format": 1, "step": "", "labels": {}, "metrics": {"auc": "high"}},
        {"format": 1, "step": "", "labels": 3, "metrics": {}},
    ],
)
def test_what_is_no_record_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(WorldError):
        Record.read(content)
