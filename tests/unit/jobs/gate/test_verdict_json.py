"""A verdict in the store is read as it was written, or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate import verdict_json
from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Family, Interval, Number, Outcome, Ruling, Side, overall
from mlgitlab.jobs.gate.verdict import Compared, EvaluationSet, Verdict
from mlgitlab.store import documents

CANDIDATE, PRODUCTION = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
RULING = Ruling(
    rule="metrics.roc_auc",
    family=Family.METRICS,
    outcome=Outcome.PASS,
    why="no worse than production",
    candidate=0.9,
    production=0.89,
    difference=0.01,
    interval=Interval(low=-0.001, high=math.inf),
    rows=1000,
    numbers=(Number(name="resamples", value=2000.0),),
)
VERDICT = Verdict(
    model="fraud",
    candidate=CANDIDATE,
    production=PRODUCTION,
    compared=Compared.PRODUCTION,
    outcome=Outcome.PASS,
    rulings=(RULING,),
    sets=(EvaluationSet(dataset="late", digest=f"sha256:{'c' * 64}", rows=1000),),
    curves=(Curve(kind=CurveKind.ROC, side=Side.CANDIDATE, x=(0.0, 1.0), y=(0.0, 1.0)),),
    at="2030-01-31T12:00:00Z",
    facts={"gpu": "T4"},
)


def stored(verdict: Verdict) -> dict[str, Any]:
    """The document as it comes back from the store."""
    found: dict[str, Any] = json.loads(documents.canonical(verdict_json.content(verdict)))
    return found


def test_it_comes_back_as_it_was_even_with_numbers_that_are_not_finite() -> None:
    assert verdict_json.read(stored(VERDICT), "fraud", CANDIDATE) == VERDICT
    nan = replace(VERDICT, outcome=Outcome.FAIL, rulings=(replace(RULING, outcome=Outcome.FAIL, candidate=math.nan),))
    back = verdict_json.read(stored(nan), "fraud", CANDIDATE).rulings[0].candidate
    assert back is not None
    assert math.isnan(back)


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param({"format": 2}, id="of another format"),
        pytest.param({"candidate": PRODUCTION}, id="about another model"),
        pytest.param({"model": "churn"}, id="about a model of another name"),
        pytest.param({"production": ""}, id="compared with nothing, and says production"),
        pytest.param({"production": CANDIDATE}, id="compared with itself, and says production"),
        pytest.param({"rulings": []}, id="a pass without rulings"),
        pytest.param({"outcome": "maybe"}, id="no outcome"),
        pytest.param({"extra": 1}, id="a key too many"),
        pytest.param({"sets": [{"dataset": "late", "digest": 1, "rows": 2}]}, id="a number for a text"),
    ],
)
def test_anything_else_is_refused(altered: Mapping[str, object]) -> None:
    with pytest.raises(RefusedError):
        verdict_json.read({**stored(VERDICT), **altered}, "fraud", CANDIDATE)


def test_a_pass_whose_rulings_fail_is_refused() -> None:
    forged = replace(VERDICT, rulings=(replace(RULING, outcome=Outcome.INCONCLUSIVE),))
    with pytest.raises(RefusedError, match="it says pass"):
        verdict_json.read(stored(forged), "fraud", CANDIDATE)


def test_nothing_judged_is_no_pass() -> None:
    assert overall(()) is Outcome.INCONCLUSIVE
    assert overall((replace(RULING, mandatory=False),)) is Outcome.INCONCLUSIVE
    assert overall((RULING, replace(RULING, mandatory=False, outcome=Outcome.FAIL))) is Outcome.PASS
    assert overall((RULING, replace(RULING, outcome=Outcome.INCONCLUSIVE))) is Outcome.INCONCLUSIVE
    assert (
        overall((replace(RULING, outcome=Outcome.FAIL), replace(RULING, outcome=Outcome.INCONCLUSIVE))) is Outcome.FAIL
    )
