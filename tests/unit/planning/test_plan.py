"""From reasons to the steps that run, by profile, with what they need."""

from __future__ import annotations

import pytest

from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.errors import UsageError
from mlgitlab.planning.profiles import choose
from mlgitlab.results import Cause
from tests.projects import MODELS, config, modified, plan, selected


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        pytest.param("merge_request", "models/fraud/a", ["fraud:smoke", "student:smoke"], id="smoke, and who reads it"),
        pytest.param("merge_request", "models/churn/a", ["churn:train"], id="full where there is no smoke"),
        pytest.param(
            "merge_request", "models/student/a", ["fraud:smoke", "student:smoke"], id="the teacher is pulled in"
        ),
        pytest.param(
            "default_branch",
            "models/fraud/a",
            ["fraud:train", "student:train", "fraud:evaluate"],
            id="full training and evaluation",
        ),
        pytest.param("default_branch", "docs/x.md", [], id="nothing for documentation"),
        pytest.param(
            "schedule",
            "docs/x.md",
            [
                "quality:lint",
                "quality:tests",
                "data:transactions",
                "fraud:train",
                "churn:train",
                "student:train",
                "fraud:evaluate",
            ],
            id="a schedule runs whatever changed",
        ),
    ],
)
def test_what_runs(kind: str, path: str, expected: list[str]) -> None:
    assert selected(plan(*modified(path), kind=kind)) == expected


def test_a_training_that_only_evaluation_needs_is_pulled_in_and_says_so() -> None:
    text = MODELS.replace("evaluate: python models/fraud/evaluate.py", "evaluate: {command: x, inputs: eval.yml}")
    found = plan(*modified("eval.yml"), text=text, kind="default_branch")
    assert selected(found) == ["fraud:train", "fraud:evaluate"]
    (reason,) = found.selected[0].reasons
    assert (reason.cause, reason.text) == (Cause.NEEDED, "fraud:evaluate needs its result")


def test_data_outside_git_is_checked_whenever_it_is_read() -> None:
    text = MODELS.replace("path: data/transactions.csv", "path: s3://bucket/transactions")
    assert "data:transactions" in selected(plan(*modified("models/fraud/a"), text=text, kind="default_branch"))


def test_a_profile_that_leaves_training_out_cannot_leave_out_what_evaluation_needs() -> None:
    text = f"{MODELS}    profiles: {{judge: {{steps: [evaluate]}}}}\n"
    assert selected(plan(*modified("models/fraud/a"), text=text, profile="judge")) == ["fraud:train", "fraud:evaluate"]


def test_a_profile_may_name_models() -> None:
    text = f"{MODELS}    profiles: {{one: {{models: [churn], select: all}}}}\n"
    found = plan(text=text, profile="one")
    assert {step.spec.model for step in found.selected} == {None, "churn"}
    assert (
        next(s.skipped for s in found.skipped if s.spec.id == "fraud:train") == "profile one runs only the models churn"
    )


def test_an_unknown_baseline_runs_everything_and_says_why() -> None:
    found = plan(kind="default_branch", everything="the baseline is not known: gone")
    assert not [step for step in found.skipped if step.spec.id not in ("fraud:smoke", "student:smoke")]
    assert found.selected[0].reasons[0].text == "the baseline is not known: gone"


def test_every_step_is_decided_and_every_decision_has_a_reason() -> None:
    for kind in ("merge_request", "default_branch", "schedule"):
        for step in plan(*modified("models/fraud/a"), kind=kind).steps:
            assert bool(step.reasons) is step.selected
            assert bool(step.skipped) is not step.selected


def test_producers_come_first() -> None:
    order = selected(plan(kind="schedule"))
    assert order.index("fraud:train") < order.index("student:train")
    assert order.index("fraud:train") < order.index("fraud:evaluate")


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        pytest.param((), "merge_request", id="no label"),
        pytest.param(("bug",), "merge_request", id="another label"),
        pytest.param(("ml::full-train",), "full-train", id="full training"),
        pytest.param(("ml::skip-train",), "skip-train", id="no training"),
        pytest.param(("ml::skip-train", "ml::full-train"), "full-train", id="in doubt, more"),
    ],
)
def test_labels_choose_the_profile(labels: tuple[str, ...], name: str) -> None:
    assert choose(config(), CiEnvironment(kind=PipelineKind.MERGE_REQUEST, labels=labels)).name == name


def test_a_declared_profile_takes_a_label_from_a_built_in_one() -> None:
    text = f"{MODELS}    profiles: {{quick: {{steps: [quality], labels: ml::skip-train}}}}\n"
    env = CiEnvironment(kind=PipelineKind.MERGE_REQUEST, labels=("ml::skip-train",))
    assert choose(config(text), env).name == "quick"


def test_labels_mean_nothing_outside_merge_requests() -> None:
    env = CiEnvironment(kind=PipelineKind.DEFAULT_BRANCH, labels=("ml::skip-train",))
    assert choose(config(), env).name == "default_branch"


def test_a_request_beats_the_variable_and_the_label() -> None:
    env = CiEnvironment(kind=PipelineKind.MERGE_REQUEST, labels=("ml::skip-train",), profile="tag")
    assert choose(config(), env, "schedule").name == "schedule"
    assert choose(config(), env).name == "tag"


def test_a_profile_that_nobody_declared_is_refused_with_a_guess() -> None:
    with pytest.raises(UsageError, match="there is no profile 'nightli'") as raised:
        choose(config(f"{MODELS}    profiles: {{nightly: {{select: all}}}}\n"), CiEnvironment(), "nightli")
    assert raised.value.hint == "did you mean nightly?"


def test_merge_trains_use_their_profile_or_that_of_merge_requests() -> None:
    env = CiEnvironment(kind=PipelineKind.MERGE_TRAIN)
    assert choose(config(), env).name == "merge_request"
    assert choose(config(f"{MODELS}    profiles: {{merge_train: {{steps: [data]}}}}\n"), env).name == "merge_train"
