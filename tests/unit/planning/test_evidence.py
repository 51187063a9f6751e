"""What results in a store do to a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from mlgitlab.ci import PipelineKind
from mlgitlab.planning.evidence import Evidence, Pin, expects, weigh
from mlgitlab.planning.fingerprint import Fingerprint, Ingredient
from mlgitlab.planning.plan import Plan, make
from mlgitlab.results import Cause
from mlgitlab.store.values import Result
from tests.projects import modified, plan

DIGEST = f"sha256:{'a1' * 32}"


def result(step: str, fingerprint: str = "f") -> Result:
    model = step.partition(":")[0]
    at = "2026-01-02T03:04:05Z"
    return Result(
        step=step, fingerprint=fingerprint, model=model, digest=DIGEST, commit="c" * 40, at=at, pipeline="https://x/1"
    )


def pin(step: str) -> Pin:
    model = step.partition(":")[0]
    return Pin(step=step, model=model, digest=DIGEST, fingerprint="f", commit="c" * 40, pipeline="https://x/1")


def fingerprint(step: str, *unknown: str) -> Fingerprint:
    return Fingerprint(step=step, ingredients=(Ingredient("code", "train.py", step),), unknown=unknown)


def planned(path: str, pins: Iterable[str] = (), owed: Iterable[str] = (), kind: str = "default_branch") -> Plan:
    evidence = Evidence(pins={step: pin(step) for step in pins}, owed=tuple(owed))
    return make(replace(plan(*modified(path), kind=kind).question, evidence=evidence))


def running(found: Plan) -> set[str]:
    return {step.spec.id for step in found.selected if step.spec.model}


def test_a_training_with_a_result_does_not_run_and_what_reads_it_does() -> None:
    found = planned("models/fraud/train.py", pins=["fraud:train"])

    assert running(found) == {"fraud:evaluate", "student:train"}
    (evaluate,) = (step for step in found.selected if step.spec.id == "fraud:evaluate")
    assert evaluate.pins == (pin("fraud:train"),)
    assert "fraud:train" not in {need.step for need in evaluate.needs}


def test_the_plan_says_whose_result_it_takes() -> None:
    found = planned("models/fraud/train.py", pins=["fraud:train"])
    (skipped,) = (step.skipped for step in found.skipped if step.spec.id == "fraud:train")
    assert skipped == f"the store has its result: {DIGEST[:19]} of commit {'c' * 12}, https://x/1"
    (student,) = (step for step in found.selected if step.spec.id == "student:train")
    assert student.reasons[0].text == "it reads the result of fraud:train, which changed; the store has the new one"


def test_what_a_step_needs_is_not_made_again_where_the_store_has_it() -> None:
    without = planned("models/student/train.py")
    assert running(without) == {"student:train", "fraud:train"}
    assert running(planned("models/student/train.py", pins=["fraud:train"])) == {"student:train"}


def test_a_result_that_is_owed_makes_its_step_run_whatever_changed() -> None:
    found = planned("README.md", owed=["churn:train"])
    (churn,) = found.selected
    assert churn.spec.id == "churn:train"
    assert [reason.cause for reason in churn.reasons] == [Cause.OWED]


def test_only_a_fingerprint_that_covers_everything_lets_a_result_stand_in() -> None:
    steps = ("fraud:train", "churn:train")
    fingerprints = {"fraud:train": fingerprint("fraud:train"), "churn:train": fingerprint("churn:train", "a bucket")}
    found = weigh(steps, steps, fingerprints, {step: result(step) for step in steps})
    assert set(found.pins) == {"fraud:train"}
    assert found.owed == ()


def test_a_step_without_a_result_is_owed_one() -> None:
    fingerprints = {"fraud:train": fingerprint("fraud:train"), "churn:train": fingerprint("churn:train", "a bucket")}
    found = weigh((), fingerprints, fingerprints, {})
    assert found.owed == ("churn:train", "fraud:train")


@pytest.mark.parametrize("kind", PipelineKind)
def test_results_are_owed_on_the_default_branch_alone(kind: PipelineKind) -> None:
    assert expects(kind) == (kind == "default_branch")
