"""A verdict as JUnit and as numbers."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mlgitlab.jobs.gate.exposed import exposed
from mlgitlab.jobs.gate.junit import junit
from mlgitlab.jobs.gate.ruling import Family, Interval, Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Compared, Verdict

AUC = Ruling(
    rule="metrics.roc_auc",
    family=Family.METRICS,
    outcome=Outcome.FAIL,
    why="it is worse \x1b[31m",
    limit="at most 0.01 below production",
    dataset="late",
    candidate=0.7,
    production=0.8,
    difference=-0.1,
    interval=Interval(low=-0.2, high=-0.05),
    rows=300,
    wanted=900,
)
NORTH = Ruling(
    rule="metrics.roc_auc", family=Family.METRICS, outcome=Outcome.PASS, why="well", slice="region=north", candidate=0.9
)
ADVICE = Ruling(
    rule="size.max_bytes", family=Family.SIZE, outcome=Outcome.INCONCLUSIVE, why="who knows", mandatory=False
)
SUITE = "fraud:gate"


def cases(*rulings: Ruling) -> dict[str, ET.Element]:
    root = ET.fromstring(junit(SUITE, rulings))  # ours
    return {case.attrib["name"]: case for case in root.iter("testcase")}


def test_a_rule_is_a_test_case_and_what_only_advises_fails_nothing() -> None:
    found = cases(AUC, NORTH, ADVICE)
    assert list(found) == [
        "metrics.roc_auc (late): at most 0.01 below production",
        "metrics.roc_auc (region=north)",
        "size.max_bytes",
    ]
    failure = found["metrics.roc_auc (late): at most 0.01 below production"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "fail: it is worse \\x1b[31m"
    assert "95% interval: -0.2 to -0.05" in (failure.text or "")
    assert "rows: 300, 900 would settle it" in (failure.text or "")
    assert found["metrics.roc_auc (region=north)"].find("failure") is None
    assert found["size.max_bytes"].find("skipped") is not None


def test_two_rulings_with_one_name_are_two_cases() -> None:
    assert list(cases(NORTH, NORTH)) == ["metrics.roc_auc (region=north)", "metrics.roc_auc (region=north) (2)"]


def test_the_numbers_are_those_of_both_models_and_their_difference() -> None:
    verdict = Verdict(
        model="fraud",
        candidate=f"sha256:{'a' * 64}",
        production=f"sha256:{'b' * 64}",
        compared=Compared.PRODUCTION,
        outcome=Outcome.FAIL,
        rulings=(AUC, NORTH, ADVICE),
    )
    lines = exposed(verdict).decode().splitlines()
    assert 'gate_verdict{model="fraud",step="gate"} 0.0' in lines
    assert 'gate_metrics_roc_auc{dataset="late",model="fraud",step="gate"} 0.7' in lines
    assert 'gate_metrics_roc_auc{dataset="late",model="fraud",of="production",step="gate"} 0.8' in lines
    assert 'gate_metrics_roc_auc_delta{dataset="late",model="fraud",step="gate"} -0.1' in lines
    assert 'gate_metrics_roc_auc{model="fraud",slice="region=north",step="gate"} 0.9' in lines
